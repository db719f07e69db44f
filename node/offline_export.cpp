#include <rapidjson/document.h>
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
  exporter(partition_id partitions, std::function<result<void>(std::string_view)> const& write)
      : write_(write), heads_(partitions), fold_(genesis_positions(partitions)) {}

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

using json_document = rapidjson::Document;

std::optional<std::uint64_t> number_in(json_document const& line, char const* name) {
  auto const found = line.FindMember(name);
  if (found == line.MemberEnd() || !found->value.IsUint64()) return std::nullopt;
  return found->value.GetUint64();
}

/// What does not agree between a line and the one that its record makes.
std::string difference(json_document const& given, std::string_view made) {
  json_document right;
  right.Parse(made.data(), made.size());
  if (given == right) return {};
  for (auto const& [name, value] : right.GetObject()) {
    auto const said = given.FindMember(name);
    if (said == given.MemberEnd() || said->value != value)
      return std::string("\"") + name.GetString() + "\" is not what the record's bytes say";
  }
  return "something is said that no record's bytes say";
}

/// Reads an export line by line and writes each anew from its record.
class export_check {
 public:
  result<void> line(std::string const& text) {
    ++number_;
    json_document given;
    given.Parse(text.data(), text.size());
    if (given.HasParseError() || !given.IsObject()) return wrong("it is not a JSON object");
    if (closed_) return wrong("it stands behind the end");
    if (number_ == 1) return first(given);
    if (given.HasMember("end")) {
      closed_ = true;
      return same(given, again_->end());
    }
    auto const partition = number_in(given, "partition");
    auto const offset = number_in(given, "offset");
    auto const bytes = given.FindMember("record");
    if (!partition || *partition >= partitions_ || !offset || bytes == given.MemberEnd() || !bytes->value.IsString())
      return wrong("it is no record");
    auto record = from_base64({bytes->value.GetString(), bytes->value.GetStringLength()});
    if (!record) return wrong("its record is not base64");
    log_entry entry;
    entry.partition = static_cast<partition_id>(*partition);
    entry.offset = *offset;
    entry.record = *std::move(record);
    return same(given, again_->entry(entry));
  }

  result<transfer_report> end() {
    if (!closed_) return tl::unexpected(wrong("the file ends early: its last line is missing").error());
    return transfer_report{again_->records(), 0, again_->bytes()};
  }

 private:
  result<void> first(json_document const& given) {
    auto const partitions = number_in(given, "partitions");
    if (number_in(given, "tracseq_export") != 1 || !partitions || *partitions == 0 || *partitions > 1024)
      return wrong("this is not an export of TracSeq");
    partitions_ = static_cast<partition_id>(*partitions);
    if (auto const by = given.FindMember("program"); by != given.MemberEnd() && by->value.IsString())
      program_ = by->value.GetString();
    again_.emplace(partitions_, write_);
    return {};
  }

  result<void> same(json_document const& given, result<void> const& made) {
    if (!made) return made;
    auto what = difference(given, made_);
    if (what.empty()) return {};
    auto const ours = "tracseq " + std::string(program_version);
    if (program_ != ours) what += " (" + program_ + " wrote the file, " + ours + " reads it)";
    return wrong(what);
  }

  [[nodiscard]] result<void> wrong(std::string const& what) const {
    return fail(errc::corrupt, "The export does NOT verify: line " + std::to_string(number_) + ": " + what + ".");
  }

  std::uint64_t number_ = 0;
  partition_id partitions_ = 0;
  std::string program_ = "an unknown program";
  std::string made_;
  std::function<result<void>(std::string_view)> write_ = [this](std::string_view line) -> result<void> {
    made_ = line;
    return {};
  };
  std::optional<exporter> again_;
  bool closed_ = false;
};

}  // namespace

result<transfer_report> verify_export(std::istream& from) {
  export_check check;
  for (std::string line; std::getline(from, line);)
    if (auto const fine = check.line(line); !fine) return tl::unexpected(fine.error());
  return check.end();
}

result<transfer_report> export_log(std::string const& log_address,
                                   std::function<result<void>(std::string_view)> write,
                                   report_progress const& progress) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const ends = (*log)->ends();
  if (!ends) return tl::unexpected(ends.error());
  exporter out((*log)->partitions(), write);
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
