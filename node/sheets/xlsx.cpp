#include "node/sheets/xlsx.hpp"

#include <algorithm>
#include <map>

#include "node/sheets/text.hpp"
#include "node/sheets/xlsx_sheet.hpp"
#include "node/sheets/xml_reader.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t list_values_max = 200'000;  // over all drop-down lists of a workbook
constexpr std::size_t list_rows_max = 1'000'000;    // looked at for them
constexpr std::size_t names_max = 10'000;
constexpr std::size_t list_sources_max = 200;  // per sheet

/// Relationship id → target, and type → target for the parts of which there is one.
class relations_handler final : public xml_handler {
 public:
  void open(std::string_view name, xml_attributes const& attributes) override {
    if (name != "Relationship" || by_id.size() >= names_max) return;
    std::string const target(attributes.get_or("Target", ""));
    auto type = attributes.get_or("Type", "");
    type = type.substr(type.rfind('/') + 1);
    by_id[std::string(attributes.get_or("Id", ""))] = {std::string(type), target};
    by_type.emplace(type, target);
  }
  void close(std::string_view) override {}
  void text(std::string_view) override {}

  struct relation {
    std::string type;
    std::string target;
  };
  std::map<std::string, relation, std::less<>> by_id;
  std::map<std::string, std::string, std::less<>> by_type;
};

struct sheet_entry {
  std::string name;
  std::string relation;
  bool hidden = false;
};

class workbook_handler final : public xml_handler {
 public:
  void open(std::string_view name, xml_attributes const& attributes) override {
    if (name == "workbookPr") {
      system_1904 = attributes.is_true("date1904");
    } else if (name == "sheet" && sheets.size() < names_max) {
      auto const state = attributes.get_or("state", "visible");
      sheets.push_back({std::string(attributes.get_or("name", "")),
                        std::string(attributes.get_or("id", "")), state != "visible"});
    } else if (name == "definedName") {
      name_ = fold(attributes.get_or("name", ""));
    }
  }
  void close(std::string_view name) override {
    if (name == "definedName") name_.clear();
  }
  void text(std::string_view content) override {
    if (name_.empty() || defined_names.size() >= names_max) return;
    auto& target = defined_names[name_];
    if (target.size() < 1024) target.append(content);
  }

  bool system_1904 = false;
  std::vector<sheet_entry> sheets;
  std::map<std::string, std::string, std::less<>> defined_names;

 private:
  std::string name_;
};

std::string part_name(std::string_view base_folder, std::string_view target) {
  if (!target.empty() && target.front() == '/') return std::string(target.substr(1));
  while (target.starts_with("./")) target.remove_prefix(2);
  if (target.starts_with("../")) return std::string(target.substr(3));
  return std::string(base_folder) + std::string(target);
}

std::string rels_name(std::string_view part) {
  auto const slash = part.rfind('/');
  auto const folder = slash == std::string_view::npos ? "" : part.substr(0, slash + 1);
  auto const file = slash == std::string_view::npos ? part : part.substr(slash + 1);
  return std::string(folder) + "_rels/" + std::string(file) + ".rels";
}

/// Fills in what the drop-down lists of all sheets offer.
class list_resolver {
 public:
  list_resolver(std::vector<sheet_content>& sheets, workbook_handler const& book)
      : sheets_(sheets), book_(book) {
    for (std::size_t i = 0; i < sheets.size(); ++i)
      by_name_.emplace(fold(sheets[i].content.name), i);
  }

  void run() {
    for (std::size_t i = 0; i < sheets_.size(); ++i)
      for (auto const& rule : sheets_[i].rules) resolve(i, rule);
  }

 private:
  void resolve(std::size_t sheet, list_rule const& rule) {
    std::string_view source = rule.source;
    if (!source.empty() && source.front() == '=') source.remove_prefix(1);
    value_list list{rule.applies_to, {}};
    if (source.size() >= 2 && source.front() == '"' && source.back() == '"') {
      split_inline(source.substr(1, source.size() - 2), list.values);
    } else {
      if (auto const named = book_.defined_names.find(fold(source)); named != book_.defined_names.end())
        source = named->second;
      collect_range(sheet, source, list);
    }
    if (!list.values.empty()) sheets_[sheet].content.lists.push_back(std::move(list));
  }

  void split_inline(std::string_view text, std::vector<std::string>& values) {
    while (!text.empty()) {
      auto const comma = text.find(',');
      keep(trim(text.substr(0, comma)), values);
      text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
  }

  static bool overlap(cell_range const& a, cell_range const& b) {
    return a.first_row <= b.last_row && b.first_row <= a.last_row &&
           a.first_column <= b.last_column && b.first_column <= a.last_column;
  }

  void collect_range(std::size_t sheet, std::string_view source, value_list& list) {
    auto const applied_on = sheet;
    if (auto const bang = source.rfind('!'); bang != std::string_view::npos) {
      auto name = source.substr(0, bang);
      if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'')
        name = name.substr(1, name.size() - 2);
      auto const found = by_name_.find(fold(name));
      if (found == by_name_.end()) return;
      sheet = found->second;
      source = source.substr(bang + 1);
    }
    auto const range = parse_cell_range(source);
    if (!range) return;
    auto& from = sheets_[sheet].content;
    auto row = std::lower_bound(from.rows.begin(), from.rows.end(), range->first_row,
                                [](table_row const& r, std::uint32_t n) { return r.number < n; });
    for (; row != from.rows.end() && row->number <= range->last_row; ++row) {
      if (kept_ >= list_values_max || ++rows_visited_ > list_rows_max) break;
      for (auto const& c : row->cells)
        if (range->contains(row->number, c.column)) keep(trim(c.text), list.values);
    }
    // A list that offers the cells it applies to (what was typed before) is data, not a list.
    bool const offers_itself = std::any_of(
        list.applies_to.begin(), list.applies_to.end(), [&](cell_range const& target) {
          return &from == &sheets_[applied_on].content && overlap(target, *range);
        });
    if (!offers_itself && from.list_sources.size() < list_sources_max)
      from.list_sources.push_back(*range);
  }

