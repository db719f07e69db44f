#pragma once
// The few system calls that files of promises (the embedded log, keys, checkpoints) are made of, with their
// failures as words.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq {

/// An open file. Move-only; closes itself.
class file {
 public:
  /// `create_new` empties what is there; `append` creates, and is written to by `append` alone.
  enum class mode { read, read_write, create, create_new, append };
  enum class readers { everybody, group, owner };  ///< of a file that is made

  file() = default;
  file(file&& other) noexcept : fd_(other.fd_), path_(std::move(other.path_)) { other.fd_ = -1; }
  file& operator=(file&& other) noexcept;
  file(file const&) = delete;
  file& operator=(file const&) = delete;
  ~file();

  [[nodiscard]] static result<file> open(std::filesystem::path const& path, mode how,
                                         readers who = readers::group);

  [[nodiscard]] result<void> write_at(std::uint64_t at, std::string_view bytes) const;
  /// Behind all that anybody has written.
  [[nodiscard]] result<void> append(std::string_view bytes) const;
  /// Up to `size` bytes into `out` (replaced); fewer only at the end of the file.
  [[nodiscard]] result<void> read_at(std::uint64_t at, std::size_t size, std::string& out) const;
  /// fdatasync. A failure means that what was written may be lost; never try again.
  [[nodiscard]] result<void> sync_data() const;
  [[nodiscard]] result<void> truncate(std::uint64_t size) const;
  /// Takes disk space up to `size`, so that later writes neither fail for want of it nor change the
  /// file's size (which would make every sync dearer).
  [[nodiscard]] result<void> allocate(std::uint64_t size) const;
  [[nodiscard]] result<std::uint64_t> size() const;
  /// flock: `conflict` when another process holds it.
  [[nodiscard]] result<void> lock() const;

  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }

 private:
  int fd_ = -1;
  std::filesystem::path path_;
};

/// fsync of a directory, so that a new file's name is durable too.
[[nodiscard]] result<void> sync_directory(std::filesystem::path const& path);

/// All of a small file.
[[nodiscard]] result<std::string> read_file(std::filesystem::path const& path);
/// A small file, whole or not at all: written beside, synced, and given its name. `conflict` where there is
/// something, be it a link that leads nowhere.
[[nodiscard]] result<void> make_file(std::filesystem::path const& path, std::string_view bytes,
                                     file::readers who = file::readers::group);

/// `io_failure` or `storage_full` from errno: "cannot write /data/log/x: No space left on device".
[[nodiscard]] error errno_error(std::string_view doing, std::filesystem::path const& path);

}  // namespace tracseq
