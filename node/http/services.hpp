#pragma once
// What the HTTP handlers need of the node. `assembly` fills it in; tests fill in less.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace tracseq {
class engine;
class settings;
struct engine_stats;
struct command_request;
struct command_reply;
}  // namespace tracseq

namespace tracseq::http {

/// How far the projections are. Any thread.
class progress {
 public:
  virtual ~progress() = default;
  /// The next offset of each partition that the projections have not shown yet, by partition.
  [[nodiscard]] virtual std::vector<log_position> applied() const = 0;
  /// True when the projections show all that this node has acknowledged. Cheap: asked on every read.
  [[nodiscard]] virtual bool current() const noexcept = 0;
  /// All that this node has acknowledged, as next offsets.
  [[nodiscard]] virtual std::vector<log_position> acknowledged() const = 0;
  /// Calls `done(true)` as soon as the projections cover `wanted` (in this call if they do already),
  /// `done(false)` after `within`.
  virtual void when_applied(std::span<log_position const> wanted, std::chrono::milliseconds within,
                            std::function<void(bool)> done) = 0;
  /// Calls `news` after each batch that was applied, from the follower's thread; it must not block.
  virtual void on_advance(std::function<void()> news) = 0;
};

/// Labels of our own, from a block this node reserved. Any thread.
class label_source {
 public:
  virtual ~label_source() = default;
  /// The next unused label; calls back at once while the block lasts.
  virtual void next(std::function<void(result<std::string>)> done) = 0;
  /// A block of `count` blank labels to print, reserved under `command_id` (a repeat gives the same).
  virtual void reserve_blank(std::uint32_t count, std::string purpose, uuid const& command_id,
                             fingerprint const& request, principal const& who,
                             std::function<void(result<std::vector<std::string>>)> done) = 0;
};

/// Where commands go in: the engine, or nothing in a read-only node.
class command_sink {
 public:
  virtual ~command_sink() = default;
  virtual void submit(std::vector<command_request> group,
                      std::function<void(result<command_reply>)> done) = 0;
};

}  // namespace tracseq::http
