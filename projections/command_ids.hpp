#pragma once
// What became of each command: how an owner answers a repeated one with the first answer.
//
//   command id      command_row of the newest commit that carries it

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

struct command_row {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::string stream;
  std::uint64_t base_version = 0;
  std::uint16_t events = 0;
  /// `continued`: the newest commit of a group whose next record is not there (yet).
  commit_flag flags = commit_flag::none;
  fingerprint request{};
  instant recorded_at;
  friend bool operator==(command_row const&, command_row const&) = default;
};

class command_ids_query {
 public:
  explicit command_ids_query(read_view const& view) : view_(view) {}
  [[nodiscard]] std::optional<command_row> find(uuid const& command_id) const;

 private:
  read_view const& view_;
};

class command_ids_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "command_ids"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  [[nodiscard]] bool needs_events() const override { return false; }
  void apply(accepted_event const& event, table& rows) const override;
  void apply_commit(accepted_commit const& commit, table& rows) const override;
};

}  // namespace tracseq
