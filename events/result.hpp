#pragma once
// Errors are values. `errc` is the one list of what can go wrong; everything else about an error
// (HTTP status, exit code, whether a retry helps) is looked up from it in `describe`.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace tracseq {

/// Kinds of failure. Values are stable: they travel between nodes. Append only.
enum class errc : std::uint8_t {
  invalid_argument = 1,  ///< a field or file is wrong by itself; `problems` names the fields
  rule_violation,        ///< well-formed, but a rule of the laboratory forbids it
  conflict,              ///< somebody else was first: a taken slot, barcode or state
  not_found,             ///< nothing has this id or barcode
  already_exists,        ///< an id that has to be new is in use
  version_mismatch,      ///< `If-Match` does not name the stream's version
  key_reused,            ///< the idempotency key was used with another body
  overloaded,            ///< in-flight work is at its bound; retry later
  unavailable,           ///< not owner, not caught up, shutting down; retry later
  outcome_unknown,       ///< the log did not answer in time; retry with the same key
  timed_out,             ///< a deadline passed before anything was written
  unauthenticated,       ///< no token or a wrong one
  forbidden,             ///< the identity may not do this
  corrupt,               ///< stored bytes do not verify
  io_failure,            ///< the operating system or the broker refused
  storage_full,          ///< no space left
  too_large,             ///< over a limit that is a setting
  unsupported,           ///< a version, type or feature this build does not know
  internal,              ///< a defect in TracSeq
  not_owner,             ///< another node owns the partition; between nodes, which then ask that one
};

/// How an error looks from outside. One row per `errc`.
struct errc_description {
  errc code;
  std::string_view name;   ///< stable snake_case word, used in problem types and JSON
  int http_status;
  int exit_code;           ///< of the command line
  bool retryable;          ///< the same request may succeed later
};

[[nodiscard]] errc_description const& describe(errc code) noexcept;
/// The kind of failure with this name; `internal` for one that is none.
[[nodiscard]] errc errc_named(std::string_view name) noexcept;

/// One wrong field: `pointer` is an RFC 6901 JSON pointer into the request ("/name").
struct field_problem {
  std::string pointer;
  std::string code;     ///< stable word, e.g. "required", "out_of_range"
  std::string detail;   ///< a sentence for a person: what is wrong and what would be right
  friend bool operator==(field_problem const&, field_problem const&) = default;
};

/// A refusal or failure with the words that a person reads.
struct error {
  errc code = errc::internal;
  std::string detail;
  std::vector<field_problem> problems;
  friend bool operator==(error const&, error const&) = default;
};

template <class T>
using result = tl::expected<T, error>;

[[nodiscard]] inline tl::unexpected<error> fail(errc code, std::string detail,
                                                std::vector<field_problem> problems = {}) {
  return tl::unexpected<error>(error{code, std::move(detail), std::move(problems)});
}

}  // namespace tracseq
