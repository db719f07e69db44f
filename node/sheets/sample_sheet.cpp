#include "node/sheets/sample_sheet.hpp"

#include <algorithm>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t rows_looked_at = 50;

constexpr std::string_view known_sections[] = {
    "Header",         "Reads",      "Settings",           "Data",
    "Manifests",      "BCLConvert_Settings", "BCLConvert_Data", "Demultiplexing",
    "Sequencing_Settings", "Cloud_Settings", "Cloud_Data", "DragenGermline_Settings",
    "DragenGermline_Data"};

/// The name inside "[…]", or empty.
std::string_view section_name(table_row const& row) {
  if (row.cells.empty() || row.cells.front().column != 1) return {};
  auto const text = trim(row.cells.front().text);
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return {};
  auto const name = trim(text.substr(1, text.size() - 2));
  return name.find_first_of("[]") == std::string_view::npos ? name : std::string_view{};
}

std::string usual_case(std::string_view name) {
  for (auto const known : known_sections)
    if (equal_folded(known, name)) return std::string(known);
  return std::string(name);
}

bool ends_in_data(std::string_view name) {
  auto const folded = fold(name);
  return folded == "data" || folded.ends_with("_data");
}

std::vector<std::string> fields_of(table_row const& row) {
  std::vector<std::string> fields;
  for (auto const& c : row.cells) {
    fields.resize(c.column);
    fields.back() = std::string(trim(c.text));
  }
  return fields;
}

bool is_bare_header(table_row const& row) {
  bool flow_cell = false;
  bool lane = false;
  bool sample = false;
  bool index = false;
  for (auto const& c : row.cells) {
    auto const words = to_words(c.text);
    flow_cell = flow_cell || words == "fcid" || words == "flowcell id" || words == "flow cell id";
    lane = lane || words == "lane";
    sample = sample || words == "sample id" || words == "sampleid";
    index = index || words == "index";
  }
  return sample && index && (flow_cell || lane);
}

/// The columns of a data section fix its width; empty trailing columns that no row fills are
/// dropped.
void close_data_section(sheet_section& section) {
  std::size_t width = section.columns.size();
  for (auto const& row : section.rows) width = std::max(width, row.size());
  section.columns.resize(width);
  for (auto& row : section.rows) row.resize(width);
}

sheet_version version_of(sample_sheet const& sheet) {
  if (sheet.setting("Header", "FileFormatVersion") == "2") return sheet_version::v2;
  bool const has_v2_section =
      std::any_of(sheet.sections.begin(), sheet.sections.end(), [](sheet_section const& s) {
        return fold(s.name).starts_with("bclconvert_");
      });
  return has_v2_section ? sheet_version::v2 : sheet_version::v1;
}

}  // namespace

bool sheet_section::is_data() const noexcept { return !columns.empty(); }

sheet_section const* sample_sheet::section(std::string_view name) const noexcept {
  auto const it = std::find_if(sections.begin(), sections.end(),
                               [&](auto const& s) { return equal_folded(s.name, name); });
  return it == sections.end() ? nullptr : &*it;
}

sheet_section const* sample_sheet::samples() const noexcept {
  for (std::string_view const name : {"BCLConvert_Data", "Data"})
    if (auto const* found = section(name); found != nullptr && found->is_data()) return found;
  for (auto const& s : sections)
    if (s.is_data() && (data_column(s, "sample id") != std::string::npos)) return &s;
  return nullptr;
}

std::string_view sample_sheet::setting(std::string_view section_name,
                                       std::string_view key) const noexcept {
  auto const* found = section(section_name);
  if (found == nullptr) return {};
  for (auto const& line : found->lines)
    if (line.size() >= 2 && equal_folded(line[0], key)) return line[1];
  return {};
}

std::size_t data_column(sheet_section const& section, std::string_view name) noexcept {
  for (std::size_t i = 0; i < section.columns.size(); ++i)
    if (to_words(section.columns[i]) == name) return i;
  return std::string::npos;
}

