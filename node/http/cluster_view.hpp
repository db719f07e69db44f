#pragma once
// The cluster as the API shows it: every node as this one sees it, and who owns which partition.

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "events/instant.hpp"
#include "events/nullable.hpp"

namespace tracseq::http {

struct cluster_node {
  std::string name;
  std::string boot_id;
  std::string state;    ///< "here", "reachable", "unreachable"
  std::string version;
  std::string address;  ///< where other nodes reach it
  std::string http;     ///< where its page and API are
  std::string roles;
  nullable<instant> started;
  bool ready = false;
  std::string trouble;  ///< why it is not ready, or not reached
  bool leaving = false;
  std::vector<std::uint16_t> partitions;  ///< that it owns
  std::uint64_t lag = 0;
  double clock_ahead_s = 0;
  nullable<instant> heard_at;
  std::vector<std::string> warnings;
};
BOOST_DESCRIBE_STRUCT(cluster_node, (),
                      (name, boot_id, state, version, address, http, roles, started, ready, trouble, leaving,
                       partitions, lag, clock_ahead_s, heard_at, warnings))

struct cluster_partition {
  std::uint16_t partition = 0;
  std::string owner;    ///< node; empty = nobody yet
  std::string boot_id;
  std::uint64_t claim = 0;
  nullable<instant> since;
  std::string state;    ///< "open", "claiming", "catching up", "closed", "unreachable", "unowned"
  std::uint64_t commits = 0;
  std::uint64_t lag = 0;
};
BOOST_DESCRIBE_STRUCT(cluster_partition, (), (partition, owner, boot_id, claim, since, state, commits, lag))

struct cluster_view {
  bool clustered = false;  ///< there may be further nodes
  std::string node;
  instant at;  ///< when it was so, by the answering node's clock
  std::vector<cluster_node> nodes;
  std::vector<cluster_partition> partitions;
  std::vector<std::string> warnings;
};
BOOST_DESCRIBE_STRUCT(cluster_view, (), (clustered, node, at, nodes, partitions, warnings))

}  // namespace tracseq::http
