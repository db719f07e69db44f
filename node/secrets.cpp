#include "node/secrets.hpp"

#include <filesystem>

#include "node/cluster/key_exchange.hpp"
#include "node/cluster/secret.hpp"
#include "node/data_directory.hpp"

namespace tracseq {
namespace {

/// What all nodes must have alike comes from the cluster's secret, and stands in the same files.
result<std::string> share(std::string const& data, std::string const& file) {
  auto secret = cluster::read_cluster_secret(file);
  if (!secret) return secret;
  if (auto put = put_secret(token_file(data), cluster::derived_secret(*secret, "operator token")); !put)
    return tl::unexpected(put.error());
  if (auto put = put_secret(webhook_key_file(data), cluster::derived_secret(*secret, "webhook key")); !put)
    return tl::unexpected(put.error());
  return secret;
}

}  // namespace

result<node_secrets> open_secrets(std::string const& data, bool read_only, std::string const& cluster_secret_file) {
  node_secrets all;
  if (!read_only && !cluster_secret_file.empty()) {
    auto shared = share(data, cluster_secret_file);
    if (!shared) return tl::unexpected(shared.error());
    all.cluster = *std::move(shared);
  }
  auto const file = token_file(data);
  auto read = read_only && !std::filesystem::exists(file) ? result<std::string>(fail(errc::not_found, "no " + file))
                                                          : read_or_make_secret(file);
  // Nothing is written into a copy: one without a token that can be read gets one for this run.
  if (!read && read_only) {
    all.token_is_of_this_run = true;
    read = draw_secret();
  }
  if (!read) return tl::unexpected(read.error());
  all.token = *std::move(read);
  auto store = read_only ? key_store::open_read_only(keys_directory(data))
                         : key_store::open(keys_directory(data), cluster::donor_digest_key(all.cluster));
  if (!store) return tl::unexpected(store.error());
  all.keys = *std::move(store);
  if (read_only) return all;
  read = read_or_make_secret(webhook_key_file(data));
  if (!read) return tl::unexpected(read.error());
  all.webhook_key = *std::move(read);
  return all;
}

}  // namespace tracseq
