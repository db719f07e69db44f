#pragma once
// A laboratory's two years, as its log would tell them: units, labels, samples that arrive, are
// accepted, put into boxes and sometimes moved on. Event for event what the deciders write.

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench.d/history_writer.hpp"

namespace tracseq::bench {

class lab_story {
 public:
  /// `step_us` passes between one commit and the next, from `begin` on.
  lab_story(history_writer& to, instant begin, std::int64_t step_us);

  /// A sample with its label, arrival, acceptance and place; every fourth one is moved once more.
  uuid stored_sample();
  /// A sample with its label and nothing else.
  uuid registered_sample();

  /// Events that one `stored_sample` makes in the mean.
  static constexpr double events_per_stored_sample = 13.4;

 private:
  struct unit {
    uuid id;
    std::string stream;
    std::string label;
    std::uint64_t version = 0;
    std::uint32_t used = 0;
  };
  struct thing {
    std::string stream;
    std::string label;
    std::uint64_t version = 0;
    bool is_unit = false;
    std::string kind;
  };
  struct spot {
    std::size_t unit = 0;
    std::string slot;
  };

  void tick();
  void commit(std::string const& stream, std::uint64_t& version, any_event event,
              commit_flag flag = commit_flag::none);
  std::string next_label();
  thing register_sample();
  std::size_t add_unit(storage_unit::unit_kind kind, std::string label, storage_unit::layout layout);
  void add_box();
  /// The whole of a move: request, reservation, the thing itself, the old slot, the new slot.
  void move(thing& what, spot const* from, spot const& to);
  [[nodiscard]] std::size_t free_box();

  history_writer& to_;
  instant at_;
  std::int64_t const step_us_;
  std::vector<unit> units_;
  std::size_t rack_ = 0;
  std::size_t box_ = 0;
  std::uint32_t racks_ = 0;
  std::uint32_t boxes_ = 0;
  std::uint32_t samples_ = 0;
  std::uint64_t series_version_ = 0;
  int series_year_ = 0;
  std::uint32_t next_number_ = 1;
  std::uint32_t block_end_ = 1;
};

}  // namespace tracseq::bench
