#pragma once
// The timeline of a stream, as every resource's …/history gives it.

#include "node/http/route.hpp"

namespace tracseq::http {

BOOST_DEFINE_ENUM_CLASS(history_order, desc, asc)

struct history_query : read_options {
  std::optional<std::uint32_t> limit;
  std::string cursor;
  history_order order = history_order::desc;
};
BOOST_DESCRIBE_STRUCT(history_query, (read_options), (limit, cursor, order))
inline constexpr note limit_note{
    .field = "limit", .doc = "Items in the page, 1 to 500; 50 where it is left out.", .min = 1, .max = 500};
template <>
inline constexpr auto notes<history_query> = std::to_array<note>({limit_note});

void answer_history(call_ptr c, std::string stream, history_query const& asked);

/// `Link: <…cursor=…>; rel="next"`; empty where nothing follows.
[[nodiscard]] std::string next_link(call const& c, std::string const& cursor);

}  // namespace tracseq::http
