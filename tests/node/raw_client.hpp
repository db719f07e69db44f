#pragma once
// A TCP client that sends exactly the bytes it is given: what a well-behaved HTTP client would not.

#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tracseq::test {

class raw_client {
 public:
  explicit raw_client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
  }
  ~raw_client() { close(fd_); }
  raw_client(raw_client const&) = delete;
  raw_client& operator=(raw_client const&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void finish_sending() { shutdown(fd_, SHUT_WR); }

  /// What comes until `enough` says so, the server closes, or nothing came for five seconds.
  template <class Enough>
  std::string read_until(Enough enough) {
    char part[16384];
    while (!enough(rest_)) {
      auto const got = recv(fd_, part, sizeof part, 0);
      if (got <= 0) {
        closed_ = got == 0;
        break;
      }
      rest_.append(part, static_cast<std::size_t>(got));
    }
    return rest_;
  }
  /// All up to the close.
  std::string read_all() {
    return read_until([](std::string const&) { return false; });
  }
  /// One answer with Content-Length; what follows it stays for the next call.
  std::string read_answer() {
    auto const length_of = [](std::string const& bytes) -> std::size_t {
      auto const head = bytes.find("\r\n\r\n");
      if (head == bytes.npos) return std::string::npos;
      auto const at = bytes.find("Content-Length: ");
      auto const body = at < head ? std::stoul(bytes.substr(at + 16)) : 0;
      return head + 4 + body;
    };
    read_until([&](std::string const& bytes) {
      auto const length = length_of(bytes);
      return length != std::string::npos && bytes.size() >= length;
    });
    auto const length = std::min(rest_.size(), length_of(rest_));
    auto answer = rest_.substr(0, length);
    rest_.erase(0, length);
    return answer;
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string rest_;
};

/// 0 where there is no answer.
inline int status_of(std::string const& answer) {
  return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}
inline std::string body_of(std::string const& answer) {
  auto const head = answer.find("\r\n\r\n");
  return head == answer.npos ? "" : answer.substr(head + 4);
}

}  // namespace tracseq::test
