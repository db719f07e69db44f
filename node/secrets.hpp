#pragma once
// What a node must keep to itself: the operator's token, the key of webhooks, the keys of donors; and in a cluster
// the secret that makes the first two alike everywhere.

#include <memory>
#include <string>

#include "events/result.hpp"
#include "node/key_store.hpp"

namespace tracseq {

struct node_secrets {
  std::string token;
  bool token_is_of_this_run = false;  ///< it stands in no file
  std::string webhook_key;
  std::string cluster;                ///< empty in a node that is alone
  std::unique_ptr<key_store> keys;    ///< null in a copy without them
};

/// Those in `data`; made where there are none. A copy that is only read gets no files. `cluster_secret_file` empty:
/// alone.
[[nodiscard]] result<node_secrets> open_secrets(std::string const& data, bool read_only,
                                                std::string const& cluster_secret_file);

}  // namespace tracseq
