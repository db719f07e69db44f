#include "projections/bulk_build.hpp"

#include <exception>
#include <map>
#include <semaphore>
#include <thread>

#include "projections/bounded_queue.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

constexpr std::size_t read_bytes = 2u << 20;
constexpr std::size_t batches_ahead = 4;

struct generation {
  std::vector<table_changes> tables;
  std::vector<partition_position> positions;
};

class bulk_builder {
 public:
  bulk_builder(event_log& log, store& into, std::vector<applied_table*> const& tables,
               std::vector<partition_position> const& from, bulk_options const& options)
      : log_(log), into_(into), tables_(tables), from_(from), options_(options) {}

  [[nodiscard]] result<bulk_totals> run() {
    totals_.positions = from_;
    auto const ends = log_.ends();
    if (!ends) return tl::unexpected(ends.error());
    ends_ = *ends;
    auto opened = fold_reader::open(log_, from_);
    if (!opened) return tl::unexpected(opened.error());
    reader_ = *std::move(opened);
    if (options_.until) reader_->cut_after(*options_.until);
    {
      std::jthread const reading([this] { guarded([this] { read_all(); }, batches_); });
      std::jthread const writing([this] {
        guarded([this] { write_all(); }, generations_);
        writer_idle_.release();  // nobody may wait for a writer that has ended
      });
      guarded([this] { apply_all(); }, generations_);
      batches_.close();
      generations_.close();
      reader_->interrupt();
    }
    if (failure_) return tl::unexpected(*failure_);
    totals_.verdicts = reader_->state().counts();
    return std::move(totals_);
  }

 private:
  /// Runs one thread's part; an error ends all of them.
  template <class Part, class Queue>
  void guarded(Part part, Queue& feeds) {
    try {
      part();
    } catch (query_failure const& caught) {
      fail_with(caught.why());
    } catch (std::exception const& caught) {
      fail_with({errc::internal, caught.what(), {}});
    }
    feeds.close();
  }
  void fail_with(error why) {
    {
      std::lock_guard const guard(mutex_);
      if (!failure_) failure_ = std::move(why);
    }
    batches_.close();
    generations_.close();
  }

  [[nodiscard]] bool at_end(std::vector<partition_position> const& at) const {
    for (partition_id p = 0; p < at.size(); ++p)
      if (at[p].next_offset < ends_[p] && !reader_->state().is_cut(p)) return false;
    return true;
  }
  [[nodiscard]] bool stop_asked() const { return options_.stop != nullptr && options_.stop->load(); }

  void read_all() {
    while (!stop_asked() && !at_end(reader_->state().at())) {
      auto batch = reader_->next(read_bytes, std::chrono::milliseconds(200));
      if (!batch) return fail_with(batch.error());
      // Behind the last record there may be offsets at which nothing lies.
      if (batch->empty() && reader_->caught_up()) break;
      if (!batch->empty() && !batches_.push(*std::move(batch))) return;
    }
    totals_.stopped = stop_asked();
  }

  void apply_all() {
    while (auto batch = batches_.pop()) {
      if (options_.before)
        if (auto const ready = options_.before(*batch); !ready) return fail_with(ready.error());
      for (auto* table : tables_) table->apply(batch->commits);
      totals_.positions = std::move(batch->positions);
      totals_.records += batch->records.size();
      totals_.commits += batch->commits.size();
      totals_.bytes += batch->bytes;
      for (auto const& commit : batch->commits) totals_.events += commit.commit.events.size();
      if (options_.progress) options_.progress(totals_.events);
      std::size_t held = 0;
      for (auto const* table : tables_) held += table->bytes();
      if (held >= options_.generation_bytes && !hand_over()) return;
    }
    (void)hand_over();
  }

  /// Waits until the generation before is in the store: rows are looked up in one only.
  [[nodiscard]] bool hand_over() {
    writer_idle_.acquire();
    generation full;
    full.positions = totals_.positions;
    for (auto* table : tables_) full.tables.push_back(table->take(true));
    for (auto const& one : full.tables) totals_.parked_commits += one.parked.size();
    return generations_.push(std::move(full));
  }

  void write_all() {
    while (auto full = generations_.pop()) {
      if (auto written = write(*full); !written) return fail_with(written.error());
      writer_idle_.release();
    }
  }

  [[nodiscard]] result<void> write(generation const& full) {
    std::vector<std::vector<store_write>> rows(tables_.size() + 1);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      full.tables[i].rows->settle();
      auto const sorted = full.tables[i].rows->sorted_changes();
      rows[i].reserve(sorted.size());
      for (auto const& change : sorted)
        rows[i].push_back({nullptr, change.key,
                           change.erase ? std::nullopt : std::optional(change.value)});
    }
    std::map<std::string, std::string> meta;
    for (auto const& table : full.tables) meta.insert(table.parked.begin(), table.parked.end());
    for (partition_id p = 0; p < full.positions.size(); ++p)
      meta[position_key({}, p)] = encode_position(full.positions[p]);
    for (auto const& [key, value] : meta) rows.back().push_back({nullptr, key, value});
    std::vector<bulk_rows> all;
    for (std::size_t i = 0; i < tables_.size(); ++i) all.push_back({tables_[i]->rows(), rows[i]});
    all.push_back({into_.meta(), rows.back()});
    return into_.write_bulk(all);
  }

  event_log& log_;
  store& into_;
  std::vector<applied_table*> const& tables_;
  std::vector<partition_position> const& from_;
  bulk_options const& options_;
  std::vector<std::uint64_t> ends_;
  std::unique_ptr<fold_reader> reader_;
  bounded_queue<folded_batch> batches_{batches_ahead};
  bounded_queue<generation> generations_{1};
  std::counting_semaphore<> writer_idle_{1};
  bulk_totals totals_;
  std::mutex mutex_;
  std::optional<error> failure_;
};

}  // namespace

std::string position_key(std::string_view of, partition_id partition) {
  std::string name = of.empty() ? "position/" : "building/" + std::string(of) + "/position/";
  return name + key('x').u16(partition).bytes().substr(1);
}

result<bulk_totals> bulk_build(event_log& log, store& into,
                               std::vector<applied_table*> const& tables,
                               std::vector<partition_position> const& from,
                               bulk_options const& options) {
  return bulk_builder(log, into, tables, from, options).run();
}

}  // namespace tracseq
