#pragma once
// Previews of sheets that wait for somebody to say yes: few, for an hour.

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "node/http/uploaded_sheet.hpp"
#include "node/sheets/preview.hpp"

namespace tracseq::http {

struct kept_preview {
  std::string id;
  std::string file_name;
  std::string sha256;
  sheets::preview_result result;
  std::shared_ptr<uploaded_sheet const> sheet;  ///< where another node may ask for it; else null
  std::chrono::steady_clock::time_point made;
};

class previews {
 public:
  static constexpr std::size_t kept_max = 8;
  static constexpr std::chrono::minutes kept_for{60};

  /// Keeps it; the oldest goes when there are too many.
  std::shared_ptr<kept_preview const> keep(kept_preview one);
  /// Null where it is not there (any more).
  [[nodiscard]] std::shared_ptr<kept_preview const> find(std::string const& id);

 private:
  std::mutex mutex_;
  std::list<std::shared_ptr<kept_preview const>> all_;
};

}  // namespace tracseq::http
