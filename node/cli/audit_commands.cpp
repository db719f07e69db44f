// What is done with a log while no node serves it: audit verify, replay, log …
#include <filesystem>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "node/checkpoint_file.hpp"
#include "node/cli/app.hpp"
#include "node/cli/table.hpp"
#include "node/data_directory.hpp"
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

struct public_key_report {
  std::string key;
};
BOOST_DESCRIBE_STRUCT(public_key_report, (), (key))

template <class Report>
int print_report(Report const& report, output_style const& style) {
  auto const parsed = http::parse_json(http::to_json(report));
  if (!parsed) return complain(parsed.error(), style);
  print(answer_text(*parsed, style));
  return 0;
}

struct audit_wish {
  std::string exported;
  std::string checkpoints;
  std::vector<std::string> keys;
};

/// A key as it was typed, or a file that holds it.
result<std::string> key_of(std::string const& typed) {
  auto const text = std::filesystem::exists(typed) ? read_input(typed, 64 * 1024) : result<std::string>(typed);
  if (!text) return text;
  auto key = read_public_key(*text);
  if (!key) return fail(key.error().code, "--key " + typed + ": " + key.error().detail);
  return key;
}

/// A log that is named alone is another's: the data directory of this machine says nothing of it.
bool log_is_alone(tracseq::settings const& with) {
  return with.source("log.address") != "default" && with.source("data.directory") == "default";
}

result<offline::verify_wish> wish_of(tracseq::settings const& with, audit_wish const& asked) {
  offline::verify_wish wish;
  bool const alone = log_is_alone(with);
  if (!alone) wish.data = with.text("data.directory");
  wish.checkpoints = asked.checkpoints;
  if (auto const own = checkpoints_file(wish.data, with.text("checkpoint.file"));
      wish.checkpoints.empty() && !alone && std::filesystem::exists(own))
    wish.checkpoints = own;
  for (auto const& typed : asked.keys) {
    auto key = key_of(typed);
    if (!key) return tl::unexpected(key.error());
    wish.keys.push_back(*std::move(key));
  }
  return wish;
}

