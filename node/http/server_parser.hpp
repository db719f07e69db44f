#pragma once
// One request on its way in: Beast's parser behind our own words.

#include <cstdint>
#include <memory>
#include <string_view>

#include "node/http/message.hpp"

namespace tracseq::http {

class incoming_request : public request {
 public:
  enum class state : std::uint8_t { more, done, too_large, bad };

  /// Reads a head that `check_head` let pass. False where it is not a request all the same.
  [[nodiscard]] virtual bool read_head(std::string_view head) = 0;
  /// Content-Length, or 0 for a chunked body or none.
  [[nodiscard]] virtual std::uint64_t announced_bytes() const = 0;
  [[nodiscard]] virtual bool has_body() const = 0;
  virtual void limit_body(std::size_t bytes_max) = 0;
  /// Takes what it can of `bytes` and says how many those were in `used`.
  [[nodiscard]] virtual state read_body(std::string_view bytes, std::size_t& used) = 0;
  [[nodiscard]] virtual bool keep_alive() const = 0;
  [[nodiscard]] virtual bool http_1_0() const = 0;
};

[[nodiscard]] std::shared_ptr<incoming_request> make_incoming_request();

}  // namespace tracseq::http
