#include "node/cluster/name_lookup.hpp"

#include <mutex>
#include <thread>

#include <boost/asio/post.hpp>
#include <netdb.h>

namespace tracseq::cluster {
namespace {

namespace net = boost::asio;

result<std::vector<std::string>> ask_system(std::string const& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* all = nullptr;
  if (int const problem = getaddrinfo(host.c_str(), nullptr, &hints, &all); problem != 0)
    return fail(errc::io_failure, gai_strerror(problem));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> const owned(all, &freeaddrinfo);
  std::vector<std::string> out;
  char words[NI_MAXHOST];
  for (auto const* one = all; one != nullptr; one = one->ai_next)
    if (getnameinfo(one->ai_addr, one->ai_addrlen, words, sizeof words, nullptr, 0, NI_NUMERICHOST) == 0)
      out.emplace_back(words);
  return out;
}

name_lookup::found addresses_of(result<std::vector<std::string>> const& words) {
  if (!words) return tl::unexpected(words.error());
  std::vector<net::ip::address> out;
  for (auto const& one : *words) {
    boost::system::error_code problem;
    auto const address = net::ip::make_address(one, problem);
    if (!problem) out.push_back(address);
  }
  if (out.empty()) return fail(errc::not_found, "it has no address");
  return out;
}

}  // namespace

/// What a thread that comes late finds of the one who asked.
struct name_lookup::way_back {
  std::mutex mutex;
  name_lookup* to = nullptr;
};

name_lookup::name_lookup(net::io_context& io, resolve_name resolve)
    : io_(io), resolve_(resolve ? std::move(resolve) : ask_system), back_(std::make_shared<way_back>()) {
  back_->to = this;
}

name_lookup::~name_lookup() {
  std::lock_guard const guard(back_->mutex);
  back_->to = nullptr;
}

void name_lookup::start(std::string const& host, std::function<void(found)> done) {
  auto const id = next_++;
  waiting_.emplace(id, std::move(done));
  std::thread([id, host, resolve = resolve_, back = back_] {
    auto all = addresses_of(resolve(host));
    std::lock_guard const guard(back->mutex);
    if (back->to == nullptr) return;
    net::post(back->to->io_, [to = back->to, id, all = std::move(all)]() mutable {
      if (auto const one = to->waiting_.extract(id)) one.mapped()(std::move(all));
    });
  }).detach();
}

}  // namespace tracseq::cluster
