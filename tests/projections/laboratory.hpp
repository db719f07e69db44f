#pragma once
// Writes a small laboratory's history into a log, as its owner would.

#include <map>
#include <string>
#include <vector>

#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "events/registry.hpp"

namespace tracseq::test {

/// A moment of the test's own day, `seconds` after its beginning.
[[nodiscard]] instant at_second(std::int64_t seconds);
/// The same id for the same number; the order of numbers is the order of ids.
[[nodiscard]] uuid numbered_id(std::uint64_t number);

struct commit_options {
  std::string reason;
  uuid command_id;  ///< nil = a new one
  commit_flag flags = commit_flag::none;
  std::optional<instant> occurred_at;
};

class laboratory {
 public:
  explicit laboratory(event_log& log);

  using options = commit_options;
  /// One commit; the clock moves on by a second.
  void write(std::string const& stream, std::vector<any_event> const& events);
  void write(std::string const& stream, std::vector<any_event> const& events, options const& more);
  /// As it is, into the partition of `stream`: for records that no owner writes.
  void write_encoded(std::string const& stream, std::vector<encoded_event> const& events,
                     options const& more = {});
  void append_raw(partition_id partition, std::string record);
  /// Another process takes the partition.
  void claim(partition_id partition);

  uuid register_sample(std::string const& name, std::string const& barcode,
                       std::string const& project = "P1",
                       std::optional<uuid> import_id = std::nullopt);
  uuid add_unit(storage_unit::unit_kind kind, std::string const& name,
                std::optional<uuid> parent = std::nullopt, std::string const& slot = {},
                storage_unit::layout layout = {9, 9, 0});
  /// Into a slot, from wherever it stands, by a whole move process.
  void place(uuid const& sample, uuid const& unit, std::string const& slot);
  void take_out(uuid const& sample, std::string const& purpose);
  void receive_and_accept(uuid const& sample);

  [[nodiscard]] instant now() const { return at_second(second_); }
  [[nodiscard]] std::uint64_t version(std::string const& stream) { return versions_[stream]; }
  [[nodiscard]] std::string name_of(uuid const& id) { return names_[id]; }

 private:
  uuid next_id() { return numbered_id(++ids_); }
  event_log& log_;
  std::vector<chain_state> chains_;
  std::map<std::string, std::uint64_t> versions_;
  std::map<uuid, std::string> names_;
  std::map<uuid, std::pair<uuid, std::string>> places_;
  std::int64_t second_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace tracseq::test
