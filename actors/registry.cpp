// Every aggregate there is, hosted. A new one is one line in `hosts`.

#include <array>
#include <cassert>

#include "actors/barcode.hpp"
#include "actors/barcode_series.hpp"
#include "actors/command_codec.hpp"
#include "actors/delivery.hpp"
#include "actors/discard.hpp"
#include "actors/hosting.hpp"
#include "actors/move.hpp"
#include "actors/notification_rule.hpp"
#include "actors/sample.hpp"
#include "actors/sequencing_run.hpp"
#include "actors/sheet_import.hpp"
#include "actors/storage_unit.hpp"
#include "events/registry.hpp"

namespace tracseq {
namespace {

template <decider A>
class hosted final : public hosted_entity {
 public:
  result<void> restore(std::uint64_t version, std::string_view snapshot,
                       std::vector<encoded_event> const& tail) override {
    state_ = {};
    version_ = version;
    if (version > 0) {
      auto decoded = codec::decode<typename A::state>(snapshot);
      if (!decoded) return fail(errc::unsupported, "snapshot: " + decoded.error().detail);
      state_ = *std::move(decoded);
    }
    for (auto const& stored : tail) {
      auto const event = typed(stored);
      if (!event) return tl::unexpected(event.error());
      apply(*event);
    }
    return {};
  }

  result<std::vector<encoded_event>> decide(outgoing_command const& command,
                                            command_context context) override {
    context.version = version_;
    auto const typed_command =
        decode_command<typename A::command>(command.name, command.payload);
    if (!typed_command) return tl::unexpected(typed_command.error());
    auto const events = A::decide(state_, *typed_command, context);
    if (!events) return tl::unexpected(events.error());
    std::vector<encoded_event> encoded;
    encoded.reserve(events->size());
    for (auto const& event : *events) {
      encoded.push_back(encode_event(event));
      apply(event);
    }
    return encoded;
  }

  std::optional<encoded_event> keep_refusal(outgoing_command const& command, error const& why) override {
    if constexpr (keeps_refusals<A>) {
      auto const typed_command = decode_command<typename A::command>(command.name, command.payload);
      if (!typed_command) return std::nullopt;
      auto const fact = A::refusal(*typed_command, why, version_);
      if (!fact) return std::nullopt;
      apply(*fact);
      return encode_event(*fact);
    } else {
      return std::nullopt;
    }
  }

  std::uint64_t version() const noexcept override { return version_; }
  std::string snapshot() const override { return codec::encode(state_); }

  void mark() override {
    marked_ = state_;
    marked_version_ = version_;
  }
  void go_back() override {
    state_ = std::move(marked_);
    version_ = marked_version_;
    marked_ = {};
  }

  bool is_process() const noexcept override { return process_manager<A>; }

  std::vector<step> due() const override {
    if constexpr (process_manager<A>)
      return A::due(state_);
    else
      return {};
  }

  outgoing_command on_outcome(std::string stream, step_outcome const& outcome) const override {
    if constexpr (process_manager<A>) {
      return std::visit(
          [&](auto const& command) { return make_command(std::move(stream), command); },
          A::on_outcome(state_, outcome));
    } else {
      assert(false && "only process managers have steps");
      return {};
    }
  }

  std::optional<outgoing_command> take_back(std::string stream,
                                            encoded_event const& event) const override {
    if constexpr (can_take_back<A>) {
      auto const known = typed(event);
      if (!known) return std::nullopt;
      auto const command = A::take_back(*known);
      if (!command) return std::nullopt;
      return std::visit([&](auto const& one) { return make_command(std::move(stream), one); },
                        *command);
    } else {
      return std::nullopt;
    }
  }

 private:
  static result<typename A::event> typed(encoded_event const& stored) {
    auto decoded = decode_event(stored);
    if (!decoded) return tl::unexpected(decoded.error());
    auto* event = std::get_if<typename A::event>(&*decoded);
    if (!event)
      return fail(errc::corrupt, "an event of type " + std::to_string(stored.type) +
                                     " in a stream of kind " + std::string(A::kind));
    return std::move(*event);
  }
  void apply(typename A::event const& event) {
    state_ = A::evolve(std::move(state_), event);
    ++version_;
  }

  typename A::state state_{};
  typename A::state marked_{};
  std::uint64_t version_ = 0;
  std::uint64_t marked_version_ = 0;
};

struct host_row {
  std::string_view kind;
  std::unique_ptr<hosted_entity> (*make)();
};

template <decider A>
constexpr host_row row() {
  return {A::kind, []() -> std::unique_ptr<hosted_entity> { return std::make_unique<hosted<A>>(); }};
}

constexpr std::array hosts{
    row<aggregates::sample>(),
    row<aggregates::storage_unit>(),
    row<aggregates::sequencing_run>(),
    row<aggregates::barcode>(),
    row<aggregates::barcode_series>(),
    row<aggregates::sheet_import>(),
    row<aggregates::move>(),
    row<aggregates::discard>(),
    row<aggregates::notification_rule>(),
    row<aggregates::delivery>(),
};

}  // namespace

std::unique_ptr<hosted_entity> host(std::string_view kind) {
  for (auto const& [known, make] : hosts)
    if (known == kind) return make();
  return nullptr;
}

}  // namespace tracseq
