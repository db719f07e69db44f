#include "node/checkpoint_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

namespace tracseq {
namespace {

constexpr std::streamoff listed_bytes_max = 512 * 1024;

error cannot(std::string_view doing, std::string const& path) {
  return {errno == ENOSPC ? errc::storage_full : errc::io_failure,
          "cannot " + std::string(doing) + " " + path + ": " + std::strerror(errno), {}};
}

struct descriptor {
  explicit descriptor(int number) : fd(number) {}
  ~descriptor() {
    if (fd >= 0) ::close(fd);
  }
  descriptor(descriptor const&) = delete;
  int fd;
};

/// A line that a crash cut off is closed, so that the next one stands alone.
bool ends_within_a_line(int fd) {
  auto const size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

result<signing_key> make_signing_key(std::string const& path) {
  auto key = signing_key::draw();
  if (!key) return key;
  auto const pem = key->pem();
  if (!pem) return tl::unexpected(pem.error());
  descriptor const file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (file.fd < 0) return tl::unexpected(cannot("make", path));
  if (::write(file.fd, pem->data(), pem->size()) != static_cast<ssize_t>(pem->size()) ||
      ::fsync(file.fd) != 0)
    return tl::unexpected(cannot("write", path));
  return key;
}

bool is_whole(std::string_view line) { return line.starts_with("{") && line.ends_with("}"); }

}  // namespace

result<signing_key> read_or_make_signing_key(std::string const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return make_signing_key(path);
  std::ifstream in(path);
  std::string const pem{std::istreambuf_iterator<char>(in), {}};
  auto key = signing_key::from_pem(pem);
  if (!key)
    return fail(errc::invalid_argument, path + " cannot be used to sign checkpoints: " + key.error().detail +
                                            ". Restore it, or move it away to have a new one made");
  return key;
}

result<void> append_checkpoint(std::string const& path, std::string const& line) {
  bool const is_new = ::access(path.c_str(), F_OK) != 0;
  descriptor const file(::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644));
  if (file.fd < 0) return tl::unexpected(cannot("write to", path));
  std::string text = ends_within_a_line(file.fd) ? "\n" : "";
  text.append(line).append("\n");
  if (::write(file.fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fdatasync(file.fd) != 0)
    return tl::unexpected(cannot("write to", path));
  if (is_new) {
    auto const folder = std::filesystem::absolute(path).parent_path();
    descriptor const directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.fd >= 0) ::fsync(directory.fd);
  }
  return {};
}

result<checkpoint_file> read_checkpoints(std::string const& path, std::vector<std::string> const& keys) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return tl::unexpected(cannot("read", path));
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
