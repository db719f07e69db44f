// The server over a real socket: framing, bounds, and what must be refused.
#include <doctest/doctest.h>

#include <thread>

#include "node/http/server.hpp"
#include "tests/node/raw_client.hpp"

using namespace tracseq;
using namespace tracseq::test;
using namespace std::chrono_literals;

namespace {

http::server_options small_options() {
  http::server_options options;
  options.port = 0;
  options.threads = 2;
  options.head_timeout = 600ms;
  options.idle_timeout = 2s;
  options.stream_queue_bytes_max = 64 * 1024;
  return options;
}

/// Answers with what it was asked.
struct echo_server {
  explicit echo_server(http::server_options options = small_options())
      : server(options, [](http::request const& head) { return head.path == "/large" ? 100'000u : 1000u; },
               [this](http::request_ptr asked, http::responder to) { handle(asked, std::move(to)); }) {
    auto const started = server.start();
    REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().detail));
  }
  ~echo_server() { server.drain(1s); }

  void handle(http::request_ptr asked, http::responder to) {
    ++handled;
    if (asked->path == "/throw") throw std::runtime_error("on purpose");
    if (asked->path == "/lost") return;
    if (asked->path == "/stream") {
      http::response head;
      head.content_type = "text/event-stream";
      stream = to.start(std::move(head));
      return;
    }
    if (asked->path == "/later") {
      std::thread([asked, answer_to = std::make_shared<http::responder>(std::move(to))] {
        std::this_thread::sleep_for(30ms);
        http::response out;
        out.content_type = "text/plain";
        out.body = "later";
        answer_to->send(std::move(out));
      }).detach();
      return;
    }
    http::response out;
    out.content_type = "text/plain";
    out.body = std::string(http::to_string(asked->method)) + " " + std::string(asked->path) + " ? " +
               std::string(asked->query) + " [" + asked->body + "]";
    out.add("X-Split", asked->header("x-split"));
    to.send(std::move(out));
  }

  std::atomic<int> handled{0};
  std::shared_ptr<http::stream> stream;
  http::server server;
};

std::string ask(echo_server& at, std::string_view bytes) {
  raw_client client(at.server.port());
  client.send(bytes);
  return client.read_answer();
}

}  // namespace

