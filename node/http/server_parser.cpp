#include "node/http/server_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tracseq::http {
namespace {

namespace beast = boost::beast;

method method_of(beast::http::verb verb) noexcept {
  switch (verb) {
    case beast::http::verb::get: return method::get;
    case beast::http::verb::head: return method::head;
    case beast::http::verb::post: return method::post;
    case beast::http::verb::put: return method::put;
    case beast::http::verb::patch: return method::patch;
    case beast::http::verb::delete_: return method::delete_;
    case beast::http::verb::options: return method::options;
    default: return method::other;
  }
}

/// What the shortest end of a chunked body takes ("0" and two line ends). The parser asserts that it has as much once
/// it has seen the last chunk begin, which nobody has to send at once.
constexpr std::size_t chunked_end_bytes = 5;

class beast_request final : public incoming_request {
 public:
  beast_request() { parser_.header_limit(1 << 20); }

  bool read_head(std::string_view head) override {
    beast::error_code ec;
    parser_.eager(false);
    // The limit for the body comes later; the parser has one of its own for heads that announce more.
    parser_.body_limit(boost::none);
    parser_.put(boost::asio::buffer(head.data(), head.size()), ec);
    if (ec || !parser_.is_header_done()) return false;
    auto const& message = parser_.get();
    method = method_of(message.method());
    std::string_view target(message.target().data(), message.target().size());
    if (auto const scheme = target.find("://"); !target.starts_with('/') && scheme != target.npos) {
      auto const slash = target.find('/', scheme + 3);
      target = slash == target.npos ? std::string_view("/") : target.substr(slash);
    }
    target = target.substr(0, target.find('#'));
    auto const question = target.find('?');
    path = target.substr(0, question);
    query = question == target.npos ? std::string_view() : target.substr(question + 1);
    return true;
  }

  std::string_view header(std::string_view name) const override {
    auto const& message = parser_.get();
    auto const found = message.find(beast::string_view(name.data(), name.size()));
    if (found == message.end()) return {};
    return {found->value().data(), found->value().size()};
  }

  std::uint64_t announced_bytes() const override {
    return parser_.content_length() ? *parser_.content_length() : 0;
  }
  bool has_body() const override { return !parser_.is_done(); }
  void limit_body(std::size_t bytes_max) override {
    parser_.body_limit(static_cast<std::uint64_t>(bytes_max));
    parser_.eager(true);
  }

  state read_body(std::string_view bytes, std::size_t& used) override {
    beast::error_code ec;
    used = 0;
    while (!parser_.is_done() && used < bytes.size()) {
      auto const rest = bytes.substr(used);
      if (parser_.chunked() && rest.front() == '0' && rest.size() < chunked_end_bytes) return state::more;
      used += parser_.put(boost::asio::buffer(rest.data(), rest.size()), ec);
      if (ec == beast::http::error::need_more) return state::more;
      if (ec == beast::http::error::body_limit) return state::too_large;
      if (ec) return state::bad;
    }
    if (!parser_.is_done()) return state::more;
    body = std::move(parser_.get().body());
    return state::done;
  }

  bool keep_alive() const override { return parser_.get().keep_alive(); }
  bool http_1_0() const override { return parser_.get().version() == 10; }

 private:
  beast::http::request_parser<beast::http::string_body> parser_;
};

}  // namespace

std::shared_ptr<incoming_request> make_incoming_request() {
  return std::make_shared<beast_request>();
}

}  // namespace tracseq::http
