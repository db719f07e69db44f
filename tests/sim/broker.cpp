#include "tests/sim/broker.hpp"

#include <algorithm>

namespace tracseq::sim {
namespace {

class reader final : public log_reader {
 public:
  reader(broker const& from, std::shared_ptr<life> of, std::span<log_position const> at)
      : broker_(from), life_(std::move(of)), at_(at.begin(), at.end()) {}

  [[nodiscard]] result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                  std::chrono::milliseconds) override {
    if (life_->log_cut) return fail(errc::unavailable, "the simulated broker does not answer");
    std::size_t bytes = 0;
    caught_up_ = true;
    for (auto& [partition, offset] : at_)
      for (auto const& records = broker_.records(partition); offset < records.size(); ++offset) {
        if (bytes > max_bytes) {
          caught_up_ = false;
          break;
        }
        bytes += records[offset].size();
        out.push_back({partition, offset, records[offset]});
      }
    return {};
  }
  [[nodiscard]] bool caught_up() const override { return caught_up_; }
  void interrupt() noexcept override {}

 private:
  broker const& broker_;
  std::shared_ptr<life> life_;
  std::vector<log_position> at_;
  bool caught_up_ = false;
};

}  // namespace

void broker::append(partition_id partition, std::string record) {
  world_.trace(std::int64_t{partition});
  world_.trace(world_.now_us);
  world_.trace(record);
  order_.push_back({partition, records_[partition].size(), world_.now_us});
  records_[partition].push_back(std::move(record));
}

result<void> way_to_log::append(partition_id partition, std::vector<std::string> records) {
  if (life_->dead) return fail(errc::unavailable, "this process is dead");
  auto& dice = world_.dice;
  auto const& bad = world_.bad;
  if (world_.goes_wrong(bad.append_refused)) {
    static constexpr std::array ways{errc::overloaded, errc::storage_full, errc::io_failure};
    auto const way = dice.pick(ways);
    world_.say(life_->name, " cannot append to ", partition, ": ", describe(way).name);
    return fail(way, "the simulated log refuses");
  }
  auto late = dice.wait_us(bad.append_late_us);
  if (world_.goes_wrong(bad.slow_append)) late += dice.between(100 * ms, 6 * second);
  batch sent{partition, std::move(records)};
  bool lost = false;
  if (life_->log_cut || world_.goes_wrong(bad.append_lost)) lost = true;
  if (life_->log_cut && dice.happens(0.5)) tell_failure(partition, dice.between(100 * ms, 3 * second));
  if (world_.goes_wrong(bad.append_lost_told)) {
    lost = true;
    tell_failure(partition, late);
  } else if (world_.goes_wrong(bad.append_told)) {
    tell_failure(partition, dice.between(1, 2 * late));
  }
  if (!lost && sent.records.size() > 1 && world_.goes_wrong(bad.append_torn)) {
    world_.say(life_->name, "'s batch to ", partition, " will be torn");
    sent.records.resize(static_cast<std::size_t>(
        dice.between(1, static_cast<std::int64_t>(sent.records.size()) - 1)));
    if (dice.happens(0.5)) tell_failure(partition, dice.between(1, 2 * late));
  }
  if (lost) {
    world_.say(life_->name, "'s batch to ", partition, " will be lost");
    return {};
  }
  auto at = world_.now_us + late;
  if (!world_.goes_wrong(bad.append_overtakes)) {
    at = std::max(at, last_at_[partition] + 1);
    last_at_[partition] = at;
  }
  if (world_.goes_wrong(bad.append_doubled))
    world_.after(at - world_.now_us + dice.wait_us(20 * ms), [this, sent]() mutable { deliver(std::move(sent)); });
  world_.after(at - world_.now_us, [this, sent = std::move(sent)]() mutable { deliver(std::move(sent)); });
  return {};
}

void way_to_log::deliver(batch what) {
  auto& dice = world_.dice;
  if (life_->dead && !what.asked_again) {
    if (dice.happens(world_.bad.dies_on_wire)) {
      world_.say("a batch of the dead ", life_->name, " to ", what.partition, " is gone");
      return;
    }
    what.asked_again = true;
    if (dice.happens(world_.bad.late_zombie)) {
      world_.after(dice.between(1 * ms, 8 * second),
                   [this, what = std::move(what)]() mutable { deliver(std::move(what)); });
      return;
    }
  }
  // Of a process that stands still, what had left it arrives; the rest leaves it when it goes on.
  if (life_->paused && !what.asked_again) {
    what.asked_again = dice.happens(0.5);
    world_.after(50 * ms, [this, what = std::move(what)]() mutable { deliver(std::move(what)); });
    return;
  }
  for (auto& record : what.records) broker_.append(what.partition, std::move(record));
  if (broker_.news) broker_.news();
}

void way_to_log::tell_failure(partition_id partition, std::int64_t after_us) {
  world_.after(after_us, [this, partition, of = life_] {
    if (of->dead || !told_) return;
    world_.say(of->name, " is told that its batch to ", partition, " failed");
    told_(partition, {errc::io_failure, "the simulated broker did not confirm", {}});
  });
}

result<std::vector<std::uint64_t>> way_to_log::ends() {
  if (life_->log_cut) return fail(errc::unavailable, "the simulated broker does not answer");
  std::vector<std::uint64_t> ends;
  for (partition_id p = 0; p < broker_.partitions(); ++p) ends.push_back(broker_.records(p).size());
  return ends;
}

result<std::vector<std::uint64_t>> way_to_log::begins() {
  if (life_->log_cut) return fail(errc::unavailable, "the simulated broker does not answer");
  return std::vector<std::uint64_t>(broker_.partitions());
}

result<std::unique_ptr<log_reader>> way_to_log::read(std::span<log_position const> from, reading) {
  return std::make_unique<reader>(broker_, life_, from);
}

}  // namespace tracseq::sim
