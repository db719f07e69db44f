#include "node/labels.hpp"

#include <algorithm>
#include <chrono>

#include "actors/barcode_series.hpp"
#include "actors/command_codec.hpp"
#include "actors/runtime/engine.hpp"
#include "events/barcode.hpp"
#include "events/barcode_label.hpp"
#include "events/registry.hpp"

namespace tracseq {
namespace {

// A block that is not used up at a restart leaves a gap of at most its size, so it begins small and
// grows with demand.
constexpr std::uint32_t block_size_first = 50;
constexpr std::uint32_t block_size_max = 10'000;

int year_now() {
  auto const day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(now().us)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

command_request reserve_request(int year, std::uint32_t count, std::string purpose) {
  command_request request;
  request.command =
      make_command(stream_name(barcode_series::kind, std::to_string(year)),
                   commands::barcode_series::reserve_block{count, std::move(purpose)});
  return request;
}

std::optional<barcode_series::block_reserved> block_of(command_reply const& reply) {
  if (reply.events.empty()) return std::nullopt;
  auto const event = decode_event(reply.events.front());
  if (!event) return std::nullopt;
  if (auto const* block = event_if<barcode_series::block_reserved>(*event)) return *block;
  return std::nullopt;
}

}  // namespace

block_labels::block_labels(http::submit_commands submit, std::string node, partition_id partitions)
    : submit_(std::move(submit)), node_(std::move(node)), partitions_(partitions), block_size_(block_size_first) {}

std::string block_labels::take(std::optional<partition_id> beside) {
  for (auto at = free_.begin(); at != free_.end(); ++at) {
    auto label = to_string(series_label{year_, *at});
    if (beside && partition_of(stream_name(barcode::kind, label), partitions_) != *beside) continue;
    free_.erase(at);
    return label;
  }
  return {};
}

void block_labels::next(std::optional<partition_id> beside, std::function<void(result<std::string>)> done) {
  int const year = year_now();
  std::string label;
  bool fetch_more = false;
  {
    std::lock_guard const guard(mutex_);
    if (year != year_) {
      year_ = year;
      free_.clear();
    }
    label = take(beside);
    if (label.empty()) waiting_.push_back({beside, std::move(done)});
    bool const low = label.empty() || free_.size() < block_size_ / 2;
    if (low && !fetching_) fetching_ = fetch_more = true;
  }
  if (fetch_more) fetch(year);
  if (!label.empty()) done(std::move(label));
}

void block_labels::fetch(int year) {
  auto request = reserve_request(year, block_size_, "labels made at registration");
  request.command_id = new_uuid();
  request.who = {"tracseq", "TracSeq (" + node_ + ")", "service"};
  submit_({std::move(request)},
          [this, year](result<command_reply> reply) { on_block(year, reply); });
}

void block_labels::on_block(int year, result<command_reply> const& reply) {
  std::vector<std::function<void()>> answers;
  bool fetch_more = false;
  {
    std::lock_guard const guard(mutex_);
    fetching_ = false;
    auto const block = reply ? block_of(*reply) : std::nullopt;
    if (block && year == year_) {
      for (std::uint32_t i = 0; i < block->count; ++i) free_.insert(free_.end(), block->first + i);
      block_size_ = std::min(block_size_ * 2, block_size_max);
      std::deque<waiter> unlucky;
      for (auto& one : waiting_) {
        auto label = take(one.beside);
        if (label.empty())
          unlucky.push_back(std::move(one));
        else
          answers.push_back([done = std::move(one.done), label = std::move(label)] { done(label); });
      }
      waiting_ = std::move(unlucky);
      fetch_more = !waiting_.empty();
      fetching_ = fetch_more;
    } else {
      auto const why = reply ? error{errc::unavailable, "no label could be made; try again", {}}
                             : reply.error();
      for (auto& one : waiting_)
        answers.push_back([done = std::move(one.done), why] { done(tl::unexpected(why)); });
      waiting_.clear();
    }
  }
  for (auto const& answer : answers) answer();
  if (fetch_more) fetch(year);
}

}  // namespace tracseq
