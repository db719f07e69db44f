// backup, restore.
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>

#include "node/backup.hpp"
#include "node/cli/app.hpp"
#include "node/cli/table.hpp"
#include "node/data_directory.hpp"
#include "node/http/json_out.hpp"

namespace tracseq::cli {
namespace {

/// One bar after the other.
class stage_bars {
 public:
  backup::stage_progress show() {
    return [this](std::string_view stage, std::uint64_t done, std::uint64_t total) {
      if (!bar_ || stage != stage_) {
        bar_.emplace(std::string(stage));
        stage_ = stage;
      }
      bar_->show(done, total);
    };
  }
  void end() { bar_.reset(); }

 private:
  std::string stage_;
  std::optional<progress_bar> bar_;
};

template <class Report>
int print_json(Report const& report) {
  print(http::to_json(report) + "\n");
  return 0;
}

std::string counted(std::uint64_t number, std::string_view what) {
  return with_thousands(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

struct backup_wish {
  std::string directory;
  bool verify = false;
  bool without_keys = false;
};

int make_backup(context const& shared, backup_wish const& asked) {
  auto const with = shared.load_settings();
  if (!with) return complain(with.error(), shared.style);
  backup::make_wish wish;
  wish.directory = asked.directory;
  wish.data = with->text("data.directory");
  wish.log_address = log_address_of(*with);
  wish.checkpoints = checkpoints_file(wish.data, with->text("checkpoint.file"));
  wish.keys = !asked.without_keys;
  stage_bars bars;
  auto const report = backup::make(wish, bars.show());
  bars.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_json(*report);
  print("Backup " + std::to_string(report->number) + " is in " + report->directory + ": " +
        counted(report->commits, "commit") + ", " + counted(report->records_new, "new record") + ", " +
        with_thousands(report->bytes) + " bytes. It holds all that was answered before " +
        to_rfc3339(report->made_at) + ".\n");
  if (wish.keys) print("Keys of donors and secrets are in it: keep it closed to others.\n");
  return 0;
}

int check_backup(context const& shared, backup_wish const& asked) {
  stage_bars bars;
  auto const report = backup::check(asked.directory, bars.show());
  bars.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json)
    print_json(*report);
  else if (report->ok)
    print("The backup of " + to_rfc3339(report->made_at) + " verifies: " + counted(report->records, "record") + ", " +
          counted(report->commits, "commit") + ".\n");
  if (report->ok) return 0;
  for (auto const& one : report->problems) say(one);
  say("The backup does NOT verify. Take another copy of it, or make a new one in another folder while the node still runs.");
  return 1;
}

int restore(context const& shared, backup::restore_wish wish) {
  auto const with = shared.load_settings();
  if (!with) return complain(with.error(), shared.style);
  wish.log_address = with->text("log.address");
  if (!wish.log_address.empty() && !wish.log_address.starts_with("kafka://"))
    return complain({errc::invalid_argument,
                     "--log " + wish.log_address + " is no Kafka topic; an embedded log is made in the folder of --into", {}},
                    shared.style);
  stage_bars bars;
  auto const report = backup::restore(wish, bars.show());
  bars.end();
  if (!report) return complain(report.error(), shared.style);
  if (shared.style.json) return print_json(*report);
  print("Restored into " + report->into + " and " + report->log + ", as it was at " + to_rfc3339(report->made_at) + ": " +
        counted(report->records, "record") +
        (report->already_there ? ", " + with_thousands(report->already_there) + " were there already" : "") + ".\n");
  if (report->keys_erased)
    print(counted(report->keys_erased, "key") + " of donors who had been erased were in the backup and are erased again.\n");
  print("The node that it was made from must not run any more. Start this one: tracseq serve --data " + report->into +
        (wish.log_address.empty() ? "" : " --log " + wish.log_address) + "\n");
  return 0;
}

}  // namespace

void add_backup_commands(CLI::App& app, context& shared) {
  auto const asked = std::make_shared<backup_wish>();
  auto* make = app.add_subcommand("backup", "Copy the history, the keys and the secrets, verified, while the node runs");
  shared.examples[make] = {"tracseq backup --data /srv/lab /mnt/backup/lab         a new one, or the newest into an earlier one",
                           "tracseq backup --log kafka://broker:9092/lab --data /srv/lab /mnt/backup/lab",
                           "tracseq backup --verify /mnt/backup/lab"};
  make->add_option("folder", asked->directory, "A new folder, or that of an earlier backup")->required();
  make->add_flag("--verify", asked->verify, "Read every byte of the backup that is there, and make none");
  make->add_flag("--without-keys", asked->without_keys, "Leave out the keys of donors, who are shown as sealed then");
  make->callback([&shared, asked] {
    shared.action = [&shared, asked] {
      return asked->verify ? check_backup(shared, *asked) : make_backup(shared, *asked);
    };
  });

  auto const wish = std::make_shared<backup::restore_wish>();
  auto* again = app.add_subcommand("restore", "Make a data directory, and a topic, from a backup");
  shared.examples[again] = {"tracseq restore /mnt/backup/lab --into /srv/lab",
                            "tracseq restore /mnt/backup/lab --into /srv/lab --log kafka://broker:9092/lab"};
  again->add_option("folder", wish->directory, "The backup's folder")->required();
  again->add_option("--into", wish->into, "The new data directory")->required();
  again->add_option("--erased-in", wish->erased_in,
                    "A later log: donors who were erased according to it stay erased; repeatable");
  again->callback([&shared, wish] {
    shared.action = [&shared, wish] { return restore(shared, *wish); };
  });
}

}  // namespace tracseq::cli
