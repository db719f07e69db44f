#include "node/http/sheet_preview.hpp"

#include "events/hash.hpp"
#include "node/http/json_value.hpp"
#include "node/http/preview_places.hpp"
#include "node/http/preview_views.hpp"
#include "node/http/problem.hpp"
#include "node/http/schema.hpp"

namespace tracseq::http {
namespace {

/// How a person corrects what was understood.
struct mapping_body {
  std::optional<std::string> sheet;
  std::optional<std::uint32_t> header_row;
  std::optional<std::uint32_t> first_row;
  std::optional<std::uint32_t> last_row;
  std::map<std::string, std::string> columns;
  std::string dates;
  std::string decimals;
};
BOOST_DESCRIBE_STRUCT(mapping_body, (),
                      (sheet, header_row, first_row, last_row, columns, dates, decimals))

}  // namespace

template <>
inline constexpr auto notes<mapping_body> = std::to_array<note>({
    {.field = "dates", .words = "day_first month_first"},
    {.field = "decimals", .words = "point comma"},
});
namespace {

result<sheets::import_overrides> overrides_of(std::string_view mapping) {
  sheets::import_overrides out;
  if (mapping.empty()) return out;
  auto const parsed = parse_json(mapping);
  if (!parsed) return tl::unexpected(parsed.error());
  std::vector<field_problem> problems;
  validate(schema_of<mapping_body>(), *parsed, "/mapping", problems);
  if (!problems.empty()) return tl::unexpected(field_error(std::move(problems)));
  auto body = decoded<mapping_body>(*parsed);
  out.sheet = std::move(body.sheet);
  out.header_row = body.header_row;
  out.first_row = body.first_row;
  out.last_row = body.last_row;
  out.columns = std::move(body.columns);
  if (!body.dates.empty())
    out.dates = body.dates == "day_first" ? sheets::date_order::day_first
                                          : sheets::date_order::month_first;
  if (!body.decimals.empty())
    out.decimals = body.decimals == "point" ? sheets::decimal_mark::point : sheets::decimal_mark::comma;
  return out;
}

}  // namespace

std::int64_t day_of_today() { return now().us / 86'400'000'000; }

result<kept_preview> make_preview(std::shared_ptr<uploaded_sheet const> sheet, services const& at) {
  auto const overrides = overrides_of(sheet->mapping);
  if (!overrides) return tl::unexpected(overrides.error());
  sheets::preview_context context;
  context.today = sheets::date_of_days(sheet->day);
  context.limits.max_bytes = at.upload_bytes_max;
  auto made = sheets::preview(sheet->bytes, sheet->file_name, *overrides, context);
  if (!made) return tl::unexpected(made.error());
  auto const view = at.view();
  check_against_lab(*made, *view);
  check_places(*made, *view);
  kept_preview out;
  out.id = sheet->preview_id;
  out.file_name = sheet->file_name;
  out.sha256 = to_hex(sha256(sheet->bytes));
  out.result = *std::move(made);
  if (at.find_preview) out.sheet = std::move(sheet);
  return out;
}

}  // namespace tracseq::http
