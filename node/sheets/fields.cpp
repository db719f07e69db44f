#include "node/sheets/fields.hpp"

#include "node/sheets/field_names.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::string_view sample_types[] = {
    "DNA",   "RNA",    "protein", "cell_culture", "tissue", "blood", "serum", "plasma",
    "urine", "saliva", "swab",    "environmental", "other"};

constexpr std::string_view temperature_classes[] = {"LN2", "-80", "-20", "4", "RT", "37"};

constexpr field_info table[] = {
    {.key = "name", .label = "Name", .synonyms = names::name, .min_length = 1, .required = true,
     .help = "What you call the sample: 1 to 255 characters."},
    {.key = "barcode", .label = "Barcode", .type = field_type::barcode, .synonyms = names::barcode,
     .min_length = 3, .max_length = 100,
     .help = "The label on the tube, 3 to 100 printable characters. Left empty, TracSeq gives one."},
    {.key = "project", .label = "Project", .synonyms = names::project, .max_length = 100,
     .help = "The project's code."},
    {.key = "submission", .label = "Submission", .synonyms = names::submission, .max_length = 100,
     .help = "The reference of the batch that the sample came with."},
    {.key = "type", .label = "Type", .type = field_type::choice, .vocabulary = sample_types,
     .words = names::sample_type_words, .synonyms = names::type,
     .help = "What kind of material it is."},
    {.key = "taxon_id", .label = "Taxon id", .type = field_type::integer,
     .synonyms = names::taxon_id, .minimum = 1, .maximum = 4294967295.0,
     .help = "The organism's number in the NCBI taxonomy, e.g. 9606 for human."},
    {.key = "organism", .label = "Organism", .synonyms = names::organism,
     .help = "Scientific name, e.g. Homo sapiens."},
    {.key = "donor", .label = "Donor", .synonyms = names::donor, .personal = true,
     .help = "Whom the sample was taken from. Personal: stored sealed."},
    {.key = "collected_at", .label = "Collected at", .type = field_type::date,
     .synonyms = names::collected_at, .help = "When it was taken, e.g. 2026-11-24."},
    {.key = "collected_where", .label = "Collected where", .synonyms = names::collected_where,
     .help = "Where it was taken."},
    {.key = "collected_by", .label = "Collected by", .synonyms = names::collected_by,
     .help = "Who took it."},
    {.key = "received_at", .label = "Received at", .type = field_type::date,
     .synonyms = names::received_at, .help = "When it arrived, e.g. 2026-11-24."},
    {.key = "concentration_ng_per_ul", .label = "Concentration", .type = field_type::number,
     .unit = "ng/µl", .synonyms = names::concentration, .help = "In ng/µl; never negative."},
    {.key = "volume_ul", .label = "Volume", .type = field_type::number, .unit = "µl",
     .synonyms = names::volume, .help = "In µl; never negative."},
    {.key = "amount_ng", .label = "Amount", .type = field_type::number, .unit = "ng",
     .synonyms = names::amount, .help = "In ng; never negative."},
    {.key = "requires_temperature", .label = "Storage temperature",
     .type = field_type::choice_list, .vocabulary = temperature_classes,
     .words = names::temperature_words, .synonyms = names::temperature,
     .help = "Temperature classes it may stand in; several are separated by commas."},
    {.key = "notes", .label = "Notes", .synonyms = names::notes, .max_length = 10'000,
     .help = "Anything else."},
    {.key = "container", .label = "Container", .synonyms = names::container, .max_length = 100,
     .place = field_place::placement, .help = "Barcode or name of the box or plate it stands in."},
    {.key = "position", .label = "Position", .type = field_type::position,
     .synonyms = names::position, .max_length = 10, .place = field_place::placement,
     .help = "The slot in that container, e.g. A1."},
    {.key = "index_i7", .label = "i7 index", .type = field_type::sequence,
     .synonyms = names::index_i7, .max_length = 100, .place = field_place::custom,
     .help = "Bases of the i7 (first) index."},
    {.key = "index_i5", .label = "i5 index", .type = field_type::sequence,
     .synonyms = names::index_i5, .max_length = 100, .place = field_place::custom,
     .help = "Bases of the i5 (second) index, as the sheet gives them."},
    {.key = "index_name", .label = "Index name", .synonyms = names::index_name,
     .place = field_place::custom, .help = "The index's name in its kit."},
    {.key = "lane", .label = "Lane", .synonyms = names::lane, .max_length = 100,
     .place = field_place::custom, .help = "Lanes of the flow cell, joined by commas."},
};

}  // namespace

std::span<field_info const> fields() noexcept { return table; }

field_info const* find_field(std::string_view key) noexcept {
  for (auto const& field : table)
    if (field.key == key) return &field;
  return nullptr;
}

}  // namespace tracseq::sheets
