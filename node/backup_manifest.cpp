#include <filesystem>

#include "events/hash.hpp"
#include "node/backup_parts.hpp"
#include "node/http/json_out.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t format_version = 1;
constexpr std::string_view digest_name = "sha256";

std::string digest_of(http::json_value const& without_digest) {
  return to_hex(sha256(http::canonical_json(without_digest)));
}

/// Reads members of one object; remembers whether all were there.
class members {
 public:
  explicit members(http::json_value const& of) : of_(of) {}
  std::uint64_t number(std::string_view name) {
    auto const* found = of_.find(name);
    if (found != nullptr) {
      if (auto const* whole = found->as<std::uint64_t>()) return *whole;
      if (auto const* whole = found->as<std::int64_t>(); whole && *whole >= 0)
        return static_cast<std::uint64_t>(*whole);
    }
    whole_ = false;
    return 0;
  }
  std::string text(std::string_view name) {
    auto const* found = of_.find(name);
    auto const* held = found ? found->as<std::string>() : nullptr;
    if (held == nullptr) whole_ = false;
    return held ? *held : std::string();
  }
  bool boolean(std::string_view name) {
    auto const* found = of_.find(name);
    auto const* held = found ? found->as<bool>() : nullptr;
    if (held == nullptr) whole_ = false;
    return held && *held;
  }
  http::json_list list(std::string_view name) {
    auto const* found = of_.find(name);
    auto const* held = found ? found->as<http::json_list>() : nullptr;
    if (held == nullptr) whole_ = false;
    return held ? *held : http::json_list();
  }
  void must(bool holds) { whole_ = whole_ && holds; }
  [[nodiscard]] bool whole() const noexcept { return whole_; }

 private:
  http::json_value const& of_;
  bool whole_ = true;
};

std::optional<partition_head> head_of(http::json_value const& from) {
  members all(from);
  partition_head one;
  one.partition = static_cast<partition_id>(all.number("partition"));
  one.records = all.number("records");
  one.claim = all.number("claim");
  one.commits = all.number("commits");
  one.h = all.text("h");
  return all.whole() ? std::optional(one) : std::nullopt;
}

/// A path that leads out of the backup's folder is none of its files.
std::optional<stored_file> file_of(http::json_value const& from) {
  members all(from);
  stored_file one;
  one.path = all.text("path");
  one.bytes = all.number("bytes");
  one.sha256 = all.text("sha256");
  fs::path const path(one.path);
  all.must(path.is_relative() && path.lexically_normal() == path && !one.path.starts_with(".."));
  return all.whole() ? std::optional(one) : std::nullopt;
}

std::optional<manifest> manifest_of(http::json_value const& from) {
  members all(from);
  manifest out;
  out.tracseq_backup = all.number("tracseq_backup");
  out.number = all.number("number");
  out.program = all.text("program");
  auto const moment = parse_rfc3339(all.text("made_at"));
  all.must(moment.has_value());
  out.made_at = moment.value_or(instant{});
  out.source = all.text("source");
  out.partitions = static_cast<partition_id>(all.number("partitions"));
  out.records = all.number("records");
  out.commits = all.number("commits");
  out.donors_erased = all.number("donors_erased");
  out.keys = all.boolean("keys");
  for (auto const& one : all.list("heads")) {
    auto const head = head_of(one);
    all.must(head && head->partition == out.heads.size());
    out.heads.push_back(head.value_or(partition_head{}));
  }
  for (auto const& one : all.list("files")) {
    auto const file = file_of(one);
    all.must(file.has_value());
    out.files.push_back(file.value_or(stored_file{}));
  }
  all.must(out.heads.size() == out.partitions && out.partitions > 0);
  return all.whole() ? std::optional(out) : std::nullopt;
}

}  // namespace

std::string manifest_file(std::string const& directory) { return (fs::path(directory) / "manifest.json").string(); }

bool has_manifest(std::string const& directory) {
  std::error_code ignored;
  return fs::exists(manifest_file(directory), ignored);
}

std::string manifest_text(manifest const& what) {
  auto value = *http::parse_json(http::to_json(what));
  auto const digest = digest_of(value);
  std::get<http::json_object>(value.held).emplace_back(std::string(digest_name), http::json_value{digest});
  return http::write_json_text(value, 2) + "\n";
}

result<manifest> read_manifest(std::string const& directory) {
  auto const path = manifest_file(directory);
  if (!has_manifest(directory))
    return fail(errc::not_found, "There is no backup in " + directory + ": it has no manifest.json.");
  auto const text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto const damaged = [&](std::string const& what) {
    return fail(errc::corrupt, path + " was changed: " + what + ". Take the file from another copy of this backup.");
  };
  auto parsed = http::parse_json(*text);
  if (!parsed) return damaged(parsed.error().detail);
  if (members(*parsed).number("tracseq_backup") > format_version)
    return fail(errc::unsupported, "The backup in " + directory + " was made by a newer TracSeq. Use that one.");
  auto* members_of = std::get_if<http::json_object>(&parsed->held);
  if (members_of == nullptr) return damaged("it is no JSON object");
  auto const said = std::string(parsed->text(digest_name));
  std::erase_if(*members_of, [](auto const& one) { return one.first == digest_name; });
  if (said != digest_of(*parsed)) return damaged("it does not have the SHA-256 that it names");
  auto read = manifest_of(*parsed);
  if (!read) return damaged("something is missing in it");
  return *std::move(read);
}

}  // namespace tracseq::backup
