#include "node/cluster/links.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>

#include "node/cluster/connection.hpp"

namespace tracseq::cluster {
namespace {

using boost::system::error_code;

std::pair<std::string, std::string> split_address(std::string const& address) {
  auto const colon = address.rfind(':');
  if (colon == std::string::npos) return {address, ""};
  auto host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

}  // namespace

/// All of it on one thread, but for what the mutex guards. No handler keeps it alive: they lie in its own `io`.
struct links::parts {
  struct line {
    std::string address;
    net::steady_timer timer;
    tcp::resolver resolver;
    std::shared_ptr<connection> now;
    std::chrono::milliseconds pause;
    bool was_up = false;
    bool stopped = false;  ///< this node's own address
    line(net::io_context& io, std::string to, std::chrono::milliseconds first)
        : address(std::move(to)), timer(io), resolver(io), pause(first) {}
  };

  parts(link_options given, std::function<identity()> who, link_events told)
      : options(std::move(given)), self(std::move(who)), events(std::move(told)), acceptor(io) {}

  result<void> open_tls() {
    if (options.certificate.empty() && options.key.empty() && options.authorities.empty()) return {};
    if (options.certificate.empty() || options.key.empty() || options.authorities.empty())
      return fail(errc::invalid_argument,
                  "cluster.tls_certificate, cluster.tls_key and cluster.tls_ca go together: set all three or none");
    tls.emplace(net::ssl::context::tls);
    error_code problem;
    auto const refuse = [&](std::string const& what) {
      return fail(errc::invalid_argument, "cannot use " + what + ": " + problem.message());
    };
    tls->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                     net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1);
    if (tls->use_certificate_chain_file(options.certificate, problem); problem)
      return refuse("cluster.tls_certificate " + options.certificate);
    if (tls->use_private_key_file(options.key, net::ssl::context::pem, problem); problem)
      return refuse("cluster.tls_key " + options.key);
    if (tls->load_verify_file(options.authorities, problem); problem)
      return refuse("cluster.tls_ca " + options.authorities);
    // Both sides: whoever has no certificate of this laboratory's authority does not get as far as a greeting.
    tls->set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert);
    return {};
  }

  result<void> start() {
    if (auto ready = open_tls(); !ready) return ready;
    world.emplace(connection_world{io, tls ? &*tls : nullptr, options, self, events});
    error_code problem;
    auto const ip = net::ip::make_address(options.address, problem);
    if (problem)
      return fail(errc::invalid_argument, "cluster.address is an IP address of this machine, and not " + options.address);
    tcp::endpoint const at(ip, options.port);
    acceptor.open(at.protocol(), problem);
    if (!problem) acceptor.set_option(tcp::acceptor::reuse_address(true), problem);
    if (!problem) acceptor.bind(at, problem);
    if (!problem) acceptor.listen(net::socket_base::max_listen_connections, problem);
    if (problem)
      return fail(errc::io_failure, "cannot listen for other nodes at " + options.address + ":" +
                                        std::to_string(options.port) + ": " + problem.message() +
                                        "; choose another with cluster.port");
    bound = acceptor.local_endpoint().port();
    accept();
    thread = std::jthread([this] {
      auto const work = net::make_work_guard(io);
      io.run();
    });
    return {};
  }

  void accept() {
    acceptor.async_accept([this](error_code const& problem, tcp::socket socket) {
      if (stopping) return;
      if (!problem) take(std::move(socket));
      accept();
    });
  }

  void take(tcp::socket socket) {
    if (unproved >= options.strangers_max) return note_stranger("", "too many connections wait to prove themselves");
    ++unproved;
    auto const proved = std::make_shared<bool>(false);
    auto made = std::make_shared<connection>(
        *world, std::move(socket), false,
        connection::callbacks{[this, proved](connection&) {
                                *proved = true;
                                --unproved;
                              },
                              [this, proved](connection& one, std::string const& why) {
                                inbound.erase(one.shared_from_this());
                                if (*proved) return;
                                --unproved;
                                if (one.peer().boot_id != self().boot_id) note_stranger(one.remote(), why);
                              }});
    inbound.insert(made);
    made->begin();
  }

