#pragma once
// A table while a batch is applied to it: rows decoded once, changes collected, undone by commit where
// one of them fails.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/projection.hpp"

namespace tracseq {

/// Bytes that live as long as it does and never move.
class byte_arena {
 public:
  [[nodiscard]] std::string_view keep(std::string_view bytes);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void clear() noexcept;

 private:
  static constexpr std::size_t first_block_bytes = 4u << 10;
  static constexpr std::size_t block_bytes_max = 256u << 10;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t left_ = 0;
  std::size_t size_ = 0;
  std::size_t first_size_ = 0;
  char* next_ = nullptr;
};

class staged_table final : public table {
 public:
  struct change {
    std::string_view key;
    std::string_view value;
    bool erase = false;
  };
  /// The bytes stored for a key before the batch.
  using lookup = std::function<std::optional<std::string>(std::string_view key)>;

  explicit staged_table(lookup stored) : stored_(std::move(stored)) {}

  [[nodiscard]] cell& edit(std::string_view key, cell_maker make, bool known_new) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  void count(std::string_view key, std::int64_t of) override;

  /// What follows is one commit, until the next call.
  void begin_commit();
  /// Takes back what the commit did.
  void undo_commit();

  /// Turns cells and counts into changes; nothing is edited after it.
  void settle();
  /// In the order they were made: of two for one key the later counts.
  [[nodiscard]] std::vector<change> const& changes() const noexcept { return changes_; }
  /// The same in ascending order of keys, the last for each key alone.
  [[nodiscard]] std::vector<change> sorted_changes() const;
  /// About the memory it holds.
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] bool untouched() const noexcept {
    return cells_.empty() && changes_.empty() && counts_.empty();
  }

  /// A batch before this one that is being written: rows are looked up there first. It may be settled
  /// meanwhile by another thread.
  void follow(std::shared_ptr<staged_table const> previous) { previous_ = std::move(previous); }
  void clear();

 private:
  struct held_cell {
    std::string_view key;
    std::uint64_t hash = 0;
    std::unique_ptr<table::cell> row;
    std::uint64_t saved_in = 0;  ///< the commit
  };
  [[nodiscard]] cell* find(std::string_view key, std::uint64_t hash) const;
  void insert(std::uint32_t index);
  void grow();
  cell& touch(held_cell& held);

  lookup stored_;
  std::shared_ptr<staged_table const> previous_;
  byte_arena arena_;
  std::vector<held_cell> cells_;
  std::vector<std::uint32_t> slots_;  ///< open addressing: index into cells_ + 1, 0 = empty
  std::vector<change> changes_;
  std::vector<std::pair<std::string_view, std::int64_t>> counts_;

  std::uint64_t commit_ = 0;
  std::size_t changes_before_ = 0;
  std::size_t counts_before_ = 0;
  std::vector<std::uint32_t> touched_;
};

}  // namespace tracseq
