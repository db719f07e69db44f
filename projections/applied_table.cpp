#include "projections/applied_table.hpp"

#include <exception>

#include "projections/rows.hpp"

namespace tracseq {

std::string table_name(projection const& model) {
  return std::string(model.name()) + "@" + std::to_string(model.version());
}

std::string parked_prefix(std::string_view table) {
  return "parked/" + key('x').text(table).bytes().substr(1);
}

std::string parked_prefix(std::string_view table, std::string_view stream) {
  return parked_prefix(table) + key('x').stream(stream).bytes().substr(1);
}

std::string parked_key(std::string_view table, parked_row const& row) {
  return parked_prefix(table, row.stream) + key('x').u64(row.base_version).bytes().substr(1);
}

applied_table::applied_table(store& from, std::shared_ptr<projection const> model, table_handle rows)
    : store_(from), model_(std::move(model)), rows_(std::move(rows)), name_(table_name(*model_)) {
  changes_.rows = new_batch();
  auto const meta = store_.newest(store_.meta());
  for (auto at = meta->scan_prefix(parked_prefix(name_)); at->valid(); at->next())
    parked_.insert(decode_row<parked_row>(at->value()).stream);
}

std::shared_ptr<staged_table> applied_table::new_batch() const {
  return std::make_shared<staged_table>(
      [rows = rows_, from = &store_](std::string_view key) { return from->get(*rows, key); });
}

void applied_table::park(accepted_commit const& commit, std::string why) {
  parked_row const row{commit.commit.stream,      commit.commit.base_version, commit.partition,
                       commit.offset,             commit.commit.recorded_at,  std::move(why),
                       commit.record};
  changes_.parked.emplace_back(parked_key(name_, row), codec::encode(row));
  if (parked_.insert(row.stream).second) parked_now_.push_back(row.stream);
}

void applied_table::apply(accepted_commit const& commit) {
  if (!parked_.empty() && parked_.contains(commit.commit.stream)) return park(commit, {});
  if (!commit.undecodable.empty() && model_->needs_events()) return park(commit, commit.undecodable);
  changes_.rows->begin_commit();
  try {
    model_->apply_commit(commit, *changes_.rows);
  } catch (query_failure const&) {
    throw;  // the store's fault, not the commit's
  } catch (std::exception const& caught) {
    changes_.rows->undo_commit();
    park(commit, caught.what());
  }
}

void applied_table::apply(std::vector<accepted_commit> const& commits) {
  for (auto const& commit : commits) apply(commit);
}

result<void> applied_table::apply_parked(accepted_commit const& commit) {
  if (!commit.undecodable.empty() && model_->needs_events())
    return fail(errc::unsupported, commit.undecodable);
  changes_.rows->begin_commit();
  try {
    model_->apply_commit(commit, *changes_.rows);
    return {};
  } catch (query_failure const&) {
    throw;
  } catch (std::exception const& caught) {
    changes_.rows->undo_commit();
    return fail(errc::internal, caught.what());
  }
}

table_changes applied_table::take(bool follow) {
  table_changes taken = std::move(changes_);
  taken.rows->follow(nullptr);
  changes_ = {};
  changes_.rows = new_batch();
  if (follow) changes_.rows->follow(taken.rows);
  parked_now_.clear();
  return taken;
}

void applied_table::begin_batch(bool undo_parking) {
  if (undo_parking)
    for (auto const& stream : parked_now_) parked_.erase(stream);
  parked_now_.clear();
  changes_.parked.clear();
  changes_.rows->clear();
}

}  // namespace tracseq
