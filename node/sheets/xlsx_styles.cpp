#include "node/sheets/xlsx_styles.hpp"

#include <charconv>
#include <map>
#include <string>

#include "node/sheets/xml_reader.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t styles_max = 100'000;

int to_int(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class styles_handler final : public xml_handler {
 public:
  void open(std::string_view name, xml_attributes const& attributes) override {
    if (name == "numFmt") {
      formats_[to_int(attributes.get_or("numFmtId", "0"))] =
          style_of_format(attributes.get_or("formatCode", ""));
    } else if (name == "cellXfs") {
      in_cell_formats_ = true;
    } else if (name == "xf" && in_cell_formats_ && styles_.size() < styles_max) {
      auto const id = to_int(attributes.get_or("numFmtId", "0"));
      auto const own = formats_.find(id);
      styles_.push_back(own != formats_.end() ? own->second : style_of_builtin(id));
    }
  }
  void close(std::string_view name) override {
    if (name == "cellXfs") in_cell_formats_ = false;
  }
  void text(std::string_view) override {}

  std::vector<cell_style> take() { return std::move(styles_); }

 private:
  std::map<int, cell_style> formats_;
  std::vector<cell_style> styles_;
  bool in_cell_formats_ = false;
};

/// The first section of a format code without literals, colours and conditions; "[h]" stays "h".
std::string bare_format(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    char const c = code[i];
    if (c == ';') break;
    if (c == '"') {
      auto const end = code.find('"', i + 1);
      if (end == std::string_view::npos) break;
      i = end;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      auto const end = code.find(']', i + 1);
      if (end == std::string_view::npos) break;
      auto const inside = code.substr(i + 1, end - i - 1);
      if (inside.size() <= 2 && inside.find_first_not_of("hHmMsS") == std::string_view::npos)
        out.append(inside);
      i = end;
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
    }
  }
  return out;
}

}  // namespace

cell_style style_of_format(std::string_view code) {
  auto const bare = bare_format(code);
  if (bare.size() >= 2 && bare.size() <= 20 && bare.find_first_not_of('0') == std::string::npos)
    return {number_look::plain, static_cast<std::uint8_t>(bare.size())};
  if (bare.find("general") != std::string::npos ||
      bare.find_first_of("0#?") != std::string::npos) {
    // "ss.000" is a time with fractions; any other digit place means a number.
    bool const clock = bare.find("ss") != std::string::npos && bare.find("#") == std::string::npos;
    if (!clock) return {};
  }
  bool const has_day = bare.find_first_of("yd") != std::string::npos;
  bool const has_clock = bare.find_first_of("hs") != std::string::npos;
  bool const has_month = bare.find('m') != std::string::npos;
  if (has_day && has_clock) return {number_look::date_time, 0};
  if (has_day || (has_month && !has_clock)) return {number_look::date, 0};
  if (has_clock) return {number_look::time, 0};
  return {};
}

cell_style style_of_builtin(int id) {
  if (id == 22) return {number_look::date_time, 0};
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
    return {number_look::date, 0};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
    return {number_look::time, 0};
  return {};
}

result<std::vector<cell_style>> read_styles(zip_archive& archive, std::string_view part) {
  if (!archive.has(part)) return std::vector<cell_style>{};
  styles_handler handler;
  if (auto done = read_xml(archive, part, handler); !done) return tl::unexpected(done.error());
  return handler.take();
}

}  // namespace tracseq::sheets
