#include "node/http/token.hpp"

namespace tracseq::http {

bool same_secret(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned char differs = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    differs = static_cast<unsigned char>(differs | (static_cast<unsigned char>(a[i]) ^
                                                    static_cast<unsigned char>(b[i])));
  return differs == 0;
}

bool bearer_matches(std::string_view authorization, std::string_view token) noexcept {
  constexpr std::string_view scheme = "Bearer ";
  if (token.empty() || authorization.size() <= scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    char const c = authorization[i];
    char const lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    char const wanted = scheme[i] >= 'A' && scheme[i] <= 'Z' ? static_cast<char>(scheme[i] + 32) : scheme[i];
    if (lower != wanted) return false;
  }
  return same_secret(authorization.substr(scheme.size()), token);
}

}  // namespace tracseq::http