bool looks_like_sample_sheet(table const& content) {
  for (std::size_t i = 0; i < content.rows.size() && i < rows_looked_at; ++i) {
    auto const name = section_name(content.rows[i]);
    if (!name.empty() && usual_case(name) != name) return true;
    if (std::find(std::begin(known_sections), std::end(known_sections), name) !=
        std::end(known_sections))
      return true;
    if (i == 0 && is_bare_header(content.rows[i])) return true;
  }
  return false;
}

result<sample_sheet> read_sample_sheet(table const& content) {
  sample_sheet sheet;
  sheet_section* current = nullptr;
  bool awaiting_columns = false;
  if (!content.rows.empty() && section_name(content.rows.front()).empty() &&
      is_bare_header(content.rows.front())) {
    sheet.version = sheet_version::bare;
    sheet.sections.push_back({"Data", {}, {}, {}, {}, 0});
    current = &sheet.sections.back();
    awaiting_columns = true;
  }
  for (auto const& row : content.rows) {
    if (auto const name = section_name(row); !name.empty() && sheet.version != sheet_version::bare) {
      sheet.sections.push_back({usual_case(name), {}, {}, {}, {}, row.number});
      current = &sheet.sections.back();
      awaiting_columns = ends_in_data(name);
      continue;
    }
    if (current == nullptr) continue;  // a title above the first section says nothing about samples
    auto fields = fields_of(row);
    if (awaiting_columns) {
      current->columns = std::move(fields);
      awaiting_columns = false;
    } else if (current->is_data()) {
      current->rows.push_back(std::move(fields));
      current->source_rows.push_back(row.number);
    } else {
      current->lines.push_back(std::move(fields));
    }
  }
  for (auto& section : sheet.sections)
    if (section.is_data()) close_data_section(section);
  if (sheet.samples() == nullptr)
    return fail(errc::invalid_argument,
                "The sample sheet has no [Data] or [BCLConvert_Data] section with columns, so it lists no "
                "samples. Was it exported completely?");
  if (sheet.version != sheet_version::bare) sheet.version = version_of(sheet);
  return sheet;
}

result<sample_sheet> read_sample_sheet(std::string_view utf8, import_limits const& limits) {
  auto document = read_csv(utf8, {0, limits});
  if (!document) return tl::unexpected(document.error());
  return read_sample_sheet(document->content);
}

std::vector<sheet_sample> list_samples(sample_sheet const& sheet) {
  std::vector<sheet_sample> out;
  auto const* data = sheet.samples();
  if (data == nullptr) return out;
  auto const find = [&](std::initializer_list<std::string_view> names) {
    for (auto const name : names)
      if (auto const at = data_column(*data, name); at != std::string::npos) return at;
    return std::string::npos;
  };
  auto const lane = find({"lane"});
  auto const id = find({"sample id", "sampleid"});
  auto const name = find({"sample name", "samplename"});
  auto const index = find({"index", "index1", "index 1"});
  auto const index2 = find({"index2", "index 2"});
  auto const project = find({"sample project", "project"});
  for (std::size_t i = 0; i < data->rows.size(); ++i) {
    auto const& row = data->rows[i];
    auto const at = [&](std::size_t column) { return column < row.size() ? row[column] : std::string(); };
    out.push_back({i < data->source_rows.size() ? data->source_rows[i] : 0, at(lane), at(id), at(name),
                   at(index), at(index2), at(project)});
  }
  return out;
}

std::string write_sample_sheet(sample_sheet const& sheet) {
  std::string out;
  auto const put_line = [&out](std::vector<std::string> const& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_field(fields[i]);
    }
    out += '\n';
  };
  for (auto const& section : sheet.sections) {
    if (sheet.version != sheet_version::bare) {
      if (!out.empty()) out += '\n';
      put_line({"[" + section.name + "]"});
    }
    for (auto const& line : section.lines) put_line(line);
    if (!section.is_data()) continue;
    put_line(section.columns);
    for (auto const& row : section.rows) put_line(row);
  }
  return out;
}

}  // namespace tracseq::sheets
