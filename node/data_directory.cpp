#include "node/data_directory.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "events/hash.hpp"

namespace tracseq {
namespace {

constexpr std::size_t secret_length_min = 32;

error cannot(std::string_view doing, std::string const& path) {
  return {errc::io_failure,
          "cannot " + std::string(doing) + " " + path + ": " + std::strerror(errno), {}};
}

std::string replay_file(std::string const& data) {
  return (std::filesystem::path(data) / "replayed-until").string();
}

result<std::string> make_secret(std::string const& path) {
  auto const drawn = draw_secret();
  if (!drawn) return drawn;
  auto const& secret = *drawn;
  int const fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return tl::unexpected(cannot("make", path));
  auto const line = secret + "\n";
  bool const ok =
      ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  auto const problem = cannot("write", path);
  ::close(fd);
  if (!ok) return tl::unexpected(problem);
  return secret;
}

}  // namespace

result<std::string> draw_secret() {
  char bytes[32];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
    return fail(errc::io_failure, std::string("cannot draw random bytes: ") + std::strerror(errno));
  return to_hex(std::string_view(bytes, sizeof bytes));
}

std::optional<instant> moment_of_replay(std::string const& data) {
  std::ifstream in(replay_file(data));
  std::string text;
  if (!(in >> text)) return std::nullopt;
  return parse_rfc3339(text);
}

result<void> note_moment_of_replay(std::string const& data, instant moment) {
  std::ofstream out(replay_file(data));
  out << to_rfc3339(moment) << '\n';
  out.close();
  if (!out) return tl::unexpected(cannot("write", replay_file(data)));
  return {};
}

result<std::string> read_or_make_secret(std::string const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return make_secret(path);
  std::ifstream in(path);
  std::string secret;
  if (!(in >> secret)) return tl::unexpected(cannot("read", path));
  if (secret.size() < secret_length_min)
    return fail(errc::invalid_argument, path + " holds fewer than " +
                                            std::to_string(secret_length_min) +
                                            " characters; delete it to have a new one made");
  return secret;
}

}  // namespace tracseq
