#pragma once
// One request that has a route, on its way to an answer.

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "node/http/json_value.hpp"
#include "node/http/message.hpp"
#include "node/http/services.hpp"
#include "node/http/turns.hpp"

namespace tracseq {
class read_view;
}

namespace tracseq::http {

struct route;
class api;

struct call {
  http::api* api = nullptr;
  services const* at = nullptr;
  route const* row = nullptr;
  request_ptr request;
  responder to;
  std::array<std::string, 2> params;  ///< of the path, decoded
  std::string request_id;
  principal who;
  std::optional<instant> as_of;
  std::chrono::steady_clock::time_point began;
  // Of writes:
  json_value body;
  uuid command_id;
  fingerprint print{};
  std::string key;  ///< the idempotency key, also where the server made it
  std::shared_ptr<void> turn;  ///< held by the one request of a key that is being worked on
  uuid picked_for;             ///< of a call that makes something: its command id, which names `picked`
  picked_names picked;
  std::optional<log_position> wrote;  ///< behind its newest accepted commit

  [[nodiscard]] std::string const& id() const noexcept { return params[0]; }
};
using call_ptr = std::shared_ptr<call>;

/// What an answer says beside its body.
struct answer_facts {
  int status = 0;  ///< 0 = the route's
  std::optional<std::uint64_t> version;  ///< ETag
  std::string location;
  std::string link;
  std::string position;
  bool repeated = false;
};

/// Answers with JSON. GETs that carry the ETag of `facts.version` get 304.
void answer(call& c, std::string json, answer_facts const& facts = {});
/// `status`: 0 = that of the error; 400 where the request itself cannot be read.
void refuse(call& c, error const& why, int status = 0);

/// Does `work`. What it throws is answered: a query's failure in its own words, anything else as internal;
/// nothing may get out into a thread that is not the request's own.
void guarded(call_ptr const& c, std::function<void(call_ptr)> const& work);

/// Runs `then` when the projections show what this node acknowledged and what the request demands by
/// X-TracSeq-Position; refuses with 503 when that takes too long.
void when_readable(call_ptr c, std::function<void(call_ptr)> then);

/// Runs `work` on a worker thread; refuses with 503 when too much waits there.
void on_worker(call_ptr c, std::function<void(call_ptr)> work);

}  // namespace tracseq::http
