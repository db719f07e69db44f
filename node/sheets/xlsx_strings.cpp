// The strings that the cells of a workbook share.

#include "node/sheets/text.hpp"
#include "node/sheets/xlsx_sheet.hpp"
#include "node/sheets/xml_reader.hpp"

namespace tracseq::sheets {
namespace {

class strings_handler final : public xml_handler {
 public:
  explicit strings_handler(import_limits const& limits) : limits_(limits) {}

  void open(std::string_view name, xml_attributes const&) override {
    if (name == "si") current_.clear();
    if (name == "rPh") in_phonetic_ = true;
    if (name == "t") taking_ = !in_phonetic_;
  }
  void close(std::string_view name) override {
    if (name == "t") taking_ = false;
    if (name == "rPh") in_phonetic_ = false;
    if (name != "si") return;
    if (strings_.size() >= limits_.max_cells)
      return refuse(errc::too_large, "The workbook holds more than " +
                                         count_of(limits_.max_cells, "text") +
                                         ". Split it and import the parts.");
    strings_.push_back(current_);
  }
  void text(std::string_view content) override {
    // A text over the limit is kept long enough to be refused at the cell that shows it.
    if (taking_ && current_.size() <= limits_.max_cell_bytes) current_.append(content);
  }

  std::vector<std::string> take() { return std::move(strings_); }

 private:
  import_limits const& limits_;
  std::vector<std::string> strings_;
  std::string current_;
  bool taking_ = false;
  bool in_phonetic_ = false;
};

}  // namespace

result<std::vector<std::string>> read_shared_strings(zip_archive& archive, std::string_view part,
                                                     import_limits const& limits) {
  if (!archive.has(part)) return std::vector<std::string>{};
  strings_handler handler(limits);
  if (auto done = read_xml(archive, part, handler); !done) return tl::unexpected(done.error());
  return handler.take();
}

}  // namespace tracseq::sheets
