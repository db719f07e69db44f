#pragma once
// Names of hosts to addresses. Internal to node/cluster.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "node/cluster/links.hpp"

namespace tracseq::cluster {

/// Each name on a thread of its own, which nobody waits for: `getaddrinfo` cannot be stopped, and a name server that
/// does not answer must hold up neither other names nor the end of the node. On the thread that runs `io`, which
/// outlives it.
class name_lookup {
 public:
  using found = result<std::vector<boost::asio::ip::address>>;
  /// `resolve`: as in `link_options`.
  name_lookup(boost::asio::io_context& io, resolve_name resolve);
  ~name_lookup();
  name_lookup(name_lookup const&) = delete;
  name_lookup& operator=(name_lookup const&) = delete;

  /// `done` comes once, from `io`; never, where this ends before.
  void start(std::string const& host, std::function<void(found)> done);

 private:
  struct way_back;
  boost::asio::io_context& io_;
  resolve_name const resolve_;
  std::shared_ptr<way_back> const back_;
  std::map<std::uint64_t, std::function<void(found)>> waiting_;
  std::uint64_t next_ = 1;
};

}  // namespace tracseq::cluster
