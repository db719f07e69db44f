#pragma once
// The shape of every read model: `apply(accepted event, table)`, pure over its own table. The runner
// writes rows, index keys and the position in one batch, so each event is applied exactly once.
//
// A projection is a described row struct, an `apply` that edits rows, and an `index_of(row, keys)`
// that names the keys a row is found by; see rows.hpp. Because index keys and counts follow from rows
// alone, and a row from the events of one stream alone, the table comes out the same however events
// are cut into batches and however partitions interleave: replay gives byte-equal rows.

#include <cstdint>
#include <memory>
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
  [[nodiscard]] instant recorded_at() const noexcept { return in.commit.recorded_at; }
  /// When it happened: as a person or instrument said, else as recorded.
  [[nodiscard]] instant occurred_at() const noexcept {
    return in.commit.occurred_at.value_or(in.commit.recorded_at);
  }
};

/// A projection's own keys, as a batch sees them. Keys sort bytewise; numbers in keys are big-endian.
class table {
 public:
  /// A row held decoded for as long as a batch lasts, so that its many changes cost one write.
  class cell {
   public:
    virtual ~cell() = default;
    /// Keeps a copy to go back to: called before the first edit of each commit.
    virtual void save() = 0;
    virtual void restore() = 0;
    /// Writes the row and what its index gained and lost into `rows`.
    virtual void settle(std::string_view key, table& rows) const = 0;
    /// The same row for the batch behind this one.
    [[nodiscard]] virtual std::unique_ptr<cell> carry_on() const = 0;
  };
  /// Makes a cell from stored bytes; of a row that is not there where `bytes` is null.
  using cell_maker = std::unique_ptr<cell> (*)(std::string_view const* bytes);

  virtual ~table() = default;
  /// The cell of `key`, loaded on its first use in a batch, unless it is `known_new`.
  [[nodiscard]] virtual cell& edit(std::string_view key, cell_maker make, bool known_new) = 0;
  /// Writes that this projection never reads back through `edit`.
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
  /// Adds to a count (i64; its key is there while it is not 0).
  virtual void count(std::string_view key, std::int64_t of) = 0;
};

class projection {
 public:
  virtual ~projection() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Raised whenever rows would come out differently: the new version is built beside the old one.
  [[nodiscard]] virtual std::uint32_t version() const = 0;
  /// The oldest version whose rows today's queries still read: it is shown, as it stood, while this
  /// version is built. By default no other than this.
  [[nodiscard]] virtual std::uint32_t reads_from_version() const { return version(); }
  /// False for projections of whole commits that never look into events.
  [[nodiscard]] virtual bool needs_events() const { return true; }
  /// An exception parks the event's stream for this projection and keeps the rest moving.
  virtual void apply(accepted_event const& event, table& rows) const = 0;
  /// For projections of whole commits (journal, command ids); the default applies each event.
  virtual void apply_commit(accepted_commit const& commit, table& rows) const {
    for (std::uint32_t i = 0; i < commit.events.size(); ++i)
      apply({commit, i, commit.events[i]}, rows);
  }
};

using projection_list = std::vector<std::shared_ptr<projection const>>;

/// Every projection of this build, in one list (projections/registry.cpp).
[[nodiscard]] projection_list all_projections();

}  // namespace tracseq
