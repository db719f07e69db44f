#include "node/data_directory.hpp"

#include <algorithm>

#include <sys/random.h>

#include "events/file.hpp"
#include "events/hash.hpp"

namespace tracseq {
namespace {

constexpr std::size_t secret_length_min = 32;

std::string first_word(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(blanks)));
  return std::string(text.substr(0, text.find_first_of(blanks)));
}

std::string replay_file(std::string const& data) {
  return (std::filesystem::path(data) / "replayed-until").string();
}

result<std::string> make_secret(std::string const& path) {
  auto secret = draw_secret();
  if (!secret) return secret;
  if (auto const made = make_file(path, *secret + "\n", file::readers::owner); !made)
    return tl::unexpected(made.error());
  return secret;
}

}  // namespace

result<void> make_data_directory(std::string const& path) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  if (problem)
    return fail(errc::io_failure, "cannot make the data directory " + path + ": " +
                                      problem.message() + "; choose another with --data");
  return {};
}

result<void> find_data_directory(std::string const& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {};
  return fail(errc::not_found, "there is no data directory " + path + " to show; choose another with --data");
}

result<std::string> draw_secret() {
  char bytes[32];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
    return tl::unexpected(errno_error("draw", "random bytes"));
  return to_hex(std::string_view(bytes, sizeof bytes));
}

std::optional<instant> moment_of_replay(std::string const& data) {
  auto const text = read_file(replay_file(data));
  if (!text) return std::nullopt;
  return parse_rfc3339(first_word(*text));
}

result<void> note_moment_of_replay(std::string const& data, instant moment) {
  return make_file(replay_file(data), to_rfc3339(moment) + "\n");
}

result<void> put_secret(std::string const& path, std::string const& secret) {
  if (auto const text = read_file(path); text && first_word(*text) == secret) return {};
  auto const fresh = path + ".new";
  std::error_code problem;
  std::filesystem::remove(fresh, problem);
  if (auto const made = make_file(fresh, secret + "\n", file::readers::owner); !made) return made;
  std::filesystem::rename(fresh, path, problem);
  if (problem) return fail(errc::io_failure, "cannot write " + path + ": " + problem.message());
  return {};
}

result<std::string> read_or_make_secret(std::string const& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return make_secret(path);
  auto const text = read_file(path);
  if (!text) return text;
  auto const secret = first_word(*text);
  if (secret.size() < secret_length_min)
    return fail(errc::invalid_argument, path + " holds fewer than " +
                                            std::to_string(secret_length_min) +
                                            " characters; delete it to have a new one made");
  return secret;
}

}  // namespace tracseq
