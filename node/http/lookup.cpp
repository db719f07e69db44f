#include "node/http/lookup.hpp"

#include <vector>

#include "events/barcode_label.hpp"
#include "node/http/problem.hpp"
#include "projections/barcodes.hpp"
#include "projections/search.hpp"
#include "projections/storage.hpp"

namespace tracseq::http {

std::string kind_words(std::string_view kind) {
  std::string words(kind);
  for (auto& c : words)
    if (c == '_') c = ' ';
  return words;
}

error no_such(std::string_view kind, std::string_view text) {
  return because(errc::not_found, "No " + kind_words(kind) + " has the id or label \"" +
                                      clipped(text, 100) + "\".");
}

result<uuid> find_thing(read_view const& view, std::string_view kind, std::string_view text) {
  if (auto const id = parse_uuid(text)) return *id;
  // Scanners send blanks and symbology prefixes; a label that is no label names nothing.
  auto const label = check_label(text);
  auto const stream = barcodes_query(view).resolve(label ? *label : std::string(text));
  if (!stream) return tl::unexpected(no_such(kind, text));
  if (stream_kind(*stream) != kind)
    return fail(errc::not_found, "\"" + clipped(text, 100) + "\" is the label of a " +
                                     kind_words(stream_kind(*stream)) + ", not of a " +
                                     kind_words(kind) + ".");
  auto const id = parse_uuid(stream_key(*stream));
  if (!id) return tl::unexpected(no_such(kind, text));
  return *id;
}

result<uuid> find_unit(read_view const& view, std::string_view text) {
  auto by_label = find_thing(view, storage_unit::kind, text);
  if (by_label) return by_label;
  storage_query const units(view);
  std::vector<uuid> named;
  auto const is_called_so = [&](std::string const& stream) {
    auto const id = parse_uuid(stream_key(stream));
    auto const unit = id ? units.get(*id) : std::nullopt;
    return unit && unit->name == text;
  };
  auto const found = search_query(view).list(text, storage_unit::kind, "", is_called_so, {}, 100);
  if (!found) return tl::unexpected(found.error());
  for (auto const& stream : found->rows) named.push_back(*parse_uuid(stream_key(stream)));
  if (named.size() == 1) return named.front();
  if (named.size() > 1)
    return fail(errc::conflict, std::to_string(named.size()) + " storage units are called \"" +
                                    clipped(text, 100) + "\". Give the label or the id.");
  return by_label;
}

}  // namespace tracseq::http
