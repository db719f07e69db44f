#include <algorithm>
#include <utility>

#include "events/cloud_event.hpp"
#include "node/http/event_feed.hpp"
#include "node/http/services.hpp"
#include "projections/journal.hpp"

namespace tracseq::http {
namespace {

bool lies_before(log_entry const& entry, position_vector const& until) {
  return entry.partition < until.size() && entry.offset < until[entry.partition];
}

}  // namespace

bool event_filter::lets(std::string_view name, std::string_view of_stream) const noexcept {
  if (!names.empty() && names.find(name) == names.end()) return false;
  if (stream.empty() || stream == of_stream) return true;
  return stream.find('/') == std::string::npos && stream_kind(of_stream) == stream;
}

result<feed_reader> feed_reader::open(services const& at, position_vector from) {
  feed_reader reader(at, std::move(from));
  if (!at.log) return reader;
  std::vector<log_position> positions;
  for (std::size_t i = 0; i < reader.position_.size(); ++i)
    positions.push_back({static_cast<partition_id>(i), reader.position_[i]});
  auto log = at.log->read(positions);
  if (!log) return tl::unexpected(log.error());
  reader.log_ = *std::move(log);
  return reader;
}

result<std::vector<feed_event>> feed_reader::next(std::size_t bytes_max, position_vector const& until,
                                                  std::chrono::milliseconds patience) {
  std::vector<feed_event> out;
  if (!log_) return out;
  auto const asked_for = [&](log_entry const& entry) { return lies_before(entry, until); };
  auto entries = std::exchange(held_, {});
  std::size_t held_bytes = 0;
  for (auto const& entry : entries) held_bytes += entry.record.size();
  // What one partition holds back must not keep the others from being read.
  if (held_bytes < held_bytes_max) {
    bool const some = std::ranges::any_of(entries, asked_for);
    auto read = log_->poll(entries, bytes_max, some ? std::chrono::milliseconds(0) : patience);
    if (!read) return tl::unexpected(read.error());
  }
  for (auto& entry : entries) {
    if (asked_for(entry))
      take(entry, out);
    else
      held_.push_back(std::move(entry));
  }
  return out;
}

bool feed_reader::finished(position_vector const& until) const {
  if (!log_) return true;
  // A partition may end with offsets that hold no record: there the position stays before `until`.
  if (log_->caught_up())
    return std::ranges::none_of(held_, [&](log_entry const& entry) { return lies_before(entry, until); });
  for (std::size_t i = 0; i < until.size(); ++i)
    if (i >= position_.size() || position_[i] < until[i]) return false;
  return true;
}

void feed_reader::take(log_entry const& entry, std::vector<feed_event>& out) {
  auto const before = position_;
  position_[entry.partition] = entry.offset + 1;
  auto record = decode_record(entry.record);
  if (!record || !std::holds_alternative<commit>(*record)) return;
  auto const& one = std::get<commit>(*record);
  // What the chain's rule skipped is not in the journal at this place.
  auto const view = at_->view();
  auto const stored = journal_query(*view).commit_at(one.stream, one.base_version);
  if (!stored || stored->offset != entry.offset) return;
  for (std::uint32_t i = 0; i < one.events.size(); ++i) {
    auto const event = decode_event(one.events[i]);
    if (!event) continue;
    auto const& after = i + 1 == one.events.size() ? position_ : before;
    out.push_back({std::string(facts_of(*event).type.name), one.stream, cloud_event_type(*event),
                   cloud_event_json({entry.partition, entry.offset, i}, one, *event, to_text(after)),
                   one.recorded_at, after});
  }
}

}  // namespace tracseq::http
