// What is done with a log while no node serves it: audit verify, replay, log …
#include <fstream>

#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"
#include "node/cli/table.hpp"
#include "node/http/json_out.hpp"
#include "node/offline.hpp"

namespace tracseq::cli {
namespace {

/// Loads the settings and calls `act` with them.
template <class Act>
int with_settings(context const& shared, Act act) {
  auto const loaded = shared.load_settings();
  if (!loaded) return complain(loaded.error(), shared.style);
  return act(*loaded);
}

offline::report_progress on_bar(progress_bar& bar) {
  return [&bar](std::uint64_t done, std::uint64_t total) { bar.show(done, total); };
}

template <class Report>
int print_report(Report const& report, output_style const& style) {
  auto const parsed = http::parse_json(http::to_json(report));
  if (!parsed) return complain(parsed.error(), style);
  print(answer_text(*parsed, style));
  return 0;
}

int verify(context const& shared, tracseq::settings const& with) {
  progress_bar bar("Verifying");
  auto const& data = with.text("data.directory");
  auto const report = offline::verify(log_address_of(with), data, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) {
    print_report(*report, shared.style);
  } else {
    std::vector<std::vector<std::string>> rows;
    for (auto const& one : report->partitions)
      rows.push_back({std::to_string(one.partition), with_thousands(one.records),
                      with_thousands(one.commits), with_thousands(one.claims),
                      with_thousands(one.skipped), one.head.substr(0, 16)});
    print(table_text({"PARTITION", "RECORDS", "COMMITS", "CLAIMS", "SKIPPED", "HEAD"}, rows, shared.style));
    if (report->checkpoint) print(*report->checkpoint + "\n");
    if (report->ok)
      print("The history verifies: " + with_thousands(report->records) + " records, " +
            with_thousands(report->commits) + " commits.\n");
  }
  if (report->ok) return 0;
  for (auto const& one : report->problems)
    say("partition " + std::to_string(one.partition) + ", offset " + std::to_string(one.offset) + ": " +
        one.what);
  say("The history does NOT verify.");
  return 1;
}

struct replay_wish {
  std::string until;
  std::string into;
};

int replay(context const& shared, tracseq::settings const& with, replay_wish const& wish) {
  std::optional<instant> until;
  if (!wish.until.empty()) {
    until = parse_rfc3339(wish.until);
    if (!until)
      return complain({errc::invalid_argument,
                       "--until \"" + wish.until +
                           "\" is not a moment such as 2026-11-24T09:30:00Z or 2026-11-24",
                       {}},
                      shared.style);
  }
  progress_bar bar("Replaying");
  auto const report = offline::replay(log_address_of(with), until, wish.into, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  print(with_thousands(report->events) + " events replayed into " + wish.into +
        ".\nLook at it: tracseq serve --read-only --data " + wish.into + "\n");
  return 0;
}

int export_log(context const& shared, tracseq::settings const& with, std::string const& to) {
  std::ofstream file;
  if (to != "-") {
    file.open(to, std::ios::binary | std::ios::trunc);
    if (!file)
      return complain({errc::io_failure, "cannot write " + to, {}}, shared.style);
  }
  auto const write = [&](std::string_view lines) -> result<void> {
    if (to == "-") {
      print(lines);
      if (std::ferror(stdout)) return fail(errc::io_failure, "cannot write to standard output");
    } else if (!file.write(lines.data(), static_cast<std::streamsize>(lines.size()))) {
      return fail(errc::storage_full, "cannot write to " + to + ": is the disk full?");
    }
    return {};
  };
  progress_bar bar("Exporting");
  auto const report = offline::export_log(log_address_of(with), write, on_bar(bar));
  bar.end();
  if (to != "-") file.flush();
  if (!report) return complain(report.error(), shared.style);
  say(with_thousands(report->records) + " records exported.");
  return 0;
}

int copy_log(context const& shared, std::string const& from, std::string const& to) {
  progress_bar bar("Copying");
  auto const report = offline::copy_log(from, to, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  print(with_thousands(report->records) + " records copied" +
        (report->already_there ? ", " + with_thousands(report->already_there) + " were there already" : "") +
        "; both ends verify.\n");
  return 0;
}

}  // namespace

void add_audit_commands(CLI::App& app, context& shared) {
  auto* audit = app.add_subcommand("audit", "Prove that the history is whole");
  audit->require_subcommand(1);
  auto* walk = audit->add_subcommand("verify", "Walk the chain of the whole history and say where it breaks");
  shared.examples[walk] = {"tracseq audit verify", "tracseq audit verify --log kafka://broker:9092/lab --json"};
  walk->callback([&shared] {
    shared.action = [&shared] {
      return with_settings(shared, [&](auto const& with) { return verify(shared, with); });
    };
  });

  auto const wish = std::make_shared<replay_wish>();
  auto* again = app.add_subcommand("replay", "Build everything as it was at a moment, in a new directory");
  shared.examples[again] = {"tracseq replay --until 2026-11-24T09:30:00Z --into copy"};
  again->add_option("--until", wish->until, "The moment (RFC 3339); left out, now");
  again->add_option("--into", wish->into, "The new directory")->required();
  again->callback([&shared, wish] {
    shared.action = [&shared, wish] {
      return with_settings(shared, [&](auto const& with) { return replay(shared, with, *wish); });
    };
  });
}

void add_log_commands(CLI::App& app, context& shared) {
  auto* group = app.add_subcommand("log", "The log itself");
  group->require_subcommand(1);
  auto* about = group->add_subcommand("info", "Where it lies and how long it is");
  shared.examples[about] = {"tracseq log info"};
  about->callback([&shared] {
    shared.action = [&shared] {
      return with_settings(shared, [&](auto const& with) {
        auto const report = offline::info(log_address_of(with));
        return report ? print_report(*report, shared.style) : complain(report.error(), shared.style);
      });
    };
  });

  auto const to = std::make_shared<std::string>("-");
  auto* out = group->add_subcommand("export", "Write the history as lines of JSON that anybody can verify");
  shared.examples[out] = {"tracseq log export --into history.ndjson", "tracseq log export | tools/verify.py"};
  out->add_option("--into", *to, "File; - for standard output");
  out->callback([&shared, to] {
    shared.action = [&shared, to] {
      return with_settings(shared, [&](auto const& with) { return export_log(shared, with, *to); });
    };
  });

  auto const from_to = std::make_shared<std::pair<std::string, std::string>>();
  auto* copy = group->add_subcommand("copy", "Copy a history to another log, verified; resumes");
  shared.examples[copy] = {"tracseq log copy /srv/lab/log kafka://broker:9092/lab"};
  copy->add_option("from", from_to->first, "Directory, or kafka://host:port/topic")->required();
  copy->add_option("to", from_to->second, "Directory, or kafka://host:port/topic")->required();
  copy->callback([&shared, from_to] {
    shared.action = [&shared, from_to] { return copy_log(shared, from_to->first, from_to->second); };
  });

  auto* repair = group->add_subcommand("repair", "Append again what the log has lost and this node still has");
  shared.examples[repair] = {"tracseq log repair --data /srv/lab"};
  repair->callback([&shared] {
    shared.action = [&shared] {
      return with_settings(shared, [&](auto const& with) {
        progress_bar bar("Repairing");
        auto const report =
            offline::repair_log(log_address_of(with), with.text("data.directory"), on_bar(bar));
        bar.end();
        return report ? print_report(*report, shared.style) : complain(report.error(), shared.style);
      });
    };
  });
}

}  // namespace tracseq::cli
