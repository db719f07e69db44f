#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <CLI/CLI.hpp>

#include "events/hash.hpp"
#include "node/cli/app.hpp"
#include "node/cli/preview_text.hpp"
#include "node/cli/table.hpp"
#include "node/http/schema.hpp"
#include "node/sheets/detect.hpp"

namespace tracseq::cli {
namespace {

using http::json_list;
using http::json_object;
using http::json_value;

constexpr auto poll_every = std::chrono::milliseconds(250);
constexpr std::size_t refusals_shown_max = 40;
constexpr int interrupted_exit = 130;  // as shells say it

volatile std::sig_atomic_t interrupted = 0;

/// Ctrl-C is noted while the node imports, so that the person is told that it goes on; a second one kills.
class ctrl_c_noted {
 public:
  ctrl_c_noted() {
    struct sigaction noted {};
    noted.sa_handler = [](int) { interrupted = 1; };
    noted.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &noted, &before_);
  }
  ~ctrl_c_noted() { sigaction(SIGINT, &before_, nullptr); }
  ctrl_c_noted(ctrl_c_noted const&) = delete;
  ctrl_c_noted& operator=(ctrl_c_noted const&) = delete;

 private:
  struct sigaction before_ {};
};

struct import_wish {
  std::string file;
  std::string name;
  std::string mapping;
  std::string sheet;
  std::uint32_t header_row = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
  std::vector<std::string> columns;
  std::string dates;
  std::string decimals;
  std::string key;
  bool commit = false;
  bool force = false;
};

result<std::string> mapping_of(import_wish const& wish) {
  if (!wish.mapping.empty()) return read_input(wish.mapping, 1 << 20);
  json_object out;
  if (!wish.sheet.empty()) out.emplace_back("sheet", json_value{wish.sheet});
  for (auto const& [name, row] : {std::pair("header_row", wish.header_row), {"first_row", wish.first_row},
                                  {"last_row", wish.last_row}})
    if (row != 0) out.emplace_back(name, json_value{std::uint64_t{row}});
  if (!wish.dates.empty()) out.emplace_back("dates", json_value{wish.dates});
  if (!wish.decimals.empty()) out.emplace_back("decimals", json_value{wish.decimals});
  json_object columns;
  for (auto const& one : wish.columns) {
    auto const equals = one.find('=');
    columns.emplace_back(one.substr(0, equals), json_value{one.substr(equals + 1)});
  }
  if (!columns.empty()) out.emplace_back("columns", json_value{std::move(columns)});
  return out.empty() ? std::string() : http::write_json_text(json_value{std::move(out)});
}

result<json_value> follow(client& node, std::string const& id) {
  progress_bar bar("Registering");
  while (true) {
    auto one = node.ask({"GET", "/api/v1/imports/" + id, {}, {}, {}});
    if (!one) return one;
    auto const state = one->text("state");
    if (interrupted) return one;
    auto const reserved = number_of(one->find("reserved"));
    auto const registered = number_of(one->find("registered"));
    bar.show((reserved + registered) / 2, number_of(one->find("rows")));
    if (state == "completed" || state == "refused" || state == "parked" || state == "abandoned")
      return one;
    std::this_thread::sleep_for(poll_every);
  }
}

int report_end(json_value const& ended, output_style const& style) {
  if (style.json) {
    print(answer_text(ended, style));
  } else if (ended.text("state") == "completed") {
    print(with_thousands(number_of(ended.find("registered"))) + " samples registered (import " +
          std::string(ended.text("id")) + ").\n");
  }
  if (ended.text("state") == "completed") return 0;
  if (ended.text("state") == "parked") {
    say("The import waits for an operator: " + std::string(ended.text("parked_why")));
    return 1;
  }
  if (ended.text("state") == "abandoned") {
    say("The import was given up before it began, and nothing was registered. Import the file again.");
    return 3;
  }
  if (ended.text("state") != "refused" && interrupted) {
    say("The import goes on in the node; `tracseq imports show " + std::string(ended.text("id")) +
        "` tells how far it is.");
    return interrupted_exit;
  }
  say("The import was refused; nothing was registered.");
  auto const& refusals = list_of(ended, "refusals");
  for (std::size_t i = 0; i < refusals.size() && i < refusals_shown_max; ++i)
    say("  row " + std::to_string(number_of(refusals[i].find("source_row"))) + ": " +
        std::string(refusals[i].text("why")));
  if (refusals.size() > refusals_shown_max)
    say("  … and " + with_thousands(refusals.size() - refusals_shown_max) + " more");
  return 3;
}

int commit(client& node, json_value const& preview, import_wish const& wish, context const& shared) {
  json_object body{{"preview_id", {std::string(preview.text("preview_id"))}},
                   {"sha256", {std::string(preview.text("sha256"))}}};
  if (wish.force) body.emplace_back("force", json_value{true});
  client_request request{"POST", "/api/v1/imports", http::write_json_text({std::move(body)}),
                         "application/json", {}};
  if (!wish.key.empty()) request.headers.push_back("Idempotency-Key: " + wish.key);
  ctrl_c_noted const noted;
  auto begun = node.ask(request);
  if (!begun && !begun.error().problems.empty() && begun.error().problems.front().pointer == "/force") {
    // The body's field is this program's flag.
    auto why = begun.error();
    why.problems.clear();
    why.detail += " Give --force to import it once more.";
    return complain(why, shared.style);
  }
  if (!begun) return complain(begun.error(), shared.style);
  auto const ended = follow(node, std::string(begun->text("id")));
  if (!ended) return complain(ended.error(), shared.style);
  return report_end(*ended, shared.style);
}

/// The sheet's bytes; one that is too large is refused by its size alone, in the words of the preview.
result<std::string> read_sheet(std::string const& path, std::uint64_t bytes_max) {
  std::error_code ec;
  auto const bytes = std::filesystem::is_regular_file(path, ec) ? std::filesystem::file_size(path, ec) : 0;
  sheets::import_limits limits;
  limits.max_bytes = bytes_max;
  if (!ec && bytes > bytes_max) return tl::unexpected(sheets::too_large_file(bytes, limits));
  return read_input(path, bytes_max);
}

int act(import_wish const& wish, context const& shared) {
  auto const loaded = shared.load_settings();
  if (!loaded) return complain(loaded.error(), shared.style);
  auto bytes = read_sheet(wish.file, static_cast<std::uint64_t>(loaded->integer("http.upload_bytes_max")));
  if (!bytes) return complain(bytes.error(), shared.style);
  auto const mapping = mapping_of(wish);
  if (!mapping) return complain(mapping.error(), shared.style);
  auto node = shared.connect();
  if (!node) return complain(node.error(), shared.style);
  auto name = wish.name;
  if (name.empty()) name = wish.file == "-" ? "standard input" : std::filesystem::path(wish.file).filename().string();
  client_request request{"POST", "/api/v1/imports/preview?filename=" + http::percent_encoded(name),
                         *std::move(bytes), "application/octet-stream", {}};
  if (!mapping->empty()) request.path += "&mapping=" + http::percent_encoded(*mapping);
  auto const preview = (*node)->ask(request);
  if (!preview) return complain(preview.error(), shared.style);
  bool const good = preview->find("can_commit") && preview->find("can_commit")->as<bool>() &&
                    *preview->find("can_commit")->as<bool>();
  if (shared.style.json && !wish.commit) {
    print(answer_text(*preview, shared.style));
    return good ? 0 : 1;
  }
  if (!shared.style.json) print(preview_text(*preview, shared.style));
  if (!good && was_imported(*preview)) {
    say("Nothing is left to import: the samples of this file have been in the laboratory since then.");
    return describe(errc::conflict).exit_code;
  }
  if (!good) {
    say("Nothing can be imported yet: mend the rows above, or correct with --column, --sheet, --header-row.");
    return 1;
  }
  if (!wish.commit) {
    say("Nothing was changed. Import it with --commit.");
    return 0;
  }
  return commit(**node, *preview, wish, shared);
}

}  // namespace

