#pragma once
// The shape of every read model: `apply(accepted event, table)`, pure over its own table. The runner
// writes rows, index keys and the position in one batch, so each event is applied exactly once.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/chain.hpp"
#include "events/record.hpp"
#include "events/registry.hpp"

namespace tracseq {

/// An accepted commit, decoded once for all projections.
struct accepted_commit {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  tracseq::commit commit;
  std::string record;             ///< the bytes as they stand in the log
  std::vector<any_event> events;  ///< one for each of commit.events; empty if `undecodable`
  std::string undecodable;        ///< why the events could not be decoded; empty if they could
};

/// One event of it.
struct accepted_event {
  accepted_commit const& in;
  std::uint32_t index;  ///< in the commit
  any_event const& event;
  /// Events in the stream up to and with this one.
  [[nodiscard]] std::uint64_t version() const noexcept { return in.commit.base_version + index + 1; }
  [[nodiscard]] std::string const& stream() const noexcept { return in.commit.stream; }
  /// When it happened: as a person or instrument said, else as recorded.
  [[nodiscard]] instant occurred_at() const noexcept {
    return in.commit.occurred_at.value_or(in.commit.recorded_at);
  }
};

/// A projection's own keys, as a batch sees them: what was put earlier in the batch is read back.
/// Keys sort bytewise; numbers in keys are big-endian.
class table {
 public:
  virtual ~table() = default;
  [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
};

class projection {
 public:
  virtual ~projection() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Raised whenever rows would come out differently: the new version is built beside the old one.
  [[nodiscard]] virtual std::uint32_t version() const = 0;
  /// An exception parks the event's stream for this projection and keeps the rest moving.
  virtual void apply(accepted_event const& event, table& rows) const = 0;
  /// For projections of whole commits (journal, command ids); the default applies each event.
  virtual void apply_commit(accepted_commit const& commit, table& rows) const {
    for (std::uint32_t i = 0; i < commit.events.size(); ++i)
      apply({commit, i, commit.events[i]}, rows);
  }
};

/// Every projection of this build, in one list (projections/registry.cpp).
[[nodiscard]] std::vector<std::unique_ptr<projection>> all_projections();

}  // namespace tracseq
