#pragma once
// The checks that a request's head has to pass before anything parses it. They refuse what proxies
// and servers are known to understand differently (request smuggling), so that nothing behind them
// has to think of it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tracseq::http {

struct head_refusal {
  int status = 400;
  std::string_view detail;
};

/// Looks for the end of a head in `bytes`, from `scanned` on.
struct head_scan {
  std::size_t end = 0;        ///< behind the empty line; 0 = not there yet
  std::size_t scanned = 0;    ///< where the next scan goes on
  bool bare_line_feed = false;  ///< a line that does not end with CR LF
};
[[nodiscard]] head_scan scan_head(std::string_view bytes, std::size_t scanned) noexcept;

/// Judges a whole head, the empty line included: form of the request line, one Host, header names,
/// no folding, no control characters, Content-Length and Transfer-Encoding without contradiction.
[[nodiscard]] std::optional<head_refusal> check_head(std::string_view head) noexcept;

}  // namespace tracseq::http
