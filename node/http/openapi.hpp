#pragma once
// The OpenAPI 3.1 document, made from the route table.

#include <string>
#include <string_view>

namespace tracseq::http {

[[nodiscard]] std::string openapi_json(std::string_view version);

}  // namespace tracseq::http
