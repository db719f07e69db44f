#pragma once
// Previews of sheets wait in the memory of the node that made them. Another one that is asked to import such a
// sheet fetches it, piece by piece, and makes the preview anew.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/cluster/asks.hpp"
#include "node/cluster/envelope.hpp"
#include "node/http/uploaded_sheet.hpp"

namespace tracseq::cluster {

/// Any thread.
class preview_exchange {
 public:
  using sheet = std::shared_ptr<http::uploaded_sheet const>;
  struct world {
    asks& questions;
    std::function<std::vector<uuid>()> in_reach;  ///< boot ids
  };
  /// Before the node is in reach of others. Sheets of more than `bytes_max` are refused.
  preview_exchange(world others, std::string_view cluster_secret, std::size_t bytes_max);

  /// Where this node's own are found; none are before. `find` must not block.
  void serve(std::function<sheet(std::string const& id)> find);
  /// Asks every node in reach; null where none has it, or it was lost on the way.
  void find(std::string const& id, std::function<void(sheet)> done);

 private:
  struct search;
  void on_piece(std::shared_ptr<search> const& all, uuid const& from, result<std::string> const& told);
  void ask_for(std::shared_ptr<search> const& all, uuid const& from, std::size_t offset);
  [[nodiscard]] result<std::string> answer(std::string const& body);

  world const others_;
  envelope const envelope_;
  std::size_t const bytes_max_;
  std::mutex mutex_;  // guards what follows
  std::function<sheet(std::string const&)> find_here_;
};

}  // namespace tracseq::cluster
