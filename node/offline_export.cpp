#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "events/base64.hpp"
#include "events/cloud_event.hpp"
#include "node/data_directory.hpp"
#include "node/offline.hpp"
#include "node/offline_parts.hpp"
#include "projections/follow.hpp"

namespace tracseq::offline {
namespace {

std::string word_of(verdict judged) {
  switch (judged) {
    case verdict::commit: return "commit";
    case verdict::claim: return "claim";
    case verdict::not_a_record: return "not_a_record";
    case verdict::stale_claim: return "stale_claim";
    case verdict::broken_link: return "broken_link";
  }
  return "unknown";
}

class json_line {
 public:
  json_line() : out_(buffer_) { out_.StartObject(); }
  json_line& text(char const* key, std::string_view value) {
    out_.Key(key);
    out_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return *this;
  }
  json_line& number(char const* key, std::uint64_t value) {
    out_.Key(key);
    out_.Uint64(value);
    return *this;
  }
  json_line& raw(char const* key, std::string_view json) {
    out_.Key(key);
    out_.RawValue(json.data(), json.size(), rapidjson::kArrayType);
    return *this;
  }
  json_line& boolean(char const* key, bool value) {
    out_.Key(key);
    out_.Bool(value);
    return *this;
  }
  std::string take() {
    out_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> out_;
};

/// The export's lines and totals, partition by partition.
class exporter {
 public:
  exporter(event_log& log, std::function<result<void>(std::string_view)> const& write)
      : write_(write), heads_(log.partitions()), fold_(genesis_positions(log.partitions())) {}

  result<void> line(std::string line) {
    line.push_back('\n');
    bytes_ += line.size();
    return write_(line);
  }

  result<void> entry(log_entry const& entry) {
    auto const batch = fold_.fold({entry});
    auto const& record = batch.records.front();
    auto& head = heads_[entry.partition];
    head.end = entry.offset + 1;
    ++records_;
    json_line out;
    out.number("partition", entry.partition)
        .number("offset", entry.offset)
        .text("record", to_base64(entry.record));
    if (accepted(record.judged)) {
      out.text("verdict", word_of(record.judged));
      ++(record.judged == verdict::commit ? head.commits : head.claims);
    } else {
      out.text("verdict", "skipped").text("why", word_of(record.judged));
      ++skipped_;
    }
    out.text("h", to_hex(record.state.h));
    if (!batch.commits.empty()) out.raw("events", events_of(batch.commits.front()));
    return line(out.take());
  }

  result<void> end() {
    std::string heads = "[";
    std::uint64_t commits = 0;
    std::uint64_t claims = 0;
    for (partition_id p = 0; p < heads_.size(); ++p) {
      commits += heads_[p].commits;
      claims += heads_[p].claims;
      if (p > 0) heads += ",";
      heads += json_line()
                   .number("partition", p)
                   .number("end", heads_[p].end)
                   .number("commits", heads_[p].commits)
                   .number("claims", heads_[p].claims)
                   .text("h", to_hex(fold_.at()[p].chain.h))
                   .take();
    }
    heads += "]";
    return line(json_line()
                    .boolean("end", true)
                    .number("records", records_)
                    .number("commits", commits)
                    .number("claims", claims)
                    .number("skipped", skipped_)
                    .raw("heads", heads)
                    .take());
  }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct partition_head {
    std::uint64_t end = 0;
    std::uint64_t commits = 0;
    std::uint64_t claims = 0;
  };

  static std::string events_of(accepted_commit const& in) {
    std::string events = "[";
    for (std::uint32_t i = 0; i < in.events.size(); ++i) {
      if (i > 0) events += ",";
      events += cloud_event_json({in.partition, in.offset, i}, in.commit, in.events[i]);
    }
    return events + "]";
  }

  std::function<result<void>(std::string_view)> const& write_;
  std::vector<partition_head> heads_;
  folder fold_;
  std::uint64_t records_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

result<transfer_report> export_log(std::string const& log_address,
                                   std::function<result<void>(std::string_view)> write,
                                   report_progress const& progress) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const ends = (*log)->ends();
  if (!ends) return tl::unexpected(ends.error());
  exporter out(**log, write);
  auto done = out.line(json_line()
                           .number("tracseq_export", 1)
                           .number("partitions", (*log)->partitions())
                           .text("log", (*log)->description())
                           .text("exported_at", to_rfc3339(now()))
                           .text("program", "tracseq " + std::string(program_version))
                           .take());
  if (done)
    done = walk(**log, from_begin(**log), [&](std::vector<log_entry>& entries) -> result<void> {
      for (auto const& entry : entries)
        if (auto written = out.entry(entry); !written) return written;
      if (progress) progress(out.records(), sum(*ends));
      return {};
    });
  if (done) done = out.end();
  if (!done) return tl::unexpected(done.error());
  return transfer_report{out.records(), 0, out.bytes()};
}

}  // namespace tracseq::offline
