#include "events/file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tracseq {
namespace {

mode_t rights_of(file::readers who) noexcept {
  return who == file::readers::owner ? 0600 : who == file::readers::group ? 0640 : 0644;
}

}  // namespace

error errno_error(std::string_view doing, std::filesystem::path const& path) {
  int const code = errno;
  bool const full = code == ENOSPC || code == EDQUOT;
  std::string words = "cannot " + std::string(doing) + " " + path.string() + ": " +
                      std::strerror(code);
  if (full) words += "; free some space, a node that runs then goes on by itself";
  return {full ? errc::storage_full : errc::io_failure, std::move(words), {}};
}

file& file::operator=(file&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

file::~file() {
  if (fd_ >= 0) ::close(fd_);
}

result<file> file::open(std::filesystem::path const& path, mode how, readers who) {
  int flags = O_CLOEXEC;
  flags |= how == mode::read ? O_RDONLY : O_RDWR;
  if (how == mode::create) flags |= O_CREAT;
  if (how == mode::create_new) flags |= O_CREAT | O_TRUNC;
  if (how == mode::append) flags |= O_CREAT | O_APPEND;
  file opened;
  opened.path_ = path;
  opened.fd_ = ::open(path.c_str(), flags, rights_of(who));
  if (opened.fd_ < 0) return tl::unexpected(errno_error("open", path));
  return opened;
}

result<void> file::write_at(std::uint64_t at, std::string_view bytes) const {
  while (!bytes.empty()) {
    auto const wrote = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return tl::unexpected(errno_error("write", path_));
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
    at += static_cast<std::uint64_t>(wrote);
  }
  return {};
}

result<void> file::append(std::string_view bytes) const {
  while (!bytes.empty()) {
    auto const wrote = ::write(fd_, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return tl::unexpected(errno_error("write", path_));
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

result<void> file::read_at(std::uint64_t at, std::size_t size, std::string& out) const {
  out.resize(size);
  std::size_t have = 0;
  while (have < size) {
    auto const got = ::pread(fd_, out.data() + have, size - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(errno_error("read", path_));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return {};
}

result<void> file::sync_data() const {
  if (::fdatasync(fd_) != 0) return tl::unexpected(errno_error("sync", path_));
  return {};
}

result<void> file::truncate(std::uint64_t size) const {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0)
    return tl::unexpected(errno_error("truncate", path_));
  return {};
}

result<void> file::allocate(std::uint64_t size) const {
  int const code = ::posix_fallocate(fd_, 0, static_cast<off_t>(size));
  if (code != 0) {
    errno = code;
    return tl::unexpected(errno_error("take space for", path_));
  }
  return {};
}

result<std::uint64_t> file::size() const {
  struct stat facts {};
  if (::fstat(fd_, &facts) != 0) return tl::unexpected(errno_error("look at", path_));
  return static_cast<std::uint64_t>(facts.st_size);
}

result<void> file::lock() const {
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return tl::unexpected(errno_error("lock", path_));
  std::string holder;
  if (auto read = read_at(0, 64, holder); !read) holder.clear();
  while (!holder.empty() && (holder.back() == '\n' || holder.back() == '\0')) holder.pop_back();
  return fail(errc::conflict,
              path_.parent_path().string() + " is in use by another TracSeq" +
                  (holder.empty() ? "" : " (process " + holder + ")") +
                  "; stop it, or give this one another directory with --data");
}

result<void> sync_directory(std::filesystem::path const& path) {
  int const fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(errno_error("open", path));
  bool const ok = ::fsync(fd) == 0;
  auto const problem = errno_error("sync", path);
  ::close(fd);
  if (!ok) return tl::unexpected(problem);
  return {};
}

result<std::string> read_file(std::filesystem::path const& path) {
  auto const opened = file::open(path, file::mode::read);
  if (!opened) return tl::unexpected(opened.error());
  auto const size = opened->size();
  if (!size) return tl::unexpected(size.error());
  std::string bytes;
  if (auto const read = opened->read_at(0, *size, bytes); !read) return tl::unexpected(read.error());
  return bytes;
}

result<void> make_file(std::filesystem::path const& path, std::string_view bytes, file::readers who) {
  auto const beside = path.string() + ".new";
  // What a crash left there may have been for other readers.
  ::unlink(beside.c_str());
  auto const made = file::open(beside, file::mode::create_new, who);
  if (!made) return tl::unexpected(made.error());
  auto done = made->write_at(0, bytes);
  if (done) done = made->sync_data();
  // A second name, unlike a new name, never takes the place of something.
  if (done && ::link(beside.c_str(), path.c_str()) != 0)
    done = errno == EEXIST ? fail(errc::conflict, "cannot make " + path.string() + ": it is there already")
                           : result<void>(tl::unexpected(errno_error("make", path)));
  ::unlink(beside.c_str());
  if (!done) return done;
  return sync_directory(std::filesystem::absolute(path).parent_path());
}

}  // namespace tracseq
