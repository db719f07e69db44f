#pragma once
// What the nodes of a cluster give each other beside commands, put together for the node's assembly.

#include <memory>

#include "node/cluster/cluster.hpp"
#include "node/cluster/key_exchange.hpp"
#include "node/cluster/preview_exchange.hpp"
#include "node/http/services.hpp"

namespace tracseq::http {
class api;
}

namespace tracseq::cluster {

class shared_state {
 public:
  /// Before `others` listens. All that is given lives longer than the questions of `others`, and this until behind
  /// their end.
  shared_state(cluster& others, key_store& keys, std::string const& cluster_secret, std::size_t sheet_bytes_max);

  /// What handlers need of it. `submit` waits where a key is on its way to another node.
  void put_into(http::services& with);
  /// Where this node's own previews are; null before, and from its end on.
  void show(http::api* previews);
  /// Sentences for an operator.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  cluster const& others_;
  key_exchange donors_;
  preview_exchange sheets_;
};

}  // namespace tracseq::cluster
