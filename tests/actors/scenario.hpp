#pragma once
// Given these commands or events, when this command, then these events or this refusal.

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "actors/command_codec.hpp"
#include "actors/decider.hpp"
#include "events/instant.hpp"
#include "events/registry.hpp"

namespace tracseq::test {

inline constexpr instant noon{1'795'521'600'000'000};  // 2026-11-24T12:00:00Z
inline constexpr std::int64_t hour_us = 3'600'000'000;

/// An id that reads well in a failure: …0007.
inline uuid id(std::uint8_t number) {
  uuid made;
  made.bytes[15] = number;
  return made;
}

template <class Event>
struct decided {
  result<std::vector<Event>> got;

  [[nodiscard]] bool accepted() const { return got.has_value(); }
  /// The refusal's words; empty if it was accepted.
  [[nodiscard]] std::string words() const { return got ? std::string() : got.error().detail; }
  [[nodiscard]] errc code() const { return got ? errc{} : got.error().code; }
  [[nodiscard]] std::vector<std::string> pointers() const {
    std::vector<std::string> all;
    if (!got)
      for (auto const& problem : got.error().problems) all.push_back(problem.pointer);
    return all;
  }
  /// Exactly these events.
  [[nodiscard]] bool is(std::vector<Event> const& wanted) const { return got && *got == wanted; }
  [[nodiscard]] bool changes_nothing() const { return got && got->empty(); }
  template <class One>
  [[nodiscard]] One only() const {
    REQUIRE_MESSAGE(got.has_value(), words());
    REQUIRE(got->size() == 1);
    return std::get<One>(got->front());
  }
};

template <decider A>
class scenario {
 public:
  using event = typename A::event;
  using command = typename A::command;

  command_context context{noon, id(250), {"operator", "Anna", "lab_administrator"}, "", 0};

  /// Folds an event, and holds the state to its promises: it can be snapshotted, the event survives
  /// the log and has words.
  scenario& given(event const& happened) {
    state_ = A::evolve(std::move(state_), happened);
    ++context.version;
    auto const snapshot = codec::decode<typename A::state>(codec::encode(state_));
    REQUIRE(snapshot.has_value());
    CHECK((*snapshot == state_));
    auto const stored = decode_event(encode_event(happened));
    REQUIRE(stored.has_value());
    CHECK((*stored == any_event(happened)));
    CHECK_FALSE(words_of(happened).empty());
    return *this;
  }
  /// A command that has to be accepted.
  scenario& after(command const& asked) {
    auto const got = when(asked);
    REQUIRE_MESSAGE(got.accepted(), got.words());
    for (auto const& one : *got.got) given(one);
    return *this;
  }
  scenario& because(std::string reason) {
    context.reason = std::move(reason);
    return *this;
  }
  /// The command as it arrives: through its bytes.
  [[nodiscard]] decided<event> when(command const& asked) const {
    auto const sent = std::visit([](auto const& one) { return make_command("x/y", one); }, asked);
    auto const arrived = decode_command<command>(sent.name, sent.payload);
    REQUIRE(arrived.has_value());
    auto const again = std::visit([](auto const& one) { return make_command("x/y", one); }, *arrived);
    CHECK(again == sent);
    return {A::decide(state_, *arrived, context)};
  }
  [[nodiscard]] typename A::state const& state() const { return state_; }

 private:
  typename A::state state_{};
};

}  // namespace tracseq::test
