#pragma once
// A zip archive in memory, inflated part by part under bounds. What the archive says about its own
// sizes is
// never believed.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

class zip_archive {
 public:
  /// `bytes` must outlive the archive. Refuses damaged and truncated archives, too many entries.
  [[nodiscard]] static result<zip_archive> open(std::string_view bytes, import_limits const& limits);

  zip_archive(zip_archive&&) noexcept;
  zip_archive& operator=(zip_archive&&) noexcept;
  ~zip_archive();

  /// Names are compared without regard to case, as spreadsheets do.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool has_folder(std::string_view prefix) const;

  using sink = std::function<result<void>(std::string_view chunk, bool last)>;

  /// Inflates one entry into `take`, chunk by chunk. Refuses damaged, encrypted and unreasonably
  /// packed
  /// entries, and more than `max_inflated_bytes` over all calls.
  [[nodiscard]] result<void> read(std::string_view name, sink const& take);

  /// A whole small entry.
  [[nodiscard]] result<std::string> read_all(std::string_view name, std::size_t max_bytes);

 private:
  struct handle;
  zip_archive();

  std::unique_ptr<handle> handle_;
  std::map<std::string, std::size_t, std::less<>> entries_;  ///< folded name → index
  import_limits limits_;
  std::size_t packed_bytes_ = 0;
  std::size_t inflated_bytes_ = 0;
};

}  // namespace tracseq::sheets
