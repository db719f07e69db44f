#pragma once
// SAX over one XML part of a workbook. Document type declarations and entities of one's own are
// refused, so that an
// "billion laughs" or an external entity never gets to do anything.

#include <optional>
#include <string_view>

#include "events/result.hpp"
#include "node/sheets/zip_archive.hpp"

namespace tracseq::sheets {

/// Attributes of one element; names without their namespace prefix.
class xml_attributes {
 public:
  explicit xml_attributes(char const* const* pairs) noexcept : pairs_(pairs) {}
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view get_or(std::string_view name, std::string_view other) const noexcept;
  [[nodiscard]] bool is_true(std::string_view name) const noexcept;  ///< "1" or "true"

 private:
  char const* const* pairs_;
};

/// Element names come without their namespace prefix.
class xml_handler {
 public:
  virtual ~xml_handler() = default;
  virtual void open(std::string_view name, xml_attributes const& attributes) = 0;
  virtual void close(std::string_view name) = 0;
  virtual void text(std::string_view content) = 0;

  [[nodiscard]] std::optional<error> const& failure() const noexcept { return failure_; }

 protected:
  /// Ends the reading with this error.
  void refuse(errc code, std::string detail) {
    if (!failure_) failure_ = error{code, std::move(detail), {}};
  }

 private:
  std::optional<error> failure_;
};

/// Reads the part `name` of the archive through `handler`.
[[nodiscard]] result<void> read_xml(zip_archive& archive, std::string_view name,
                                    xml_handler& handler);

}  // namespace tracseq::sheets
