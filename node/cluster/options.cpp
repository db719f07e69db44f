#include "node/cluster/options.hpp"

#include <algorithm>
#include <array>

namespace tracseq::cluster {

result<void> check(node_settings const& wanted, bool shared_log, bool read_only) {
  constexpr std::array<std::string_view, 3> roles{"shards", "http", "notifications"};
  for (std::string_view rest = wanted.roles; !rest.empty();) {
    auto const word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (!word.empty() && std::ranges::find(roles, word) == roles.end())
      return fail(errc::invalid_argument, "node.roles knows shards, http and notifications, and not " + std::string(word));
  }
  if (read_only) return {};
  if (wanted.alone()) {
    if (wanted.does("shards")) return {};
    return fail(errc::invalid_argument,
                "a node that is alone has to own the partitions: give it the role shards, or set cluster.address");
  }
  if (!shared_log)
    return fail(errc::invalid_argument,
                "an embedded log belongs to one node: several need Kafka (log.address = kafka://host:port/topic), or "
                "leave cluster.address empty");
  if (wanted.secret_file.empty())
    return fail(errc::invalid_argument,
                "cluster.secret_file is not set: make a secret with `head -c 32 /dev/urandom | base64 > FILE`, "
                "chmod 600 it, and give every node the same");
  return {};
}

}  // namespace tracseq::cluster
