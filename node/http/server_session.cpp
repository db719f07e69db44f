#include "node/http/server_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "node/http/head_check.hpp"
#include "node/http/problem.hpp"
#include "node/http/token.hpp"
#include "node/http/wire.hpp"
#include "node/log.hpp"

namespace tracseq::http {
namespace {

/// Bodies up to this size go out in the same buffer as their head.
constexpr std::size_t joined_body_bytes_max = 16 * 1024;
constexpr std::size_t linger_bytes_max = 4 << 20;
constexpr std::chrono::milliseconds linger_time{2'000};

/// Of a head that was refused.
std::string_view code_of(int status) noexcept {
  switch (status) {
    case 431: return "head_too_large";
    case 501:
    case 505: return "unsupported";
    default: return "bad_request";
  }
}

/// A client that speaks HTTP where TLS is spoken.
bool is_plain_request(boost::system::error_code ec) {
  return ec.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_HTTP_REQUEST;
}

void tell_about_tls(boost::asio::ip::tcp::socket& wire) {
  auto answer = problem_response({400, "bad_request", "This port speaks TLS: begin the address with https://", false, {}},
                                 {"/", ""});
  std::string out;
  write_head(out, answer, {false, false, false, false});
  out.append(answer.body);
  boost::system::error_code ignored;
  wire.non_blocking(true, ignored);
  wire.write_some(boost::asio::buffer(out), ignored);
  wire.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace

session::session(std::shared_ptr<server_worker> worker, server_socket socket)
    : worker_(std::move(worker)),
      socket_(std::move(socket)),
      buffer_(worker_->shared->options.head_bytes_max) {
  worker_->shared->connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() { worker_->shared->connections.fetch_sub(1, std::memory_order_relaxed); }

template <class Action>
void session::on_own_thread(Action action) {
  if (worker_->io.get_executor().running_in_this_thread())
    action(*this);
  else
    boost::asio::post(worker_->io, [self = shared_from_this(), action = std::move(action)]() mutable {
      action(*self);
    });
}

void session::set_deadline(std::chrono::milliseconds within) {
  deadline_ = session_clock::now() + within;
}

std::string_view session::unread() const noexcept {
  return {buffer_.data() + begin_, end_ - begin_};
}

void session::begin() {
  worker_->sessions.insert(shared_from_this());
  boost::system::error_code ignored;
  socket_.wire().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  set_deadline(worker_->shared->options.head_timeout);
  if (socket_.secure()) return shake_hands();
  read_more();
}

void session::shake_hands() {
  phase_ = phase::handshake;
  socket_.async_handshake([self = shared_from_this()](boost::system::error_code ec) { self->on_hands_shaken(ec); });
}

void session::on_hands_shaken(boost::system::error_code ec) {
  if (phase_ == phase::shut) return;
  if (ec) {
    worker_->shared->handshakes_failed.fetch_add(1, std::memory_order_relaxed);
    if (is_plain_request(ec)) tell_about_tls(socket_.wire());
    return shut();
  }
  phase_ = phase::head;
  set_deadline(worker_->shared->options.head_timeout);
  read_more();
}

void session::shut() {
  if (phase_ == phase::shut) return;
  phase_ = phase::shut;
  if (stream_open_.exchange(false)) worker_->shared->streams.fetch_sub(1);
  socket_.close();
  worker_->sessions.erase(shared_from_this());
}

void session::check_deadline(session_clock::time_point current) {
  if (current < deadline_) return;
  if (phase_ == phase::handling) return;  // handlers bound themselves
  if (phase_ == phase::streaming && !writing_) return;
  if (phase_ == phase::body || (phase_ == phase::head && begin_ != end_)) {
    body_unread_ = true;
    refuse(408, "timed_out", "The request did not arrive in time.");
    return;
  }
  shut();
}

void session::begin_drain() {
  close_after_ = true;
  if (phase_ == phase::handshake || (phase_ == phase::head && begin_ == end_)) return shut();
  if (phase_ == phase::streaming) close();
}

void session::read_more() {
  if (std::exchange(reading_, true)) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= std::min(scanned_, begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  socket_.async_read_some(
      boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
      [self = shared_from_this()](boost::system::error_code ec, std::size_t bytes) {
        self->on_read(ec, bytes);
      });
}

void session::on_read(boost::system::error_code ec, std::size_t bytes) {
  reading_ = false;
  if (phase_ == phase::shut) return;
  if (phase_ == phase::lingering) {
    lingered_bytes_ += bytes;
    if (ec || lingered_bytes_ > linger_bytes_max) return shut();
    end_ = 0;
    return read_more();
  }
  if (ec) {
    // A client that left between requests or in the middle of one: there is nobody to tell.
    return shut();
  }
  if (phase_ == phase::answering) return;
  if (begin_ == end_ && phase_ == phase::head)
    set_deadline(worker_->shared->options.head_timeout);
  end_ += bytes;
  advance();
}

void session::advance() {
  if (phase_ == phase::head && !take_head()) return;
  if (phase_ == phase::body && !take_body()) return;
  if (phase_ == phase::handling) dispatch();
}

bool session::take_head() {
  while (end_ - begin_ >= 2 && buffer_[begin_] == '\r' && buffer_[begin_ + 1] == '\n') begin_ += 2;
  auto const at = unread();
  auto const scan = scan_head(at, scanned_ > begin_ ? scanned_ - begin_ : 0);
  if (scan.bare_line_feed) {
    refuse(400, "bad_request", "A line of the head does not end with CR LF.");
    return false;
  }
  if (scan.end == 0) {
    if (at.size() >= worker_->shared->options.head_bytes_max) {
      if (at.find('\n') == at.npos)
        refuse(414, "target_too_long", "The request's address is longer than this server takes.");
      else
        refuse(431, "head_too_large", "The request's head is longer than this server takes.");
      return false;
    }
    scanned_ = begin_ + scan.scanned;
    read_more();
    return false;
  }
  auto const head = at.substr(0, scan.end);
  if (auto const refused = check_head(head)) {
    refuse(refused->status, code_of(refused->status), refused->detail);
    return false;
  }
  request_ = make_incoming_request();
  if (!request_->read_head(head)) {
    refuse(400, "bad_request", "The request's head cannot be read as HTTP/1.1.");
    return false;
  }
  begin_ += scan.end;
  scanned_ = begin_;
  is_head_request_ = request_->method == method::head;
  http_1_0_ = request_->http_1_0();
  if (!request_->keep_alive()) close_after_ = true;
  if (!request_->has_body()) {
    phase_ = phase::handling;
    return true;
  }
  auto const bound = worker_->shared->limit(*request_);
  stranger_ = bound.stranger;
  if (request_->announced_bytes() > bound.bytes) {
    refuse_length("than the " + std::to_string(bound.bytes) + " bytes that are taken here.");
    return false;
  }
  request_->limit_body(bound.bytes);
  phase_ = phase::body;
  body_bytes_ = 0;
  body_began_ = session_clock::now();
  continue_sent_ = request_->header("expect") != "100-continue";
  return true;
}

bool session::take_body() {
  std::size_t used = 0;
  auto const state = request_->read_body(unread(), used);
  begin_ += used;
  body_bytes_ += used;
  switch (state) {
    case incoming_request::state::done: phase_ = phase::handling; return true;
    case incoming_request::state::too_large:
      refuse_length("than is taken here.");
      return false;
    case incoming_request::state::bad:
      body_unread_ = true;
      refuse(400, "bad_request", "The request's body is not framed as its head says.");
      return false;
    case incoming_request::state::more: break;
  }
  if (begin_ == 0 && end_ == buffer_.size()) {
    refuse(400, "bad_request", "A chunk's head is longer than this server takes.");
    return false;
  }
  auto const& options = worker_->shared->options;
  deadline_ = body_began_ + options.head_timeout +
              std::chrono::milliseconds(body_bytes_ * 1000 / options.body_bytes_per_s_min);
  if (!std::exchange(continue_sent_, true)) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    boost::asio::async_write(socket_, boost::asio::buffer(go_on),
                             [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                               if (ec) self->shut();
                             });
  }
  read_more();
  return false;
}

void session::dispatch() {
  auto request = std::move(request_);
  request->number = worker_->shared->requests.fetch_add(1, std::memory_order_relaxed) + 1;
  responder answer_to(shared_from_this());
  try {
    worker_->shared->handle(std::move(request), std::move(answer_to));
  } catch (std::exception const& why) {
    // The responder was destroyed on the way out and has answered 500.
    log::error("a request was dropped", {{"why", why.what()}});
  }
}

void session::refuse_length(std::string const& bound) {
  body_unread_ = true;
  if (stranger_) return refuse(401, describe(errc::unauthenticated).name, token_wanted_words);
  refuse(413, "too_large", "The request's body is longer " + bound);
}

void session::refuse(int status, std::string_view code, std::string_view detail) {
  worker_->shared->bad_requests.fetch_add(1, std::memory_order_relaxed);
  close_after_ = true;
  is_head_request_ = false;
  auto const id = worker_->shared->refusal_id();
  auto const path = request_ && !request_->path.empty() ? request_->path : std::string_view("/");
  auto refusal = problem_response({status, code, detail, status == 408, {}}, {path, id});
  refusal.add("X-Request-Id", id);
  if (log::debug_enabled())
    log::debug("request refused", {{"request_id", id}, {"status", std::to_string(status)}, {"why", detail}});
  answer(std::move(refusal));
}

void session::send(response answer) {
  on_own_thread([answer = std::move(answer)](session& self) mutable {
    self.answer(std::move(answer));
  });
}

void session::answer(response what) {
  if (phase_ == phase::shut) return;
  phase_ = phase::answering;
  if (what.close || worker_->shared->draining.load(std::memory_order_relaxed)) close_after_ = true;
  answer_ = std::move(what);
  out_.clear();
  write_head(out_, answer_, {!close_after_, http_1_0_, false, is_head_request_});
  std::string_view body = answer_.shared_body ? std::string_view(*answer_.shared_body)
                                              : std::string_view(answer_.body);
  if (is_head_request_ || answer_.status == 304 || answer_.status == 204) body = {};
  if (body.size() <= joined_body_bytes_max) {
    out_.append(body);
    body = {};
  }
  set_deadline(worker_->shared->options.write_timeout);
  auto done = [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
    self->on_answered(ec);
  };
  if (body.empty())
    return boost::asio::async_write(socket_, boost::asio::buffer(out_), std::move(done));
  // Large bodies: time for the whole, at the slowest pace that is also asked of requests.
  deadline_ += std::chrono::milliseconds(body.size() * 1000 /
                                         worker_->shared->options.body_bytes_per_s_min / 16);
  std::array<boost::asio::const_buffer, 2> const parts{boost::asio::buffer(out_),
                                                       boost::asio::buffer(body)};
  boost::asio::async_write(socket_, parts, std::move(done));
}

void session::on_answered(boost::system::error_code ec) {
  if (phase_ == phase::shut) return;
  answer_ = {};
  if (ec) return shut();
  if (body_unread_) return linger();
  if (close_after_) return linger();
  phase_ = phase::head;
  if (begin_ == end_) {
    begin_ = end_ = scanned_ = 0;
    set_deadline(worker_->shared->options.idle_timeout);
    return read_more();
  }
  set_deadline(worker_->shared->options.head_timeout);
  advance();
}

void session::linger() {
  // Closing with unread bytes would reset the connection, and the client might lose the answer.
  phase_ = phase::lingering;
  set_deadline(linger_time);
  // With TLS what is unread has to be read before the farewell, which takes nothing else for its answer.
  if (socket_.secure() && !body_unread_)
    return socket_.async_farewell([self = shared_from_this()](boost::system::error_code) { self->shut(); });
  socket_.end_of_writing();
  begin_ = end_ = 0;
  read_more();
}

}  // namespace tracseq::http
