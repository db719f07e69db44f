#include "projections/staged_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <unordered_map>

#include "projections/rows.hpp"

namespace tracseq {
namespace {

std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

/// What a decoded row takes beyond its key: a generous guess, for the bound on memory.
constexpr std::size_t cell_bytes = 1000;

}  // namespace

std::string_view byte_arena::keep(std::string_view bytes) {
  if (bytes.size() > left_) {
    auto const usual = std::min(block_bytes_max, std::max(first_block_bytes, size_));
    auto const room = std::max(usual, bytes.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(room));
    if (blocks_.size() == 1) first_size_ = room;
    next_ = blocks_.back().get();
    left_ = room;
    size_ += room;
  }
  if (!bytes.empty()) std::memcpy(next_, bytes.data(), bytes.size());
  std::string_view const kept(next_, bytes.size());
  next_ += bytes.size();
  left_ -= bytes.size();
  return kept;
}

void byte_arena::clear() noexcept {
  // The first block stays: small batches then need no memory from the system.
  if (blocks_.empty()) return;
  blocks_.resize(1);
  next_ = blocks_.front().get();
  left_ = size_ = first_size_;
}

table::cell* staged_table::find(std::string_view key, std::uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  auto const mask = slots_.size() - 1;
  for (auto at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    auto const& held = cells_[slots_[at] - 1];
    if (held.hash == hash && held.key == key) return held.row.get();
  }
  return nullptr;
}

void staged_table::insert(std::uint32_t index) {
  auto const mask = slots_.size() - 1;
  auto at = cells_[index].hash & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  slots_[at] = index + 1;
}

void staged_table::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), 0);
  for (std::uint32_t i = 0; i < cells_.size(); ++i) insert(i);
}

table::cell& staged_table::touch(held_cell& held) {
  if (held.saved_in != commit_) {
    held.row->save();
    held.saved_in = commit_;
    touched_.push_back(static_cast<std::uint32_t>(&held - cells_.data()));
  }
  return *held.row;
}

table::cell& staged_table::edit(std::string_view key, cell_maker make, bool known_new) {
  auto const hash = hash_of(key);
  if (!slots_.empty()) {
    auto const mask = slots_.size() - 1;
    for (auto at = hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
      auto& held = cells_[slots_[at] - 1];
      if (held.hash == hash && held.key == key) return touch(held);
    }
  }
  std::unique_ptr<cell> loaded;
  if (!known_new) {
    if (previous_)
      if (auto const* before = previous_->find(key, hash)) loaded = before->carry_on();
    if (!loaded)
      if (auto const bytes = stored_(key)) {
        std::string_view const view = *bytes;
        loaded = make(&view);
      }
  }
  if (!loaded) loaded = make(nullptr);
  cells_.push_back({arena_.keep(key), hash, std::move(loaded), 0});
  if (cells_.size() * 2 > slots_.size())
    grow();
  else
    insert(static_cast<std::uint32_t>(cells_.size() - 1));
  return touch(cells_.back());
}

void staged_table::put(std::string_view key, std::string_view value) {
  changes_.push_back({arena_.keep(key), arena_.keep(value), false});
}

void staged_table::erase(std::string_view key) { changes_.push_back({arena_.keep(key), {}, true}); }

void staged_table::count(std::string_view key, std::int64_t of) {
  counts_.emplace_back(arena_.keep(key), of);
}

void staged_table::begin_commit() {
  ++commit_;
  changes_before_ = changes_.size();
  counts_before_ = counts_.size();
  touched_.clear();
}

void staged_table::undo_commit() {
  for (auto const index : touched_) cells_[index].row->restore();
  touched_.clear();
  changes_.resize(changes_before_);
  counts_.resize(counts_before_);
}

void staged_table::settle() {
  for (auto const& held : cells_) held.row->settle(held.key, *this);
  std::unordered_map<std::string_view, std::int64_t> sums;
  for (auto const& [key, of] : counts_) sums[key] += of;
  counts_.clear();
  for (auto const& [key, of] : sums) {
    if (of == 0) continue;
    auto const stored = stored_(key);
    auto const sum = of + (stored ? decode_count(*stored) : 0);
    if (sum == 0)
      changes_.push_back({key, {}, true});
    else
      put(key, encode_count(sum));
  }
}

std::vector<staged_table::change> staged_table::sorted_changes() const {
  struct item {
    std::uint64_t first = 0;   ///< bytes 0–7 of the key, big-endian
    std::uint64_t second = 0;  ///< bytes 8–15
    std::uint32_t index = 0;
  };
  auto const eight = [](std::string_view key, std::size_t from) {
    std::uint64_t value = 0;
    if (from < key.size())
      std::memcpy(&value, key.data() + from, std::min<std::size_t>(8, key.size() - from));
    return __builtin_bswap64(value);
  };
  std::vector<item> items(changes_.size());
  for (std::uint32_t i = 0; i < items.size(); ++i)
    items[i] = {eight(changes_[i].key, 0), eight(changes_[i].key, 8), i};
  std::sort(items.begin(), items.end(), [&](item const& a, item const& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second != b.second) return a.second < b.second;
    if (auto const order = changes_[a.index].key.compare(changes_[b.index].key); order != 0)
      return order < 0;
    return a.index < b.index;
  });
  std::vector<change> sorted;
  sorted.reserve(items.size());
  for (auto const& one : items) {
    auto const& made = changes_[one.index];
    if (!sorted.empty() && sorted.back().key == made.key)
      sorted.back() = made;
    else
      sorted.push_back(made);
  }
  return sorted;
}

std::size_t staged_table::bytes() const noexcept {
  return arena_.size() + cells_.size() * cell_bytes + changes_.size() * sizeof(change);
}

void staged_table::clear() {
  previous_.reset();
  cells_.clear();
  slots_.clear();
  changes_.clear();
  counts_.clear();
  touched_.clear();
  arena_.clear();
}

}  // namespace tracseq
