#include "node/http/import_start.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <utility>

#include "actors/command_codec.hpp"
#include "actors/sheet_import.hpp"
#include "events/barcode.hpp"
#include "node/http/api.hpp"
#include "node/http/watch.hpp"
#include "node/key_store.hpp"
#include "projections/imports.hpp"

namespace tracseq::http {
namespace {

namespace give = commands::sheet_import;

/// How long a step is given again that is refused for what passes: an owner that was lost, a log that is slow. The
/// import's own time-out may end it sooner.
constexpr std::chrono::milliseconds step_patience{60'000};
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{5'000};

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::vector<std::string> words_of(std::string_view joined) {
  std::vector<std::string> out;
  while (!joined.empty()) {
    auto const word = joined.substr(0, joined.find(','));
    joined.remove_prefix(std::min(joined.size(), word.size() + 1));
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

/// Puts one value where its field belongs; what has no member in the details is kept under its key.
void put(sample::details& into, std::string_view field, std::string const& text) {
  std::map<std::string_view, std::string*> const texts{
      {"name", &into.name},           {"barcode", &into.barcode},
      {"project", &into.project},     {"submission", &into.submission},
      {"organism", &into.organism},   {"collected_where", &into.collected_where},
      {"notes", &into.notes},         {"collected_by", &into.collected_by}};
  if (auto const found = texts.find(field); found != texts.end()) {
    *found->second = text;
  } else if (field == "type") {
    boost::describe::enum_from_string(text.c_str(), into.type);
  } else if (field == "taxon_id") {
    if (auto const number = number_of(text)) into.taxon_id = static_cast<std::uint32_t>(*number);
  } else if (field == "collected_at") {
    into.collected_at = parse_rfc3339(text);
  } else if (field == "concentration_ng_per_ul") {
    into.concentration_ng_per_ul = number_of(text);
  } else if (field == "volume_ul") {
    into.volume_ul = number_of(text);
  } else if (field == "amount_ng") {
    into.amount_ng = number_of(text);
  } else if (field == "requires_temperature") {
    into.requires_temperature = words_of(text);
  } else {
    into.custom[std::string(field)] = text;
  }
}

/// Seals the donors of all rows at once: one sync for all keys that are new.
result<void> seal_donors(sheets::preview_result const& preview, std::vector<sheet_import::row>& rows,
                         services const& at) {
  std::vector<std::string> donors;
  std::vector<std::size_t> of_row;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (auto const donor = preview.rows[i].value("donor"); !donor.empty()) {
      donors.emplace_back(donor);
      of_row.push_back(i);
    }
  if (donors.empty()) return {};
  if (!at.keys)
    return fail(errc::unsupported,
                "This node keeps no key to seal personal data with: leave the donor column out.");
  auto boxes = at.keys->seal(donors);
  if (!boxes) return tl::unexpected(boxes.error());
  for (std::size_t i = 0; i < of_row.size(); ++i) rows[of_row[i]].details.donor = std::move((*boxes)[i]);
  return {};
}

/// An import on its way into the log.
struct listing {
  start_import asked;
  std::shared_ptr<kept_preview const> kept;
  std::vector<sheet_import::row> rows;
  uuid import_id;
  std::size_t labelled = 0;
  std::size_t listed = 0;
  bool start_unknown = false;  ///< a try to begin it may have begun it
  command_reply begun;
  on_reply then;

  [[nodiscard]] std::string stream() const { return stream_name(sheet_import::kind, import_id); }
};
using listing_ptr = std::shared_ptr<listing>;

/// A command that is given again, under the same id, as long as `passes` says that its refusal will pass.
struct patient_command {
  command_request request;
  std::function<bool(error const&)> passes;
  on_reply next;
  std::function<void(call_ptr, error const&)> refused;
  std::chrono::milliseconds pause = first_pause;
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now() + step_patience;
};

void give_patiently(call_ptr c, std::shared_ptr<patient_command> one) {
  std::vector<command_request> group{one->request};
  submit(std::move(c), std::move(group),
         [one](call_ptr next, command_reply const& reply) { one->next(std::move(next), reply); },
         [one](call_ptr failed, error const& why) {
           auto const current = std::chrono::steady_clock::now();
           if (!one->passes(why) || current >= one->until) return one->refused(std::move(failed), why);
           auto const pause = std::exchange(one->pause, std::min(longest_pause, 2 * one->pause));
           auto& waits = failed->api->processes();
           waits.until([] { return false; }, pause, [failed, one, why, due = current + pause](bool) {
             // Sooner where the node stops: what is open then ends by its own time-out.
             if (std::chrono::steady_clock::now() < due) return refuse(*failed, why);
             guarded(failed, [&](call_ptr const& again) { give_patiently(again, one); });
           });
         });
}

void give_one(call_ptr c, listing_ptr const& all, outgoing_command command, std::string_view step,
              on_reply next) {
  auto one = std::make_shared<patient_command>();
  one->request = make_request(*c, all->asked, std::move(command), step);
  one->passes = [](error const& why) { return describe(why.code).retryable; };
  one->next = std::move(next);
  one->refused = [all](call_ptr failed, error const& why) {
    // What was listed stays in the log; the import ends here, so that nobody waits for it.
    std::vector<command_request> end;
    end.push_back(make_request(*failed, all->asked, make_command(all->stream(), give::abandon{why.detail}),
                               "abandon"));
    failed->at->submit(std::move(end), [](auto const&) {});
    // Somebody ended it meanwhile, or its time did: it is shown with the reason, as to a repeat of the request. Refused
    // it would have done nothing.
    if (why.code == errc::conflict) return all->then(std::move(failed), all->begun);
    refuse(*failed, why);
  };
  give_patiently(std::move(c), std::move(one));
}

/// Rows from `first` on that go into one list: the wider they are, the fewer, but one at least.
std::size_t rows_of_list(std::vector<sheet_import::row> const& rows, std::size_t first) {
  auto const most = std::min<std::size_t>(give::rows_per_list_max, rows.size() - first);
  auto bytes = give::listed_bytes(rows[first]);
  std::size_t count = 1;
  while (count < most && (bytes += give::listed_bytes(rows[first + count])) <= give::list_bytes_max) ++count;
  return count;
}

void list_next(call_ptr c, listing_ptr all) {
  if (all->listed == all->rows.size())
    return give_one(std::move(c), all, make_command(all->stream(), give::seal{}), "seal",
                    [all](call_ptr done, command_reply const&) { all->then(done, all->begun); });
  auto const first = all->listed;
  auto const count = rows_of_list(all->rows, first);
  give::list_rows command;
  command.first = static_cast<std::uint32_t>(first);
  command.rows.assign(all->rows.begin() + static_cast<std::ptrdiff_t>(first),
                      all->rows.begin() + static_cast<std::ptrdiff_t>(first + count));
  all->listed += count;
  give_one(std::move(c), all, make_command(all->stream(), command), "rows-" + std::to_string(first),
           [all](call_ptr next, command_reply const&) { list_next(std::move(next), all); });
}

/// One id for all who start a file at the same time: the first makes its stream, the others meet it there.
/// Imports of it that came to nothing are counted in, so that it can be tried again; one that is under way
/// is not, for whoever looks a moment later has to meet it too.
uuid id_of_file(std::string const& sha256, read_view const& rows) {
  static uuid const space = *parse_uuid("3b8f0d1e-55c1-8a40-9d0a-6a1f2c7e9b04");
  auto const earlier = imports_query(rows).of_file(sha256);
  return derive_uuid(space, sha256 + " " + std::to_string(std::ranges::count_if(earlier, came_to_nothing)));
}

void start_listing(call_ptr c, listing_ptr all) {
  auto const partitions = c->at->facts.partitions;
  for (auto& row : all->rows) {
    auto const label = stream_name(barcode::kind, row.details.barcode);
    row.sample_id = new_uuid_in_partition(sample::kind, partition_of(label, partitions), partitions);
  }
  give::start const command{all->import_id,
                            all->kept->file_name,
                            all->kept->sha256,
                            std::string(to_string(all->kept->result.kind)),
                            static_cast<std::uint32_t>(all->rows.size()),
                            all->kept->result.understood_text()};
  auto one = std::make_shared<patient_command>();
  one->request = make_request(*c, all->asked, make_command(all->stream(), command));
  // A repeat of the request would find what a try has begun, and nobody who lists its rows.
  one->passes = [all](error const& why) {
    all->start_unknown = all->start_unknown || why.code == errc::outcome_unknown;
    return all->start_unknown && describe(why.code).retryable;
  };
  one->next = [all](call_ptr next, command_reply const& reply) {
    // A repeat looks on: the rows are listed by whoever began.
    if (reply.repeated && !all->start_unknown) return all->then(next, reply);
    all->begun = reply;
    list_next(std::move(next), all);
  };
  one->refused = [all](call_ptr failed, error const& why) {
    refuse(*failed, why.code == errc::already_exists ? being_imported(all->import_id) : why);
  };
  give_patiently(std::move(c), std::move(one));
}

/// Fetches labels for the rows that have none; the source mostly answers at once, so this loops rather
/// than calls itself.
void label_rows(call_ptr c, listing_ptr all) {
  while (true) {
    while (all->labelled < all->rows.size() && !all->rows[all->labelled].details.barcode.empty())
      ++all->labelled;
    if (all->labelled == all->rows.size()) return start_listing(std::move(c), std::move(all));
    auto const turn = std::make_shared<std::atomic<int>>(0);
    c->at->labels->next(std::nullopt, [c, all, turn](result<std::string> label) {
      guarded(c, [&](call_ptr const& one) {
        if (!label) return refuse(*one, label.error());
        auto& row = all->rows[all->labelled];
        row.details.barcode = *std::move(label);
        row.label_made = true;
        // Whoever comes second goes on: the loop, or this callback from another thread.
        if (turn->fetch_add(1) == 1) label_rows(one, all);
      });
    });
    if (turn->fetch_add(1) == 0) return;
  }
}

}  // namespace

result<std::vector<sheet_import::row>> rows_of(sheets::preview_result const& preview,
                                               services const& at) {
  std::vector<sheet_import::row> out;
  out.reserve(preview.rows.size());
  for (auto const& from : preview.rows) {
    sheet_import::row row;
    row.source_row = from.source_row;
    for (auto const& value : from.values)
      if (value.field != "donor") put(row.details, value.field, value.text);
    for (auto const& value : from.custom) row.details.custom[value.key] = value.text;
    out.push_back(std::move(row));
  }
  if (auto const sealed = seal_donors(preview, out, at); !sealed) return tl::unexpected(sealed.error());
  return out;
}

error being_imported(uuid const& id) {
  return {errc::conflict,
          "This file is being imported now, by another request: import " + to_string(id) + ".",
          {{"/sha256", "being_imported", "is of a file that is being imported. Wait for it to end."}}};
}

void begin_import(call_ptr c, start_import const& asked, std::shared_ptr<kept_preview const> kept,
                  on_reply then) {
  auto rows = rows_of(kept->result, *c->at);
  if (!rows) return refuse(*c, rows.error());
  auto all = std::make_shared<listing>();
  all->asked = asked;
  all->kept = std::move(kept);
  all->rows = *std::move(rows);
  all->then = std::move(then);
  if (asked.force) {
    // In the partition that a first try may have gone to: there the command id is known.
    auto const partitions = c->at->facts.partitions;
    auto const beside = stream_name(sheet_import::kind, picked_id(*c, sheet_import::kind));
    all->import_id =
        new_uuid_in_partition(sheet_import::kind, partition_of(beside, partitions), partitions);
  } else {
    all->import_id = id_of_file(all->kept->sha256, *c->at->view());
  }
  label_rows(std::move(c), std::move(all));
}

}  // namespace tracseq::http
