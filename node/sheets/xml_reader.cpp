#include "node/sheets/xml_reader.hpp"

#include <expat.h>

#include <memory>
#include <string>
#include <type_traits>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr int depth_max = 200;

struct parser_closer {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
using parser_ptr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, parser_closer>;

std::string_view local_name(std::string_view name) noexcept {
  auto const colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

struct session {
  XML_Parser parser = nullptr;
  xml_handler* handler = nullptr;
  int depth = 0;
  bool has_doctype = false;
  bool too_deep = false;

  void stop() const noexcept { XML_StopParser(parser, XML_FALSE); }
  void stop_if_refused() const noexcept {
    if (handler->failure()) stop();
  }
};

void on_open(void* data, char const* name, char const** attributes) {
  auto& s = *static_cast<session*>(data);
  if (s.handler->failure()) return;
  if (++s.depth > depth_max) {
    s.too_deep = true;
    return s.stop();
  }
  s.handler->open(local_name(name), xml_attributes(attributes));
  s.stop_if_refused();
}

void on_close(void* data, char const* name) {
  auto& s = *static_cast<session*>(data);
  if (s.handler->failure()) return;
  --s.depth;
  s.handler->close(local_name(name));
  s.stop_if_refused();
}

void on_text(void* data, char const* content, int size) {
  auto& s = *static_cast<session*>(data);
  if (s.handler->failure()) return;
  s.handler->text(std::string_view(content, static_cast<std::size_t>(size)));
  s.stop_if_refused();
}

void on_doctype(void* data, char const*, char const*, char const*, int) {
  auto& s = *static_cast<session*>(data);
  s.has_doctype = true;
  s.stop();
}

error error_of(session const& s, std::string_view part) {
  if (s.handler->failure()) return *s.handler->failure();
  if (s.has_doctype)
    return {errc::invalid_argument,
            "The workbook's part " + quoted(part) +
                " declares XML entities (a DTD). Spreadsheet programs never write that, and it can be an "
                "attack, so the file was refused. Copy the table into a new workbook and import that.",
            {}};
  std::string const what = s.too_deep ? "is nested too deeply" : "is not well-formed XML";
  return {errc::invalid_argument,
          "The workbook is damaged: its part " + quoted(part) + " " + what + " (line " +
              std::to_string(XML_GetCurrentLineNumber(s.parser)) +
              "). Open it in Excel or LibreOffice, save it again as .xlsx and import the new file.",
          {}};
}

}  // namespace

std::optional<std::string_view> xml_attributes::get(std::string_view name) const noexcept {
  for (auto const* const* at = pairs_; *at != nullptr; at += 2)
    if (local_name(at[0]) == name) return std::string_view(at[1]);
  return std::nullopt;
}

std::string_view xml_attributes::get_or(std::string_view name,
                                        std::string_view other) const noexcept {
  return get(name).value_or(other);
}

bool xml_attributes::is_true(std::string_view name) const noexcept {
  auto const value = get(name);
  return value && (*value == "1" || *value == "true");
}

result<void> read_xml(zip_archive& archive, std::string_view name, xml_handler& handler) {
  parser_ptr const parser(XML_ParserCreate(nullptr));
  if (!parser) return fail(errc::internal, "The XML reader could not be started.");
  session s{parser.get(), &handler, 0, false, false};
  XML_SetUserData(parser.get(), &s);
  XML_SetElementHandler(parser.get(), &on_open, &on_close);
  XML_SetCharacterDataHandler(parser.get(), &on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), &on_doctype);
  return archive.read(name, [&](std::string_view chunk, bool last) -> result<void> {
    auto const status =
        XML_Parse(parser.get(), chunk.data(), static_cast<int>(chunk.size()), last ? 1 : 0);
    if (status != XML_STATUS_OK || handler.failure())
      return tl::unexpected(error_of(s, name));
    return {};
  });
}

}  // namespace tracseq::sheets
