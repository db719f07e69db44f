#pragma once
// The log as everybody sees it: partitions of records, appended and read back. Two engines stand
// behind it (events/log/), and one conformance suite (tests/log/) holds both to these words.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace tracseq {

/// A record where it lies.
struct log_entry {
  partition_id partition = 0;
  std::uint64_t offset = 0;  ///< grows within its partition; an engine may leave gaps
  std::string record;
};

/// From where a reader reads a partition: the first offset it wants.
struct log_position {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  friend bool operator==(log_position const&, log_position const&) = default;
};

/// Reads records in the order of each partition; partitions interleave. One thread uses a reader,
/// except for `interrupt`.
class log_reader {
 public:
  virtual ~log_reader() = default;
  /// Appends what is there to `out`: up to about `max_bytes` of records and at least one, or nothing
  /// when `timeout` passed or `interrupt` was called. Only durable records are ever seen. `corrupt`
  /// names partition and offset where bytes do not verify or the wanted offset is not there.
  [[nodiscard]] virtual result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) = 0;
  /// True when, at the last poll, nothing lay behind what it gave.
  [[nodiscard]] virtual bool caught_up() const = 0;
  /// Makes a poll in progress, and every later one, return at once. Any thread.
  virtual void interrupt() noexcept = 0;
};

/// How soon a reader is given what is new: at once, or in groups, up to a tenth of a second late, which
/// spares a broker an answer for each record.
enum class reading { at_once, in_groups };

/// Any thread may call any member.
class event_log {
 public:
  /// Called from the engine's thread when appended records did not, or may not, become durable. What
  /// was in flight on the partition has an unknown outcome.
  using failure_handler = std::function<void(partition_id, error)>;

  virtual ~event_log() = default;

  [[nodiscard]] virtual partition_id partitions() const = 0;
  /// For people: "embedded log in /var/lib/tracseq/log", "Kafka topic tracseq at host:9092".
  [[nodiscard]] virtual std::string description() const = 0;
  /// The same at every node that reads it, by whatever address: the topic of Kafka.
  [[nodiscard]] virtual std::string name() const { return description(); }
  /// What an operator should know: weak durability settings, a tail that was cut. Sentences.
  [[nodiscard]] virtual std::vector<std::string> warnings() const = 0;

  /// Queues records for one partition, in order, behind everything queued there before. Returns at
  /// once. Done is only what is read back. `overloaded` when the queue is full, `too_large` for a
  /// record over `record_bytes_max`, `io_failure` / `storage_full` after the engine failed.
  [[nodiscard]] virtual result<void> append(partition_id partition,
                                            std::vector<std::string> records) = 0;
  virtual void on_failure(failure_handler handler) = 0;
  /// Set once the engine can never acknowledge anything again (a failed sync): the process should end.
  [[nodiscard]] virtual std::optional<error> dead() const { return std::nullopt; }

  /// The offset behind the last durable record, for each partition.
  [[nodiscard]] virtual result<std::vector<std::uint64_t>> ends() = 0;
  /// The same for whoever may not wait, as a broker that is away makes him: an error after `within`.
  [[nodiscard]] virtual result<std::vector<std::uint64_t>> ends_within(std::chrono::milliseconds within) {
    static_cast<void>(within);
    return ends();
  }
  /// The first offset that can be read, for each partition (0 unless history was lost).
  [[nodiscard]] virtual result<std::vector<std::uint64_t>> begins() = 0;
  /// A reader of the named partitions.
  [[nodiscard]] virtual result<std::unique_ptr<log_reader>> read(
      std::span<log_position const> from, reading how = reading::at_once) = 0;

  static constexpr std::size_t record_bytes_max = 900 * 1024;
};

/// Opens a log by its address: `file:///dir`, a plain directory, or `kafka://host:port[,…]/topic`.
struct log_options {
  partition_id partitions = 12;         ///< of a log that is made new
  bool create = true;                   ///< make it if it is not there
  bool read_only = false;               ///< embedded: no lock, no repair, no append
  bool require_replication = false;     ///< Kafka: refuse fewer than three replicas
  std::chrono::milliseconds topic_looked_at_every{10'000};  ///< Kafka: whether somebody changed its settings
  std::size_t queue_bytes_max = 64u << 20;
  std::size_t segment_bytes = 64u << 20;  ///< embedded
};
[[nodiscard]] result<std::unique_ptr<event_log>> open_log(std::string_view address,
                                                          log_options const& options);

}  // namespace tracseq