  void keep(std::string_view value, std::vector<std::string>& values) {
    if (value.empty() || kept_ >= list_values_max) return;
    ++kept_;
    values.emplace_back(value);
  }

  std::vector<sheet_content>& sheets_;
  workbook_handler const& book_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::size_t kept_ = 0;
  std::size_t rows_visited_ = 0;
};

result<void> refuse_other_archives(zip_archive& archive) {
  auto const refuse = [](std::string detail) { return fail(errc::unsupported, std::move(detail)); };
  if (archive.has("mimetype")) {
    auto const type = archive.read_all("mimetype", 256);
    if (type && type->find("opendocument.spreadsheet") != std::string::npos)
      return refuse("This is an OpenDocument spreadsheet (.ods). Open it, choose 'Save as', pick Excel "
                    "workbook (.xlsx), and import that file.");
    return refuse("This is an OpenDocument file, but not a workbook. Save the table as .xlsx or .csv.");
  }
  if (archive.has("xl/workbook.bin"))
    return refuse("This is a binary Excel workbook (.xlsb). Open it in Excel, choose 'Save as', pick "
                  "Excel workbook (.xlsx), and import that file.");
  if (archive.has_folder("word/"))
    return refuse("This is a Word document. Copy its table into a workbook, save that as .xlsx, and "
                  "import it.");
  if (archive.has_folder("index/"))
    return refuse("This is an Apple Numbers document. In Numbers choose 'Export to', Excel, and import "
                  "that file.");
  if (!archive.has("[Content_Types].xml") && !archive.has_folder("xl/"))
    return refuse("This is a zip archive, not a workbook. Unpack it and import the .xlsx or .csv file "
                  "inside.");
  return {};
}

std::string find_workbook_part(zip_archive& archive) {
  relations_handler relations;
  if (archive.has("_rels/.rels") && read_xml(archive, "_rels/.rels", relations)) {
    auto const found = relations.by_type.find("officeDocument");
    if (found != relations.by_type.end()) return part_name("", found->second);
  }
  return "xl/workbook.xml";
}

result<std::vector<sheet_content>> read_sheets(zip_archive& archive, workbook_handler const& book,
                                               relations_handler const& relations,
                                               std::string const& folder, workbook_parts& shared) {
  std::vector<sheet_content> sheets;
  for (auto const& entry : book.sheets) {
    auto const relation = relations.by_id.find(entry.relation);
    if (relation == relations.by_id.end() || relation->second.type != "worksheet") continue;
    if (sheets.size() >= shared.limits.max_sheets)
      return fail(errc::too_large, "The workbook has more than " +
                                       count_of(shared.limits.max_sheets, "sheet") +
                                       ". Keep the sheet with the samples and import the file again.");
    auto content =
        read_sheet(archive, part_name(folder, relation->second.target), entry.name, shared);
    if (!content) return tl::unexpected(content.error());
    content->content.hidden = entry.hidden;
    sheets.push_back(std::move(*content));
  }
  return sheets;
}

}  // namespace

result<workbook> read_xlsx(std::string_view bytes, import_limits const& limits) {
  auto archive = zip_archive::open(bytes, limits);
  if (!archive) return tl::unexpected(archive.error());
  if (auto workbook_like = refuse_other_archives(*archive); !workbook_like)
    return tl::unexpected(workbook_like.error());

  auto const main_part = find_workbook_part(*archive);
  auto const folder = main_part.substr(0, main_part.rfind('/') + 1);
  workbook_handler book;
  if (auto done = read_xml(*archive, main_part, book); !done) return tl::unexpected(done.error());
  relations_handler relations;
  if (auto done = read_xml(*archive, rels_name(main_part), relations); !done)
    return tl::unexpected(done.error());
  auto const part_of = [&](std::string_view type, std::string_view other) {
    auto const found = relations.by_type.find(type);
    return part_name(folder, found == relations.by_type.end() ? other : std::string_view(found->second));
  };

  workbook_parts shared;
  shared.limits = limits;
  shared.system_1904 = book.system_1904;
  auto strings = read_shared_strings(*archive, part_of("sharedStrings", "sharedStrings.xml"), limits);
  if (!strings) return tl::unexpected(strings.error());
  shared.shared_strings = std::move(*strings);
  auto styles = read_styles(*archive, part_of("styles", "styles.xml"));
  if (!styles) return tl::unexpected(styles.error());
  shared.styles = std::move(*styles);

  auto sheets = read_sheets(*archive, book, relations, folder, shared);
  if (!sheets) return tl::unexpected(sheets.error());
  if (sheets->empty())
    return fail(errc::invalid_argument, "The workbook has no worksheet. Is it the right file?");
  list_resolver(*sheets, book).run();

  workbook out;
  if (book.system_1904) out.notes.push_back("Dates follow the workbook's 1904 calendar.");
  for (auto& sheet : *sheets) out.tables.push_back(std::move(sheet.content));
  return out;
}

}  // namespace tracseq::sheets
