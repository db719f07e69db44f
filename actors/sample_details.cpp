#include "actors/sample_details.hpp"

#include <boost/describe.hpp>

#include "events/storage_layout.hpp"
#include "events/words.hpp"

namespace tracseq {
namespace {

constexpr std::size_t custom_fields_max = 300;

std::string shown(std::string const& text) { return text; }
std::string shown(sample::sample_type type) { return boost::describe::enum_to_string(type, ""); }
std::string shown(std::uint32_t number) { return std::to_string(number); }
std::string shown(double number) { return words::number(number); }
std::string shown(instant at) { return words::date(at); }
/// Personal: the history names neither the old nor the new one.
std::string shown(sealed_text const&) { return "(sealed)"; }
std::string shown(std::vector<std::string> const& list) {
  std::string text;
  for (auto const& one : list) text += (text.empty() ? "" : ", ") + one;
  return text;
}
template <class T>
std::string shown(std::optional<T> const& value) {
  return value ? shown(*value) : std::string();
}

template <class T>
void set(correction& into, std::string field, T& now, std::optional<T> const& wanted) {
  if (!wanted || *wanted == now) return;
  into.changes.push_back({std::move(field), shown(now), shown(*wanted)});
  now = *wanted;
}

void set_custom(correction& into, std::map<std::string, std::string> const& wanted) {
  auto& custom = into.details.custom;
  for (auto const& [field, value] : wanted) {
    auto const found = custom.find(field);
    auto const old = found == custom.end() ? std::string() : found->second;
    if (old == value) continue;
    into.changes.push_back({"custom." + field, old, value});
    if (value.empty())
      custom.erase(field);
    else
      custom[field] = value;
  }
}

void check_temperatures(field_checks& checks, std::vector<std::string> const& classes) {
  for (auto const& one : classes)
    if (!storage_unit::parse_temperature_class(one))
      checks.add("requires_temperature", "unknown_value",
                 "\"" + one + "\" is no temperature class. There are LN2, -80, -20, 4, RT and 37.");
}

void check_custom(field_checks& checks, std::map<std::string, std::string> const& custom) {
  if (custom.size() > custom_fields_max)
    checks.add("custom", "too_many",
               std::to_string(custom.size()) + " further fields are more than the 300 allowed.");
  for (auto const& [field, value] : custom) {
    checks.required("custom", field);
    checks.text("custom/" + field, value, notes_characters_max);
  }
}

}  // namespace

std::size_t text_bytes(sample::details const& details) noexcept {
  std::size_t bytes = details.name.size() + details.barcode.size() + details.project.size() +
                      details.submission.size() + details.organism.size() +
                      details.collected_where.size() + details.collected_by.size() +
                      details.notes.size();
  if (details.donor) bytes += details.donor->box.size();
  for (auto const& one : details.requires_temperature) bytes += one.size();
  for (auto const& [field, value] : details.custom) bytes += field.size() + value.size();
  return bytes;
}

void check_details(field_checks& checks, sample::details const& details, instant at) {
  checks.required("name", details.name);
  checks.label("barcode", details.barcode);
  checks.line("project", details.project);
  checks.line("submission", details.submission);
  if (details.taxon_id && *details.taxon_id == 0)
    checks.add("taxon_id", "out_of_range", "\"taxon_id\" is a number from 1, as NCBI gives it.");
  checks.line("organism", details.organism);
  checks.not_in_future("collected_at", details.collected_at, at);
  checks.line("collected_where", details.collected_where);
  checks.line("collected_by", details.collected_by);
  checks.amount("concentration_ng_per_ul", details.concentration_ng_per_ul);
  checks.amount("volume_ul", details.volume_ul);
  checks.amount("amount_ng", details.amount_ng);
  check_temperatures(checks, details.requires_temperature);
  checks.text("notes", details.notes, notes_characters_max);
  check_custom(checks, details.custom);
  if (auto const bytes = text_bytes(details); bytes > details_bytes_max)
    checks.add("custom", "too_long",
               "All texts of a sample take " + std::to_string(bytes) + " bytes; at most " +
                   std::to_string(details_bytes_max) + " are kept.");
}

correction apply_patch(sample::details details, commands::sample::patch const& patch) {
  correction into{std::move(details), {}};
  auto& now = into.details;
  set(into, "name", now.name, patch.name);
  set(into, "project", now.project, patch.project);
  set(into, "submission", now.submission, patch.submission);
  set(into, "type", now.type, patch.type);
  set(into, "taxon_id", now.taxon_id, patch.taxon_id);
  set(into, "organism", now.organism, patch.organism);
  set(into, "donor", now.donor, patch.donor);
  set(into, "collected_at", now.collected_at, patch.collected_at);
  set(into, "collected_where", now.collected_where, patch.collected_where);
  set(into, "collected_by", now.collected_by, patch.collected_by);
  set(into, "concentration_ng_per_ul", now.concentration_ng_per_ul, patch.concentration_ng_per_ul);
  set(into, "volume_ul", now.volume_ul, patch.volume_ul);
  set(into, "amount_ng", now.amount_ng, patch.amount_ng);
  set(into, "requires_temperature", now.requires_temperature, patch.requires_temperature);
  set(into, "notes", now.notes, patch.notes);
  set_custom(into, patch.custom);
  return into;
}

}  // namespace tracseq