  void note_stranger(std::string const& from, std::string const& why) {
    std::lock_guard const guard(mutex);
    ++strangers;
    last_stranger = (from.empty() ? std::string() : from + ": ") + why;
  }

  void dial(std::string const& address) {
    for (auto const& one : lines)
      if (one->address == address) return;
    lines.push_back(std::make_shared<line>(io, address, options.redial_min));
    note(*lines.back(), "");
    connect(lines.back());
  }

  void forget(std::string const& address) {
    auto const found = std::ranges::find(lines, address, [](auto const& one) { return one->address; });
    if (found == lines.end()) return;
    auto const gone = *found;
    lines.erase(found);
    gone->stopped = true;
    gone->timer.cancel();
    gone->resolver.cancel();
    if (auto const live = gone->now) live->end("it is not in the cluster any more");
    std::lock_guard const guard(mutex);
    statuses.erase(address);
  }

  void connect(std::shared_ptr<line> const& to) {
    if (stopping || to->stopped) return;
    auto const [host, port] = split_address(to->address);
    to->resolver.async_resolve(host, port, [this, to](error_code const& problem, tcp::resolver::results_type found) {
      if (problem) return retry(to, "its name cannot be resolved: " + problem.message(), false);
      auto socket = std::make_shared<tcp::socket>(io);
      to->timer.expires_after(options.handshake_timeout);
      to->timer.async_wait([socket](error_code const& cancelled) {
        error_code ignored;
        if (!cancelled) socket->close(ignored);
      });
      net::async_connect(*socket, found, [this, to, socket](error_code const& failed, tcp::endpoint const&) {
        to->timer.cancel();
        if (failed) {
          // The time is over: the socket was closed under the attempt.
          auto const why = failed == net::error::operation_aborted ? "nothing comes from there" : failed.message();
          return retry(to, "it does not answer: " + why, failed == net::error::connection_refused);
        }
        speak(to, std::move(*socket));
      });
    });
  }

  void speak(std::shared_ptr<line> const& to, tcp::socket socket) {
    to->now = std::make_shared<connection>(
        *world, std::move(socket), true,
        connection::callbacks{[this, to](connection& one) { on_up(to, one); },
                              [this, to](connection& one, std::string const& why) { on_ended(to, one, why); }});
    to->now->begin();
  }

  void on_up(std::shared_ptr<line> const& to, connection& one) {
    std::optional<identity> before;
    {
      std::lock_guard const guard(mutex);
      auto& status = statuses[to->address];
      if (status.peer && status.peer->boot_id != one.peer().boot_id) before = status.peer;
      status.peer = one.peer();
      status.up = true;
      status.trouble.clear();
      status.clock_ahead_s = one.clock_ahead_s();
      status.since = now();
      ups[one.peer().boot_id] = one.shared_from_this();
    }
    to->was_up = true;
    to->pause = options.redial_min;
    // Another process answers there: the one before is not there any more.
    if (before) events.gone(*before);
    events.up(one.peer());
  }

  void on_ended(std::shared_ptr<line> const& to, connection& one, std::string const& why) {
    auto const keep = one.shared_from_this();
    to->now.reset();
    bool was_up = false;
    {
      std::lock_guard const guard(mutex);
      if (auto const found = ups.find(one.peer().boot_id); found != ups.end() && found->second.get() == &one) {
        ups.erase(found);
        was_up = true;
      }
    }
    if (was_up) events.lost(one.peer());
    // Its own greeting: this is where this node listens.
    if (one.peer().boot_id == self().boot_id) {
      to->stopped = true;
      std::lock_guard const guard(mutex);
      statuses.erase(to->address);
      return;
    }
    if (was_up) to->pause = std::chrono::milliseconds(0);  // once at once: it may be a cable, or an end
    retry(to, why, false, !was_up && one.denied());
  }