int verify(context const& shared, tracseq::settings const& with, audit_wish const& asked) {
  auto const wish = wish_of(with, asked);
  if (!wish) return complain(wish.error(), shared.style);
  progress_bar bar("Verifying");
  auto const report = offline::verify(log_address_of(with), *wish, on_bar(bar));
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
    for (auto const& words : report->warnings) print(words + "\n");
    for (auto const& one : report->given_up)
      print("Partition " + std::to_string(one.partition) + ", offset " + std::to_string(one.offset) + ": " +
            one.what + "\n");
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

/// What a node shows, in few bytes.
int digest_rows(context const& shared, tracseq::settings const& with) {
  auto const report = offline::digest_rows(with.text("data.directory"));
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  std::vector<std::vector<std::string>> rows;
  for (auto const& one : report->tables)
    rows.push_back({one.table, with_thousands(one.rows), with_thousands(one.bytes), one.digest});
  print(table_text({"READ MODEL", "ROWS", "BYTES", "SHA-256"}, rows, shared.style, true));
  std::string position;
  for (auto const offset : report->position) position.append(position.empty() ? "" : ".").append(std::to_string(offset));
  if (shared.style.plain) {
    print("position\t" + position + "\nall\t" + report->digest + "\n");
  } else {
    print("Position " + position + "\nAll together " + report->digest + "\n");
  }
  for (auto const& one : report->being_built) say(one + " is being built, and is not part of this.");
  if (report->parked > 0)
    say(with_thousands(report->parked) + " commits are parked: the rows are without them, and another node's may not be.");
  return 0;
}

/// Of a file that `log export` wrote; no log is read.
int verify_exported(context const& shared, std::string const& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  if (!file) return complain({errc::not_found, "cannot read " + path, {}}, shared.style);
  auto const report = offline::verify_export(path == "-" ? std::cin : file);
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  print("The export verifies: " + with_thousands(report->records) +
        " records, and every event beside them says what their bytes say.\n");
  return 0;
}

/// Prints the public key that a node's checkpoints verify with.
int show_key(context const& shared, tracseq::settings const& with, bool as_pem) {
  auto const path = checkpoint_key_file(with.text("data.directory"));
  if (!std::filesystem::exists(path))
    return complain({errc::not_found, "there is no " + path + " yet: a node makes it at its first start", {}},
                    shared.style);
  auto const pair = read_or_make_signing_key(path);
  auto const key = pair ? pair->public_key() : tl::unexpected(pair.error());
  auto const text = key && as_pem ? public_key_pem(*key) : key;
  if (!text) return complain(text.error(), shared.style);
  if (shared.style.json) return print_report(public_key_report{*key}, shared.style);
  print(as_pem ? *text : *text + "\n");
  return 0;
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
  if (until && *until > now())
    return complain({errc::invalid_argument, "--until " + wish.until + " lies in the future; leave it out for now", {}},
                    shared.style);
  progress_bar bar("Replaying");
  auto const report = offline::replay(log_address_of(with), until, wish.into, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  print(with_thousands(report->events) + " events replayed into " + wish.into +
        ".\nLook at it: tracseq serve --read-only --data " + wish.into + "\n");
  return 0;
}

/// Where an export goes: a file, or standard output.
class export_target {
 public:
  explicit export_target(std::string to) : to_(std::move(to)) {}

  [[nodiscard]] result<void> write(std::string_view lines) {
    if (to_ == "-") {
      print(lines);
      return check(!std::ferror(stdout));
    }
    if (auto opened = open(); !opened) return opened;
    return check(file_.write(lines.data(), static_cast<std::streamsize>(lines.size())).good());
  }
  /// Of what lies in a buffer only this tells whether there was room for it.
  [[nodiscard]] result<void> flush() {
    if (to_ != "-")
      if (auto opened = open(); !opened) return opened;  // of an empty log
    return check(to_ == "-" ? std::fflush(stdout) == 0 : file_.flush().good());
  }

 private:
  /// Not before there is something to write: an earlier export outlives a log that cannot be read.
  [[nodiscard]] result<void> open() {
    if (file_.is_open()) return {};
    file_.open(to_, std::ios::binary | std::ios::trunc);
    if (!file_) return fail(errc::io_failure, "cannot write " + to_);
    return {};
  }
  [[nodiscard]] result<void> check(bool written) const {
    if (written) return {};
    return fail(errc::storage_full,
                "cannot write to " + (to_ == "-" ? "standard output" : to_) + ": is the disk full?");
  }

  std::string to_;
  std::ofstream file_;
};

int export_log(context const& shared, tracseq::settings const& with, std::string const& to) {
  export_target into(to);
  progress_bar bar("Exporting");
  auto const report = offline::export_log(
      log_address_of(with), [&](std::string_view lines) { return into.write(lines); }, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (auto const flushed = into.flush(); !flushed) return complain(flushed.error(), shared.style);
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

int repair_log(context const& shared, tracseq::settings const& with, std::string const& into) {
  progress_bar bar("Comparing");
  auto const report = offline::repair_log(log_address_of(with), with.text("data.directory"), into, on_bar(bar));
  bar.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_report(*report, shared.style);
  if (report->records == 0)
    print("Nothing is missing that this node could put back: the log holds all that it has shown, and verifies.\n");
  else
    print(with_thousands(report->records) + (into.empty() ? " records were put back" : " records were written into " + into) +
          "; the log verifies, and holds all that this node has shown.\n");
  return 0;
}

}  // namespace

void add_audit_commands(CLI::App& app, context& shared) {
  auto* audit = app.add_subcommand("audit", "Prove that the history is whole");
  audit->require_subcommand(1);
  auto const asked = std::make_shared<audit_wish>();
  auto* walk = audit->add_subcommand("verify", "Walk the chain of the whole history and say where it breaks");
  walk->add_option("--checkpoints", asked->checkpoints,
                   "A file of signed checkpoints: finds a cut tail and a rewritten history, too");
  walk->add_option("--key", asked->keys, "The public key that signed them, or a file with it; repeatable");
  walk->add_option("--export", asked->exported,
                   "Check a file of `tracseq log export` instead: its chain, and that its readable events are "
                   "those of its records");
  shared.examples[walk] = {"tracseq audit verify", "tracseq audit verify --export history.ndjson",
                           "tracseq audit verify --log kafka://broker:9092/lab --json",
                           "tracseq audit verify --checkpoints /mnt/archive/checkpoints.ndjson --key KEY"};
  walk->callback([&shared, asked] {
    shared.action = [&shared, asked] {
      if (!asked->exported.empty()) return verify_exported(shared, asked->exported);
      return with_settings(shared, [&](auto const& with) { return verify(shared, with, *asked); });
    };
  });
  auto* shown = audit->add_subcommand("rows", "A digest of all that a node shows, to compare two nodes by");
  shared.examples[shown] = {"tracseq audit rows --data /var/lib/tracseq", "tracseq audit rows --json"};
  shown->callback([&shared] {
    shared.action = [&shared] {
      return with_settings(shared, [&](auto const& with) { return digest_rows(shared, with); });
    };
  });
  auto const as_pem = std::make_shared<bool>(false);
  auto* key = audit->add_subcommand("key", "The public key that this node's checkpoints verify with");
  key->add_flag("--pem", *as_pem, "As PEM, for other programs");
  shared.examples[key] = {"tracseq audit key", "tracseq audit key --pem"};
  key->callback([&shared, as_pem] {
    shared.action = [&shared, as_pem] {
      return with_settings(shared, [&](auto const& with) { return show_key(shared, with, *as_pem); });
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
  shared.examples[repair] = {"tracseq log repair --data /srv/lab",
                             "tracseq log repair --data /srv/lab --log kafka://broker:9092/lab",
                             "tracseq log repair --data /srv/lab --log kafka://broker:9092/lab --into kafka://broker:9092/lab-2"};
  auto const into = std::make_shared<std::string>();
  repair->add_option("--into", *into, "Write the whole history there instead: where others were written into the place of "
                                      "what was lost");
  repair->callback([&shared, into] {
    shared.action = [&shared, into] {
      return with_settings(shared, [&](auto const& with) { return repair_log(shared, with, *into); });
    };
  });
}

}  // namespace tracseq::cli
