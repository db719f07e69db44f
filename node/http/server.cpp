#include "node/http/server.hpp"

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "node/address.hpp"
#include "node/http/problem.hpp"
#include "node/http/server_session.hpp"
#include "node/http/wire.hpp"

namespace tracseq::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds sweep_every{500};
constexpr std::chrono::milliseconds pause_without_descriptors{100};

void sweep(std::shared_ptr<server_worker> const& worker) {
  worker->sweep.expires_after(sweep_every);
  worker->sweep.async_wait([weak = std::weak_ptr(worker)](boost::system::error_code ec) {
    auto const self = weak.lock();
    if (ec || !self || self->closing) return;
    if (self->shared->tls) self->shared->tls->look();
    auto const current = session_clock::now();
    std::vector<std::shared_ptr<session>> const all(self->sessions.begin(), self->sessions.end());
    for (auto const& one : all) one->check_deadline(current);
    sweep(self);
  });
}

/// A connection over the bound is told so, in one write that fits any socket buffer.
void turn_away(tcp::socket socket, std::string const& id) {
  problem const full{503, "overloaded", "Too many connections are open.", true, {}};
  auto answer = problem_response(full, {"/", id});
  answer.add("X-Request-Id", id);
  std::string out;
  write_head(out, answer, {false, false, false, false});
  out.append(answer.body);
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(out), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

struct server::parts {
  std::shared_ptr<server_shared> shared = std::make_shared<server_shared>();
  std::vector<std::shared_ptr<server_worker>> workers;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  std::vector<std::thread> threads;
  std::unique_ptr<tcp::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> retry;
  std::size_t next_worker = 0;
  std::uint16_t port = 0;
  bool stopped = false;

  void accept() {
    auto const worker = workers[next_worker++ % workers.size()];
    acceptor->async_accept(worker->io, [this, worker](boost::system::error_code ec,
                                                      tcp::socket socket) {
      if (ec == asio::error::operation_aborted || !acceptor->is_open()) return;
      if (ec) {
        // Out of descriptors, most likely: wait for some to be given back.
        retry->expires_after(pause_without_descriptors);
        return retry->async_wait([this](boost::system::error_code stop) {
          if (!stop) accept();
        });
      }
      shared->connections_total.fetch_add(1, std::memory_order_relaxed);
      if (shared->connections.load() >= shared->options.connections_max) {
        shared->connections_refused.fetch_add(1, std::memory_order_relaxed);
        if (!shared->tls) turn_away(std::move(socket), shared->refusal_id());  // else a handshake would cost more
      } else {
        auto with = shared->tls ? shared->tls->current() : nullptr;
        auto one = std::make_shared<session>(worker, server_socket(std::move(socket), std::move(with)));
        asio::post(worker->io, [one] { one->begin(); });
      }
      accept();
    });
  }

  template <class Action>
  void on_each_worker(Action action) {
    for (auto const& worker : workers) {
      std::promise<void> done;
      asio::post(worker->io, [&] {
        std::vector<std::shared_ptr<session>> const all(worker->sessions.begin(),
                                                        worker->sessions.end());
        for (auto const& one : all) action(*one);
        done.set_value();
      });
      done.get_future().wait();
    }
  }
};

namespace {

tl::unexpected<error> fail_to_listen(server_options const& options, boost::system::error_code const& ec) {
  auto const where = host_and_port(options.address, options.port);
  if (ec == asio::error::address_in_use)
    return fail(errc::io_failure, "port " + std::to_string(options.port) + " on " + options.address +
                                      " is in use by another program; choose another with --port");
  if (ec == asio::error::access_denied)
    return fail(errc::io_failure,
                "no permission to listen on " + where + "; ports below 1024 need a privilege");
  return fail(errc::io_failure, "cannot listen on " + where + ": " + ec.message());
}

}  // namespace

server::server(server_options options, body_limit limit, handler handle)
    : parts_(std::make_shared<parts>()) {
  parts_->shared->options = std::move(options);
  parts_->shared->limit = std::move(limit);
  parts_->shared->handle = std::move(handle);
}

server::~server() { drain(std::chrono::milliseconds(0)); }

result<void> server::open() {
  auto const& options = parts_->shared->options;
  if (!options.tls_certificate.empty() || !options.tls_key.empty()) {
    auto read = tls_certificate::read({"http.tls_", options.tls_certificate, options.tls_key, {}});
    if (!read) return tl::unexpected(read.error());
    parts_->shared->tls = *std::move(read);
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
    parts_->workers.push_back(std::make_shared<server_worker>(parts_->shared));
    parts_->guards.push_back(asio::make_work_guard(parts_->workers.back()->io));
  }
  boost::system::error_code ec;
  auto const address = asio::ip::make_address(options.address, ec);
  if (ec)
    return fail(errc::invalid_argument,
                "http.address: \"" + options.address + "\" is not an IP address such as 127.0.0.1");
  auto& io = parts_->workers.front()->io;
  auto acceptor = std::make_unique<tcp::acceptor>(io);
  tcp::endpoint const endpoint(address, options.port);
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (ec) return fail_to_listen(options, ec);
  parts_->port = acceptor->local_endpoint().port();
  parts_->acceptor = std::move(acceptor);
  return {};
}

result<void> server::start() {
  if (!parts_->acceptor)
    if (auto opened = open(); !opened) return opened;
  auto& io = parts_->workers.front()->io;
  parts_->retry = std::make_unique<asio::steady_timer>(io);
  boost::system::error_code ec;
  parts_->acceptor->listen(1024, ec);
  if (ec) return fail_to_listen(parts_->shared->options, ec);
  for (auto const& worker : parts_->workers) {
    sweep(worker);
    parts_->threads.emplace_back([worker] { worker->io.run(); });
  }
  asio::post(io, [parts = parts_.get()] { parts->accept(); });
  return {};
}

std::uint16_t server::port() const noexcept { return parts_->port; }

void server::drain(std::chrono::milliseconds within) {
  if (parts_->stopped || parts_->threads.empty()) return;
  parts_->stopped = true;
  auto const until = session_clock::now() + within;
  parts_->shared->draining = true;
  std::promise<void> closed;
  asio::post(parts_->workers.front()->io, [&] {
    boost::system::error_code ignored;
    parts_->acceptor->close(ignored);
    parts_->retry->cancel();
    closed.set_value();
  });
  closed.get_future().wait();
  parts_->on_each_worker([](session& one) { one.begin_drain(); });
  while (parts_->shared->connections.load() > 0 && session_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  parts_->on_each_worker([](session& one) { one.shut(); });
  // Without guards, timers and open sockets each thread runs out of work and ends by itself; stopping
  // it would leave aborted operations holding their connections.
  for (auto const& worker : parts_->workers)
    asio::post(worker->io, [worker] {
      worker->closing = true;  // a sweep that is due already cannot be cancelled, and would come back for ever
      worker->sweep.cancel();
    });
  parts_->guards.clear();
  for (auto& thread : parts_->threads) thread.join();
  parts_->threads.clear();
}

server_stats server::stats() const {
  auto const& s = *parts_->shared;
  return {s.connections.load(),  s.connections_total.load(), s.connections_refused.load(),
          s.bad_requests.load(), s.streams.load(),           s.streams_dropped.load(),
          s.handshakes_failed.load()};
}

void server::reload() {
  if (parts_->shared->tls) parts_->shared->tls->read_again();
}

std::optional<instant> server::certificate_expires() const {
  return parts_->shared->tls ? std::optional(parts_->shared->tls->expires()) : std::nullopt;
}

std::vector<std::string> server::warnings() const {
  return parts_->shared->tls ? parts_->shared->tls->warnings() : std::vector<std::string>();
}

}  // namespace tracseq::http
