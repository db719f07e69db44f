#include "events/result.hpp"

#include <array>

namespace tracseq {
namespace {

constexpr std::array descriptions{
    errc_description{errc::invalid_argument, "invalid_argument", 422, 1, false},
    errc_description{errc::rule_violation, "rule_violation", 422, 1, false},
    errc_description{errc::conflict, "conflict", 409, 3, false},
    errc_description{errc::not_found, "not_found", 404, 4, false},
    errc_description{errc::already_exists, "already_exists", 409, 3, false},
    errc_description{errc::version_mismatch, "version_mismatch", 412, 3, false},
    errc_description{errc::key_reused, "idempotency_key_reused", 409, 3, false},
    errc_description{errc::overloaded, "overloaded", 503, 6, true},
    errc_description{errc::unavailable, "unavailable", 503, 6, true},
    errc_description{errc::outcome_unknown, "outcome_unknown", 503, 6, true},
    errc_description{errc::timed_out, "timed_out", 503, 6, true},
    errc_description{errc::unauthenticated, "unauthenticated", 401, 5, false},
    errc_description{errc::forbidden, "forbidden", 403, 5, false},
    errc_description{errc::corrupt, "corrupt", 500, 1, false},
    errc_description{errc::io_failure, "io_failure", 503, 6, true},
    errc_description{errc::storage_full, "storage_full", 507, 6, true},
    errc_description{errc::too_large, "too_large", 413, 1, false},
    errc_description{errc::unsupported, "unsupported", 422, 1, false},
    errc_description{errc::not_owner, "not_owner", 503, 6, true},
    errc_description{errc::internal, "internal", 500, 1, false},
};

}  // namespace

errc_description const& describe(errc code) noexcept {
  for (auto const& row : descriptions)
    if (row.code == code) return row;
  return descriptions.back();
}

errc errc_named(std::string_view name) noexcept {
  for (auto const& row : descriptions)
    if (row.name == name) return row.code;
  return errc::internal;
}

}  // namespace tracseq