void add_import_command(CLI::App& app, context& shared) {
  auto const wish = std::make_shared<import_wish>();
  auto* command = app.add_subcommand(
      "import", "Show what a sheet of samples would import (CSV, XLSX, Illumina); --commit imports it");
  shared.examples[command] = {"tracseq import samples.xlsx                    look at it first",
                              "tracseq import samples.xlsx --commit           import it, all rows or none",
                              "tracseq import samples.csv --column C=name --dates day_first",
                              "cat samples.csv | tracseq import - --filename samples.csv"};
  command->add_option("file", wish->file, "The sheet; - for standard input")->required();
  command->add_flag("--commit", wish->commit, "Import it, all rows or none");
  command->add_flag("--force", wish->force, "Import the same file once more");
  command->add_option("--filename", wish->name, "The file's name, where it comes from standard input");
  command->add_option("--sheet", wish->sheet, "The workbook's sheet: its name, or its number from 1");
  command->add_option("--header-row", wish->header_row, "Row of the column names, from 1")
      ->check(CLI::PositiveNumber);
  command->add_option("--first-row", wish->first_row, "First row that is a sample")->check(CLI::PositiveNumber);
  command->add_option("--last-row", wish->last_row, "Last row that is a sample")->check(CLI::PositiveNumber);
  command->add_option("--column", wish->columns, "COLUMN=FIELD: what a column is (letter or header); also custom or ignore; may repeat")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->check(reads_as("COLUMN=FIELD"));
  command->add_option("--dates", wish->dates, "How 03/04/2026 is meant: day_first or month_first");
  command->add_option("--decimals", wish->decimals, "How 1,5 is meant: point or comma");
  command->add_option("--mapping", wish->mapping, "File with all corrections as JSON");
  command->add_option("--key", wish->key, "Idempotency key of the import");
  command->callback([&shared, wish] { shared.action = [&shared, wish] { return act(*wish, shared); }; });
}

}  // namespace tracseq::cli
