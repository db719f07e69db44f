// The floor of HTTP: a bare asynchronous Beast server that answers a constant to every request.
//
//   bench_bare_http --body FILE [--status N] [--threads N]
//
// One io_context for each thread, connections dealt out in turn, keep-alive. Prints the port it chose,
// then serves until its standard input ends.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

struct constant {
  unsigned status = 200;
  std::string body;
};

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, constant const& answer)
      : stream_(std::move(socket)), answer_(answer) {
    stream_.socket().set_option(tcp::no_delay(true));
  }
  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code ec, std::size_t) {
                       if (!ec) self->write();
                     });
  }

 private:
  void write() {
    response_ = {};
    response_.version(11);
    response_.result(answer_.status);
    response_.set(http::field::content_type, "application/json");
    response_.keep_alive(request_.keep_alive());
    response_.body() = answer_.body;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code ec, std::size_t) {
                        if (!ec) self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  constant const& answer_;
};

class server {
 public:
  server(std::size_t threads, constant answer) : answer_(std::move(answer)) {
    for (std::size_t i = 0; i < threads; ++i)
      contexts_.push_back(std::make_unique<asio::io_context>(1));
    acceptor_ = std::make_unique<tcp::acceptor>(
        *contexts_.front(), tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    acceptor_->listen(1024);
  }
  [[nodiscard]] unsigned short port() const { return acceptor_->local_endpoint().port(); }
  void run() {
    std::vector<std::jthread> threads;
    accept();
    for (auto& context : contexts_)
      threads.emplace_back([&context] {
        auto const work = asio::make_work_guard(*context);
        context->run();
      });
    char byte;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
    for (auto& context : contexts_) context->stop();
  }

 private:
  void accept() {
    auto& next = *contexts_[turn_++ % contexts_.size()];
    acceptor_->async_accept(next, [this, &next](beast::error_code ec, tcp::socket socket) {
      if (!ec) {
        auto made = std::make_shared<session>(std::move(socket), answer_);
        asio::post(next, [made] { made->read(); });
      }
      accept();
    });
  }

  constant answer_;
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::size_t turn_ = 0;
};

}  // namespace

int main(int count, char** words) {
  constant answer;
  std::size_t threads = 2;
  for (int i = 1; i + 1 < count; i += 2) {
    std::string_view const name = words[i];
    if (name == "--body") {
      std::ifstream in(words[i + 1], std::ios::binary);
      answer.body.assign(std::istreambuf_iterator<char>(in), {});
    } else if (name == "--status") {
      answer.status = static_cast<unsigned>(std::strtoul(words[i + 1], nullptr, 10));
    } else if (name == "--threads") {
      threads = std::strtoul(words[i + 1], nullptr, 10);
    }
  }
  if (answer.body.empty() || threads == 0) {
    std::fputs("usage: bench_bare_http --body FILE [--status N] [--threads N]\n", stderr);
    return 2;
  }
  server one(threads, std::move(answer));
  std::printf("%u\n", one.port());
  std::fflush(stdout);
  one.run();
}