  void retry(std::shared_ptr<line> const& to, std::string const& why, bool refused, bool denied = false) {
    if (to->stopped) return;
    note(*to, why, denied);
    if (refused && to->was_up) {
      to->was_up = false;
      std::optional<identity> peer;
      {
        std::lock_guard const guard(mutex);
        peer = statuses[to->address].peer;
      }
      // Somebody is there who says that nobody listens: no cable was cut.
      if (peer) events.gone(*peer);
    }
    to->timer.expires_after(to->pause);
    to->pause = std::clamp(to->pause * 2, options.redial_min, options.redial_max);
    to->timer.async_wait([this, to](error_code const& cancelled) {
      if (!cancelled) connect(to);
    });
  }

  void note(line const& to, std::string const& why, bool denied = false) {
    if (to.stopped) return;
    std::lock_guard const guard(mutex);
    auto& status = statuses[to.address];
    status.address = to.address;
    status.up = false;
    status.since.reset();
    status.trouble = why;
    status.denied = denied;
  }

  std::shared_ptr<connection> up_to(uuid const& boot_id) {
    std::lock_guard const guard(mutex);
    auto const found = ups.find(boot_id);
    return found == ups.end() ? nullptr : found->second;
  }

  void stop() {
    net::post(io, [this] {
      stopping = true;
      error_code ignored;
      acceptor.close(ignored);
      for (auto const& one : lines) {
        one->timer.cancel();
        one->resolver.cancel();
        if (auto const live = one->now) live->end("this node stops");
      }
      auto const left = inbound;
      for (auto const& one : left) one->end("this node stops");
      io.stop();
    });
    if (thread.joinable()) thread.join();
  }

  link_options const options;
  std::function<identity()> const self;
  link_events const events;
  net::io_context io{1};
  std::optional<net::ssl::context> tls;
  std::optional<connection_world> world;
  tcp::acceptor acceptor;
  std::uint16_t bound = 0;
  std::vector<std::shared_ptr<line>> lines;
  std::set<std::shared_ptr<connection>> inbound;
  std::size_t unproved = 0;
  bool stopping = false;

  std::mutex mutex;  // guards what follows
  std::map<std::string, link_status> statuses;
  std::map<uuid, std::shared_ptr<connection>> ups;
  std::uint64_t strangers = 0;
  std::string last_stranger;

  std::jthread thread;
};

links::links(link_options options, std::function<identity()> self, link_events events)
    : parts_(std::make_unique<parts>(std::move(options), std::move(self), std::move(events))) {}
links::~links() { stop(); }

result<void> links::start() { return parts_->start(); }

void links::stop() {
  if (parts_->thread.joinable()) parts_->stop();
}

std::uint16_t links::port() const { return parts_->bound; }

void links::dial(std::string const& address) {
  net::post(parts_->io, [all = parts_.get(), address] { all->dial(address); });
}

void links::forget(std::string const& address) {
  net::post(parts_->io, [all = parts_.get(), address] { all->forget(address); });
}

bool links::send(uuid const& boot_id, frame_kind kind, std::string_view body) {
  auto const to = parts_->up_to(boot_id);
  return to && to->send(kind, body);
}

void links::send_to_all(frame_kind kind, std::string_view body) {
  std::vector<std::shared_ptr<connection>> all;
  {
    std::lock_guard const guard(parts_->mutex);
    for (auto const& [boot_id, one] : parts_->ups) all.push_back(one);
  }
  for (auto const& one : all) one->send(kind, body);
}

void links::cut(uuid const& boot_id, std::string const& why) {
  if (auto const one = parts_->up_to(boot_id)) net::post(parts_->io, [one, why] { one->end(why); });
}

void links::settle() const {
  std::promise<void> done;
  net::post(parts_->io, [&done] { done.set_value(); });
  done.get_future().wait();
}

std::vector<link_status> links::status() const {
  std::lock_guard const guard(parts_->mutex);
  std::vector<link_status> all;
  for (auto const& [address, one] : parts_->statuses) all.push_back(one);
  return all;
}

std::uint64_t links::strangers() const {
  std::lock_guard const guard(parts_->mutex);
  return parts_->strangers;
}

std::string links::last_stranger() const {
  std::lock_guard const guard(parts_->mutex);
  return parts_->last_stranger;
}

}  // namespace tracseq::cluster
