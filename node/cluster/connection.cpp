#include "node/cluster/connection.hpp"

#include <algorithm>
#include <charconv>

#include <netinet/tcp.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "events/codec.hpp"
#include "node/cluster/secret.hpp"
#include "node/plain_words.hpp"

namespace tracseq::cluster {
namespace {

std::string words_of(boost::system::error_code const& problem) {
  if (problem == net::error::eof || problem == net::ssl::error::stream_truncated) return "it closed the connection";
  if (problem.category() == net::error::get_ssl_category()) return "TLS failed: " + problem.message();
  return problem.message();
}

constexpr auto words_of_versions = " of the protocol between nodes, and it speaks version ";

std::optional<std::uint32_t> number_behind(std::string_view text, std::size_t at, std::string_view words) {
  std::uint32_t number = 0;
  if (at == text.npos) return std::nullopt;
  auto const digits = text.substr(at + words.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

/// That of who was refused, and that of who refused, as `judge_protocol` says it.
std::optional<std::pair<std::uint32_t, std::uint32_t>> versions_in(std::string_view why) {
  constexpr std::string_view first = " speaks version ";
  constexpr std::string_view last = " version ";
  if (why.find(" of the protocol between nodes, and ") == why.npos) return std::nullopt;
  auto const theirs = number_behind(why, why.find(first), first);
  auto const ours = number_behind(why, why.rfind(last), last);
  if (!theirs || !ours) return std::nullopt;
  return std::pair(*theirs, *ours);
}

template <int Level, int Name>
void set(tcp::socket& socket, std::chrono::milliseconds::rep value) {
  boost::system::error_code ignored;
  socket.set_option(net::detail::socket_option::integer<Level, Name>(static_cast<int>(value)), ignored);
}

/// What is sent into a hole is taken for gone after `silence`, not after the system's quarter of an hour; and one that
/// only listens finds out as well.
void miss_it_after(tcp::socket& socket, std::chrono::milliseconds silence) {
  auto const third_s = std::max<std::chrono::seconds::rep>(1, silence.count() / 3'000);
  set<IPPROTO_TCP, TCP_USER_TIMEOUT>(socket, silence.count());
  set<IPPROTO_TCP, TCP_KEEPIDLE>(socket, third_s);
  set<IPPROTO_TCP, TCP_KEEPINTVL>(socket, third_s);
  set<IPPROTO_TCP, TCP_KEEPCNT>(socket, 2);
  set<SOL_SOCKET, SO_KEEPALIVE>(socket, 1);
}

}  // namespace

connection::connection(connection_world const& world, tcp::socket socket, bool dialled, callbacks told)
    : world_(world),
      socket_(std::move(socket)),
      dialled_(dialled),
      told_(std::move(told)),
      patience_(world.io),
      self_(world.self()),
      nonce_(draw_nonce()) {
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  miss_it_after(socket_, world.options.silence_max);
  auto const end = socket_.remote_endpoint(ignored);
  remote_host_ = end.address().to_string();
  remote_ = remote_host_ + ":" + std::to_string(end.port());
  if (!world_.tls) return;
  certificate_ = world_.tls->current();
  tls_.emplace(socket_, *certificate_);
}

std::string connection::remote() const { return remote_; }

template <class Buffers, class Handler>
void connection::read(Buffers buffers, Handler handler) {
  if (tls_)
    net::async_read(*tls_, buffers, std::move(handler));
  else
    net::async_read(socket_, buffers, std::move(handler));
}

void connection::begin() {
  patience_.expires_after(world_.options.handshake_timeout);
  patience_.async_wait([self = shared_from_this()](boost::system::error_code const& cancelled) {
    if (!cancelled && !self->is_up()) self->end("it did not prove that it belongs here in time");
  });
  auto const proceed = [self = shared_from_this()](boost::system::error_code const& problem) {
    self->denied_ = problem.category() == net::error::get_ssl_category();
    if (problem) return self->end(words_of(problem));
    if (self->dialled_) {
      self->wanted_ = frame_kind::welcome;
      self->put(make_frame(frame_kind::hello, codec::encode(hello{self->self_, self->nonce_, now()})));
    }
    self->read_frame();
  };
  if (!tls_) return proceed({});
  tls_->async_handshake(dialled_ ? net::ssl::stream_base::client : net::ssl::stream_base::server, proceed);
}

void connection::read_frame() {
  read(net::buffer(head_), [self = shared_from_this()](boost::system::error_code const& problem, std::size_t) {
    if (problem) return self->end(words_of(problem));
    self->on_head();
  });
}

void connection::on_head() {
  auto const head = read_frame_head(head_, is_up() ? frame_bytes_max : stranger_bytes_max);
  if (!head) return end("it does not speak TracSeq's protocol between nodes");
  kind_ = head->kind;
  body_.resize(head->length);
  read(net::buffer(body_), [self = shared_from_this()](boost::system::error_code const& problem, std::size_t) {
    if (problem) return self->end(words_of(problem));
    self->on_frame(self->kind_);
    if (!self->ended_ && !self->ending_) self->read_frame();
  });
}

void connection::on_frame(frame_kind kind) {
  if (kind == frame_kind::refused) {
    denied_ = true;
    return end(words_of_refusal());
  }
  if (is_up()) {
    if (kind < frame_kind::state) return end("it began anew on an open connection");
    world_.events.frame(peer_, kind, std::move(body_), [self = shared_from_this()](frame_kind of, std::string body) {
      self->send(of, body);
    });
    body_ = {};
    return;
  }
  if (kind != wanted_) return end("it said something else than a node says here");
  switch (kind) {
    case frame_kind::hello: return on_hello();
    case frame_kind::welcome: return on_welcome();
    case frame_kind::proof: return on_proof();
    default: return go_up();
  }
}

std::string connection::words_of_refusal() const {
  constexpr std::size_t words_max = 400;
  auto const told = codec::decode<refused>(body_);
  if (proved_) return told ? "it refused: " + plain_words(std::string_view(told->why).substr(0, words_max)) : "it refused";
  // But for two numbers: nodes that are upgraded cannot prove anything to each other.
  if (told)
    if (auto const versions = versions_in(told->why))
      return "it refused, because this node speaks version " + std::to_string(versions->first) +
             words_of_versions + std::to_string(versions->second) + "; upgrade the older one";
  if (dialled_) return "it refused before it had proved that it belongs here: another cluster's, or another version";
  if (wanted_ == frame_kind::proof) return "it refused this node, as one does that has another cluster secret";
  return "it refused before it said who it is";
}

std::string connection::expected(std::string_view word, identity const& dialler, identity const& dialled_one,
                                 std::string const& dialler_nonce, std::string const& dialled_nonce) const {
  return keyed_digest(world_.options.secret, std::string(word) + dialler_nonce + dialled_nonce +
                                                 codec::encode(dialler) + codec::encode(dialled_one));
}

bool connection::judge() {
  if (auto const why = world_.events.refuse(peer_)) {
    refuse(*why);
    return false;
  }
  return true;
}

bool connection::judge_protocol() {
  auto const theirs = protocol_of(body_);
  if (theirs == protocol_version) return true;
  refuse("the node at " + remote_ + " speaks version " + std::to_string(theirs) + " of the protocol between nodes, and " +
         self_.node + " version " + std::to_string(protocol_version) + "; upgrade the older one");
  return false;
}

void connection::on_hello() {
  if (!judge_protocol()) return;
  auto said = codec::decode<hello>(body_);
  if (!said) return end("its greeting cannot be read");
  peer_ = std::move(said->who);
  peer_nonce_ = std::move(said->nonce);
  clock_ahead_s_ = static_cast<double>(said->sent.us - now().us) / 1e6;
  own_ = world_.is_own(peer_nonce_);
  put(make_frame(frame_kind::welcome,
                 codec::encode(welcome{self_, nonce_, expected("welcome", peer_, self_, peer_nonce_, nonce_), now()})));
  wanted_ = frame_kind::proof;
}

void connection::on_welcome() {
  if (!judge_protocol()) return;
  auto said = codec::decode<welcome>(body_);
  if (!said) return end("its greeting cannot be read");
  peer_ = std::move(said->who);
  peer_nonce_ = std::move(said->nonce);
  clock_ahead_s_ = static_cast<double>(said->sent.us - now().us) / 1e6;
  if (!same_digest(said->proof, expected("welcome", self_, peer_, nonce_, peer_nonce_)))
    return refuse("the node at " + remote_ + " has another cluster secret");
  proved_ = true;
  // Before the judgement: a node that refuses is heard where a stranger is not.
  put(make_frame(frame_kind::proof,
                 codec::encode(proof{expected("proof", self_, peer_, nonce_, peer_nonce_)})));
  if (!judge()) return;
  wanted_ = frame_kind::accepted;
}

void connection::on_proof() {
  auto const said = codec::decode<proof>(body_);
  if (!said || !same_digest(said->proof, expected("proof", peer_, self_, peer_nonce_, nonce_)))
    return refuse("the node that dials from " + remote_ + " has another cluster secret");
  proved_ = true;
  if (!judge()) return;
  put(make_frame(frame_kind::accepted, codec::encode(accepted{})));
  go_up();
}

void connection::go_up() {
  patience_.cancel();
  up_ = true;
  world_.events.met(peer_);
  told_.up(*this);
}

void connection::refuse(std::string why) {
  put(make_frame(frame_kind::refused, codec::encode(refused{why})));
  denied_ = true;
  ending_ = true;
  why_ = "this node refused: " + std::move(why);
}

bool connection::send(frame_kind kind, std::string_view body) {
  if (!is_up()) return false;
  bool full = false;
  {
    std::lock_guard const guard(mutex_);
    full = outbox_.size() + body.size() > world_.options.queue_bytes_max;
    if (!full) {
      outbox_ += make_frame(kind, body);
      if (writing_) return true;
      writing_ = true;
    }
  }
  if (full) {
    net::post(world_.io, [self = shared_from_this()] { self->end("it does not take what is sent to it"); });
    return false;
  }
  net::post(world_.io, [self = shared_from_this()] { self->write_more(); });
  return true;
}

void connection::put(std::string frame) {
  {
    std::lock_guard const guard(mutex_);
    outbox_ += frame;
    if (writing_) return;
    writing_ = true;
  }
  write_more();
}

void connection::write_more() {
  if (ended_) return;
  {
    std::lock_guard const guard(mutex_);
    if (outbox_.empty()) {
      writing_ = false;
    } else {
      in_writing_ = std::exchange(outbox_, {});
    }
    if (!writing_) {
      if (ending_) net::post(world_.io, [self = shared_from_this()] { self->end(self->why_); });
      return;
    }
  }
  auto written = [self = shared_from_this()](boost::system::error_code const& problem, std::size_t) {
    if (problem) return self->end(words_of(problem));
    self->write_more();
  };
  if (tls_)
    net::async_write(*tls_, net::buffer(in_writing_), std::move(written));
  else
    net::async_write(socket_, net::buffer(in_writing_), std::move(written));
}

void connection::end(std::string why) {
  if (std::exchange(ended_, true)) return;
  up_ = false;
  patience_.cancel();
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  told_.ended(*this, why);
}

}  // namespace tracseq::cluster
