// A digest of what a node shows, table by table: two that stand at one position have to agree to the byte.

#include <algorithm>

#include "events/hash.hpp"
#include "node/data_directory.hpp"
#include "node/offline.hpp"
#include "projections/runner.hpp"

namespace tracseq::offline {
namespace {

std::string_view bytes_of(hash256 const& hash) {
  return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}

void put_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(length >> shift));
}

/// Each row's hash covers the row before it; lengths stand before key and value, so that no two tables read alike.
table_digest digest_of(std::string name, table_view const& table) {
  table_digest out;
  out.table = std::move(name);
  hash256 hash{};
  std::string row;
  for (auto at = table.scan({}, {}, direction::forward); at->valid(); at->next()) {
    row.clear();
    put_length(row, at->key().size());
    row += at->key();
    put_length(row, at->value().size());
    row += at->value();
    hash = sha256(bytes_of(hash), row);
    ++out.rows;
    out.bytes += at->key().size() + at->value().size();
  }
  out.digest = to_hex(hash);
  return out;
}

rows_report digest_all(runner const& models) {
  rows_report out;
  out.position = models.applied();
  std::string all;
  auto const view = models.snapshot();
  auto const live = models.status();
  for (auto const& model : all_projections()) {
    auto const name = std::string(model->name()) + "@" + std::to_string(model->version());
    auto const found = std::ranges::find(live, model->name(), &projection_status::name);
    if (found == live.end()) {
      out.being_built.push_back(name);
      continue;
    }
    out.parked += found->parked_commits;
    out.tables.push_back(digest_of(name, view->table(model->name())));
  }
  for (auto const& one : out.tables) all += one.table + " " + one.digest + "\n";
  out.digest = to_hex(sha256(all));
  return out;
}

}  // namespace

result<rows_report> digest_rows(std::string const& data) {
  auto rows = store::open(store_directory(data), {.read_only = true, .create = false});
  if (!rows) return tl::unexpected(rows.error());
  auto models = runner::open(*std::move(rows), all_projections(), {});
  if (!models) return tl::unexpected(models.error());
  try {
    return digest_all(**models);
  } catch (query_failure const& failed) {
    return tl::unexpected(failed.why());
  }
}

}  // namespace tracseq::offline
