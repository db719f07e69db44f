#include "events/log/kafka_log.hpp"

#include <algorithm>
#include <atomic>

#include "events/log/kafka_producer.hpp"
#include "events/log/kafka_reader.hpp"
#include "events/log/kafka_topic.hpp"
#include "events/log/kafka_topic_watch.hpp"

namespace tracseq {
namespace {

using namespace kafka;

class kafka_log final : public event_log {
 public:
  kafka_log(address where, std::unique_ptr<client> asker, topic_facts facts, log_options const& options,
            std::unique_ptr<producer> writer)
      : where_(std::move(where)),
        asker_(std::move(asker)),
        partitions_(facts.partitions),
        writer_(std::move(writer)),
        watch_(*asker_, where_, options, std::move(facts)) {}

  partition_id partitions() const override { return partitions_; }
  std::string description() const override {
    return "Kafka topic " + where_.topic + " at " + where_.brokers;
  }
  std::string name() const override { return "Kafka topic " + where_.topic; }
  std::vector<std::string> warnings() const override { return watch_.warnings(); }

  result<void> append(partition_id partition, std::vector<std::string> records) override {
    if (!writer_) return fail(errc::unsupported, "the log was opened to be read only");
    // What is written into the place of lost records keeps them from being put back.
    if (forgot_->load())
      return fail(errc::corrupt, "the Kafka log has forgotten records that it had acknowledged, so nothing is appended");
    return writer_->append(partition, records);
  }
  void on_failure(failure_handler handler) override {
    if (writer_) writer_->on_failure(std::move(handler));
  }

  result<std::vector<std::uint64_t>> ends() override { return ends_within(where_.timeout); }
  result<std::vector<std::uint64_t>> ends_within(std::chrono::milliseconds within) override {
    return query_offsets(*asker_, where_, partitions_, edge::end, within);
  }
  result<std::vector<std::uint64_t>> begins() override {
    return query_offsets(*asker_, where_, partitions_, edge::begin);
  }

  result<std::unique_ptr<log_reader>> read(std::span<log_position const> from,
                                           reading how) override {
    auto const last = ends();
    if (!last) return tl::unexpected(last.error());
    auto const first = begins();
    if (!first) return tl::unexpected(first.error());
    std::vector<bool> named(partitions_);
    for (auto const& at : from) {
      if (at.partition >= partitions_ || named[at.partition])
        return fail(errc::invalid_argument,
                    "partition " + std::to_string(at.partition) +
                        (at.partition < partitions_ ? " is named twice" : " does not exist"));
      named[at.partition] = true;
      if (auto held = check_position(at, (*first)[at.partition], (*last)[at.partition]); !held)
        return tl::unexpected(held.error());
    }
    auto made = reader::start(where_, from, *last, how, forgot_);
    if (!made) return tl::unexpected(made.error());
    return std::unique_ptr<log_reader>(*std::move(made));
  }

 private:
  result<void> check_position(log_position const& at, std::uint64_t first, std::uint64_t last) const {
    if (at.offset >= first && at.offset <= last) return {};
    return fail(errc::corrupt, "the Kafka log does not hold partition " +
                                   std::to_string(at.partition) + ", offset " +
                                   std::to_string(at.offset) + ": topic " + where_.topic +
                                   " has offsets " + std::to_string(first) + " to " +
                                   std::to_string(last) + " there, so it has lost records");
  }

  address const where_;
  std::unique_ptr<client> asker_;
  partition_id const partitions_;
  std::unique_ptr<producer> writer_;
  std::shared_ptr<std::atomic<bool>> const forgot_ = std::make_shared<std::atomic<bool>>(false);
  topic_watch const watch_;
};

}  // namespace

result<std::unique_ptr<event_log>> open_kafka_log(std::string_view text, log_options const& options) {
  auto const where = parse_address(text);
  if (!where) return tl::unexpected(where.error());
  auto asker = client::consumer(*where, {});
  if (!asker) return tl::unexpected(asker.error());
  auto facts = prepare_topic(**asker, *where, options);
  if (!facts) return tl::unexpected(facts.error());
  auto const begins = query_offsets(**asker, *where, facts->partitions, edge::begin);
  if (!begins) return tl::unexpected(begins.error());
  auto const ends = query_offsets(**asker, *where, facts->partitions, edge::end);
  if (!ends) return tl::unexpected(ends.error());
  std::unique_ptr<producer> writer;
  if (!options.read_only) {
    if (auto ours = refuse_foreign(*where, *begins, *ends); !ours) return tl::unexpected(ours.error());
    auto started = producer::start(*where, facts->partitions, options.queue_bytes_max);
    if (!started) return tl::unexpected(started.error());
    writer = *std::move(started);
  }
  return std::make_unique<kafka_log>(*where, *std::move(asker), *std::move(facts), options, std::move(writer));
}

}  // namespace tracseq
