// Which tables there are: made on a new store, found on an old one, built beside where a version is new.

#include <algorithm>
#include <charconv>

#include "projections/runner_parts.hpp"

namespace tracseq {
namespace {

constexpr std::string_view snapshots_table = "snapshots";

/// "samples@12" → {"samples", 12}
std::pair<std::string, std::uint32_t> parse_table_name(std::string_view table) {
  auto const at = table.rfind('@');
  std::uint32_t version = 0;
  if (at == std::string_view::npos) return {std::string(table), 0};
  std::from_chars(table.data() + at + 1, table.data() + table.size(), version);
  return {std::string(table.substr(0, at)), version};
}

}  // namespace

std::vector<partition_position> read_positions(store& rows, std::string_view of,
                                               partition_id partitions) {
  auto positions = genesis_positions(partitions);
  for (partition_id p = 0; p < partitions; ++p) {
    auto const stored = rows.get(*rows.meta(), position_key(of, p));
    if (!stored) continue;
    auto const decoded = decode_position(*stored);
    if (!decoded) throw query_failure({errc::corrupt, "A stored position is damaged.", {}});
    positions[p] = *decoded;
  }
  return positions;
}

result<partition_id> runner::partitions_of(store& rows) {
  auto const text = rows.get(*rows.meta(), meta_keys::partitions);
  if (!text) return fail(errc::corrupt, "The store in " + rows.directory() + " is of no log: nothing was ever shown.");
  partition_id known = 0;
  auto const* const end = text->data() + text->size();
  if (std::from_chars(text->data(), end, known).ptr != end)
    return fail(errc::corrupt, "The stored number of partitions is damaged.");
  return known;
}

result<void> runner::parts::open_meta() {
  auto const meta = rows->meta();
  auto const known_partitions = rows->get(*meta, meta_keys::partitions);
  if (rows->read_only() && known_partitions) {
    auto const known = partitions_of(*rows);
    if (!known) return tl::unexpected(known.error());
    options.partitions = *known;
    return {};
  }
  auto const wanted_partitions = std::to_string(options.partitions);
  if (known_partitions && *known_partitions != wanted_partitions)
    return fail(errc::conflict, "The store in " + rows->directory() + " belongs to a log with " +
                                    *known_partitions + " partitions, but this one has " +
                                    wanted_partitions +
                                    ": it is another log, which needs a data directory of its own. Or it is a Kafka "
                                    "topic that got more partitions: put ?partitions=" + *known_partitions +
                                    " behind its address.");
  if (rows->read_only() || known_partitions) return {};
  store_write const write{meta, meta_keys::partitions, wanted_partitions};
  return rows->write({&write, 1});
}

result<void> runner::parts::open_table(std::shared_ptr<projection const> const& model, bool fresh) {
  auto const name = table_name(*model);
  auto table = rows->find_table(name);
  auto const mark = meta_keys::building(name);
  bool const marked = rows->get(*rows->meta(), mark).has_value();
  if (table && (!marked || fresh)) {
    live.push_back(std::make_unique<applied_table>(*rows, model, table));
    return {};
  }
  if (rows->read_only()) return {};
  if (!table) {
    // The mark comes first: a table that was made and not marked would pass for a whole one.
    if (!fresh) {
      store_write const write{rows->meta(), mark, std::string_view()};
      if (auto written = rows->write({&write, 1}); !written) return written;
    }
    auto made = rows->create_table(name);
    if (!made) return tl::unexpected(made.error());
    table = *made;
  }
  auto applied_to = std::make_unique<applied_table>(*rows, model, table);
  if (fresh) {
    live.push_back(std::move(applied_to));
    return {};
  }
  auto one = std::make_unique<building_table>();
  one->table = std::move(applied_to);
  one->at = read_positions(*rows, name, options.partitions);
  building.push_back(std::move(one));
  return {};
}

result<void> runner::parts::drop_leftovers() {
  if (rows->read_only()) return {};
  for (auto const& table : rows->table_names()) {
    if (table == snapshots_table) continue;
    auto const [name, version] = parse_table_name(table);
    auto const of_name = [&name = name](auto const& model) { return model->name() == name; };
    bool const wanted = std::any_of(models.begin(), models.end(), [&](auto const& model) {
      return table_name(*model) == table;
    });
    // An older version is shown until the newer one is whole.
    bool const being_replaced =
        std::any_of(models.begin(), models.end(), of_name) &&
        std::any_of(building.begin(), building.end(),
                    [&](auto const& one) { return of_name(&one->table->model()); });
    if (wanted || being_replaced) continue;
    if (auto dropped = rows->drop_table(table); !dropped) return dropped;
  }
  return {};
}

result<void> runner::parts::open() {
  if (auto fine = open_meta(); !fine) return fine;
  positions = read_positions(*rows, {}, options.partitions);
  bool const fresh = std::all_of(positions.begin(), positions.end(), [](auto const& one) {
    return one.next_offset == 0;
  });
  for (auto const& model : models)
    if (auto fine = open_table(model, fresh); !fine) return fine;
  // Of several versions of one projection the older are kept up only while the newest is being built.
  std::erase_if(live, [&](auto const& old) {
    return std::any_of(live.begin(), live.end(), [&](auto const& one) {
      return one && old && one->model().name() == old->model().name() &&
             one->model().version() > old->model().version();
    });
  });
  std::erase_if(models, [&](auto const& model) {
    auto const is = [&](auto const& one) { return table_name(*model) == one->name(); };
    return !rows->read_only() && std::none_of(live.begin(), live.end(), is) &&
           std::none_of(building.begin(), building.end(),
                        [&](auto const& one) { return is(one->table); });
  });
  if (auto fine = drop_leftovers(); !fine) return fine;
  snapshots = rows->find_table(snapshots_table);
  if (!snapshots && !rows->read_only()) {
    auto made = rows->create_table(std::string(snapshots_table));
    if (!made) return tl::unexpected(made.error());
    snapshots = *made;
  }
  auto const meta = rows->newest(rows->meta());
  for (auto at = meta->scan_prefix("parked/"); at->valid(); at->next()) ++parked_commits;
  applied = std::vector<std::atomic<std::uint64_t>>(options.partitions);
  publish();
  show();
  return {};
}

shown_tables::shown_table runner::parts::shown_of(std::string_view name) const {
  shown_tables::shown_table best;
  best.name = name;
  for (auto const& table : live)
    if (table->model().name() == name && table->model().version() >= best.version) {
      best.version = table->model().version();
      best.rows = table->rows();
    }
  if (best.rows) return best;
  // Nothing live: an older version that today's queries can read, as it stood when it was left.
  std::uint32_t oldest = 0;
  for (auto const& model : models)
    if (model->name() == name) oldest = std::max(oldest, model->reads_from_version());
  for (auto const& table : rows->table_names()) {
    auto const [of, version] = parse_table_name(table);
    bool const half_built = rows->get(*rows->meta(), meta_keys::building(table)).has_value();
    if (of != name || half_built || version < oldest || version < best.version) continue;
    best.version = version;
    best.rows = rows->find_table(table);
  }
  if (!best.rows)
    best.why_not = rows->read_only()
                       ? "This store does not hold the rows of \"" + std::string(name) +
                             "\" in the version that this TracSeq reads."
                       : "The rows of \"" + std::string(name) +
                             "\" are being built from the log. Try again in a moment.";
  return best;
}

void runner::parts::show() {
  auto next = std::make_shared<shown_tables>();
  for (auto const& model : models) {
    if (std::any_of(next->tables.begin(), next->tables.end(),
                    [&](auto const& one) { return one.name == model->name(); }))
      continue;
    auto one = shown_of(model->name());
    if (one.rows) one.newest = rows->newest(one.rows);
    next->tables.push_back(std::move(one));
  }
  std::lock_guard const guard(shown_mutex);
  shown = std::move(next);
}

}  // namespace tracseq