TEST_CASE("a request is answered, and the connection is kept") {
  echo_server at;
  raw_client client(at.server.port());
  client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const first = client.read_answer();
  CHECK(status_of(first) == 200);
  CHECK(body_of(first) == "GET /a ? b=c []");
  client.send("POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(body_of(client.read_answer()) == "POST /d ?  [hello]");
}

TEST_CASE("pipelined requests are answered in order") {
  echo_server at;
  raw_client client(at.server.port());
  std::string all = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < 50; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  client.send(all);
  CHECK(body_of(client.read_answer()) == "later");
  for (int i = 0; i < 50; ++i)
    CHECK(body_of(client.read_answer()) == "POST /" + std::to_string(i) + " ?  [abc]");
}

TEST_CASE("a request that arrives byte by byte is one request") {
  echo_server at;
  raw_client client(at.server.port());
  for (char const c : std::string("POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) {
    client.send({&c, 1});
    std::this_thread::sleep_for(1ms);
  }
  CHECK(body_of(client.read_answer()) == "POST /slow ?  [abcde]");
}

TEST_CASE("HEAD has the length but no body") {
  echo_server at;
  raw_client client(at.server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  auto const both = client.read_all();
  auto const second = both.find("HTTP/1.1", 10);
  CHECK(both.substr(0, second).find("Content-Length: 13") != std::string::npos);
  CHECK(both.substr(0, second).ends_with("\r\n\r\n"));
  CHECK(both.find("GET /b") != std::string::npos);
}

TEST_CASE("what proxies and servers understand differently is refused") {
  echo_server at;
  struct row {
    std::string_view what;
    std::string_view bytes;
    int status;
  };
  for (auto const& one : {
           row{"both framings", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
           row{"two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
           row{"a list of lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
           row{"a signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400},
           row{"another encoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
           row{"a hidden encoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n", 400},
           row{"an encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
           row{"bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", 400},
           row{"one bare line feed", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400},
           row{"folding", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400},
           row{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
           row{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
           row{"a blank in a name", "GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n", 400},
           row{"no colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400},
           row{"an old version", "GET /\r\n\r\n", 400},
           row{"a new version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
           row{"a blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
           row{"a star", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
           row{"authority form", "CONNECT host:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
           row{"a bad chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
           row{"TLS", "\x16\x03\x01\x02\x01\n", 400},
       }) {
    CAPTURE(one.what);
    CHECK(status_of(ask(at, one.bytes)) == one.status);
  }
  CHECK(at.handled == 0);
}

TEST_CASE("an absolute target is taken as its path") {
  echo_server at;
  CHECK(body_of(ask(at, "GET http://other/p?q HTTP/1.1\r\nHost: x\r\n\r\n")) == "GET /p ? q []");
}

TEST_CASE("a head over the bound is 431, a body over it 413, and the client can read that") {
  echo_server at;
  CHECK(status_of(ask(at, "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")) == 431);
  auto const announced = ask(at, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'b'));
  CHECK(status_of(announced) == 413);
  CHECK(announced.find("1000 bytes") != std::string::npos);
  CHECK(status_of(ask(at, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d1\r\n" +
                              std::string(2001, 'c') + "\r\n0\r\n\r\n")) == 413);
  CHECK(status_of(ask(at, "POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n" +
                              std::string(50'000, 'd'))) == 200);
}

TEST_CASE("a request that does not arrive in time is 408") {
  echo_server at;
  CHECK(status_of(ask(at, "GET / HTTP/1.1\r\nHost: x\r\n")) == 408);
}

TEST_CASE("connections over the bound are told so") {
  auto options = small_options();
  options.connections_max = 2;
  echo_server at(options);
  raw_client first(at.server.port());
  raw_client second(at.server.port());
  first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(status_of(first.read_answer()) == 200);
  CHECK(status_of(second.read_answer()) == 200);
  raw_client third(at.server.port());
  auto const refused = third.read_answer();
  CHECK(status_of(refused) == 503);
  CHECK(refused.find("Too many connections") != std::string::npos);
  CHECK(at.server.stats().connections_refused == 1);
}

TEST_CASE("a handler that fails or forgets answers 500") {
  echo_server at;
  CHECK(status_of(ask(at, "GET /throw HTTP/1.1\r\nHost: x\r\n\r\n")) == 500);
  CHECK(status_of(ask(at, "GET /lost HTTP/1.1\r\nHost: x\r\n\r\n")) == 500);
}

TEST_CASE("a header value cannot split an answer") {
  http::response out;
  out.add("X-Split", "a\r\nSet-Cookie: b");
  CHECK(out.headers == "X-Split: a  Set-Cookie: b\r\n");
}

TEST_CASE("Expect: 100-continue is honoured") {
  echo_server at;
  raw_client client(at.server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until([](auto const& bytes) { return bytes.size() >= 25; }) ==
        "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_until([](auto const& bytes) { return bytes.find("[abc]") != bytes.npos; })
            .find("HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("a stream goes on until its client is too slow") {
  echo_server at;
  raw_client client(at.server.port());
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until([](auto const& bytes) { return bytes.find("\r\n\r\n") != bytes.npos; });
  REQUIRE(at.stream);
  CHECK(at.stream->send("data: 1\n\n"));
  auto const seen =
      client.read_until([](auto const& bytes) { return bytes.find("data: 1\n\n\r\n") != bytes.npos; });
  CHECK(seen.find("Transfer-Encoding: chunked") != std::string::npos);
  CHECK(seen.find("9\r\ndata: 1\n\n\r\n") != std::string::npos);
  bool dropped = false;
  for (int i = 0; i < 2000 && !dropped; ++i) dropped = !at.stream->send(std::string(32 * 1024, 'x'));
  CHECK(dropped);
  CHECK_FALSE(at.stream->open());
  CHECK(at.server.stats().streams_dropped == 1);
  CHECK(at.server.stats().streams == 0);
}

TEST_CASE("draining lets a request in progress finish") {
  echo_server at;
  raw_client client(at.server.port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  while (at.handled == 0) std::this_thread::sleep_for(1ms);
  at.server.drain(2s);
  auto const answer = client.read_all();
  CHECK(answer.find("later") != std::string::npos);
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK_FALSE(raw_client(at.server.port()).connected());
}

TEST_CASE("a port in use is said in words") {
  echo_server at;
  auto options = small_options();
  options.port = at.server.port();
  http::server second(options, [](auto const&) { return 1u; }, [](auto, auto) {});
  auto const started = second.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().detail.find("is in use by another program") != std::string::npos);
}

TEST_CASE("random bytes never hang or end the server") {
  echo_server at;
  std::uint32_t seed = 12345;
  for (int i = 0; i < 200; ++i) {
    std::string bytes = i % 3 == 0 ? "GET / HTTP/1.1\r\nHost: x\r\n" : "";
    for (int k = 0; k < 200; ++k) {
      seed = seed * 1664525u + 1013904223u;
      bytes.push_back(static_cast<char>(seed >> 24));
    }
    raw_client client(at.server.port());
    client.send(bytes + "\r\n\r\n");
    client.finish_sending();
  }
  CHECK(status_of(ask(at, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")) == 200);
}
