#include "node/checkpoint_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "events/file.hpp"

namespace tracseq {
namespace {

constexpr std::streamoff listed_bytes_max = 512 * 1024;

/// A line that a crash cut off is closed, so that the next one stands alone.
result<bool> ends_within_a_line(file const& lines) {
  auto const size = lines.size();
  if (!size) return tl::unexpected(size.error());
  if (*size == 0) return false;
  std::string last;
  if (auto const read = lines.read_at(*size - 1, 1, last); !read) return tl::unexpected(read.error());
  return last != "\n";
}

result<signing_key> make_signing_key(std::string const& path) {
  auto key = signing_key::draw();
  if (!key) return key;
  auto const pem = key->pem();
  if (!pem) return tl::unexpected(pem.error());
  if (auto const made = make_file(path, *pem, file::readers::owner); !made) return tl::unexpected(made.error());
  return key;
}

bool is_whole(std::string_view line) { return line.starts_with("{") && line.ends_with("}"); }

}  // namespace

result<signing_key> read_or_make_signing_key(std::string const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return make_signing_key(path);
  auto const pem = read_file(path);
  if (!pem) return tl::unexpected(pem.error());
  auto key = signing_key::from_pem(*pem);
  if (!key)
    return fail(errc::invalid_argument, path + " cannot be used to sign checkpoints: " + key.error().detail +
                                            ". Restore it, or move it away to have a new one made");
  return key;
}

result<void> append_checkpoint(std::string const& path, std::string const& line) {
  std::error_code ignored;
  bool const is_new = !std::filesystem::exists(path, ignored);
  auto const lines = file::open(path, file::mode::append, file::readers::everybody);
  if (!lines) return tl::unexpected(lines.error());
  auto const torn = ends_within_a_line(*lines);
  if (!torn) return tl::unexpected(torn.error());
  auto done = lines->append((*torn ? "\n" : "") + line + "\n");
  if (done) done = lines->sync_data();
  // Not every place that a setting names (a share of another machine) can sync a folder.
  if (done && is_new) (void)sync_directory(std::filesystem::absolute(path).parent_path());
  return done;
}

result<checkpoint_file> read_checkpoints(std::string const& path, std::vector<std::string> const& keys) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return tl::unexpected(errno_error("read", path));
  checkpoint_file out;
  auto trusted = keys;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!is_whole(line)) {
      ++out.unfinished;
      continue;
    }
    auto read = decode_checkpoint(line);
    auto const place = path + ", line " + std::to_string(number) + ": ";
    if (!read) return fail(errc::corrupt, place + read.error().detail);
    if (trusted.empty()) trusted.push_back(read->key);
    if (std::find(trusted.begin(), trusted.end(), read->key) == trusted.end())
      return fail(errc::corrupt, place + "it is signed with the key " + read->key +
                                     (keys.empty() ? ", those before it with another. Name the keys that you "
                                                     "trust with --key"
                                                   : ", which is not one that you named"));
    out.all.push_back(*std::move(read));
  }
  return out;
}

std::vector<std::string> newest_checkpoints(std::string const& path, std::size_t limit) {
  std::vector<std::string> lines;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return lines;
  auto const from = std::max<std::streamoff>(0, in.tellg() - listed_bytes_max);
  in.seekg(from);
  std::string line;
  if (from > 0) std::getline(in, line);  // the rest of a line that began before
  while (std::getline(in, line))
    if (decode_checkpoint(line)) lines.push_back(line);
  std::reverse(lines.begin(), lines.end());
  if (lines.size() > limit) lines.resize(limit);
  return lines;
}

}  // namespace tracseq
