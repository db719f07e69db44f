#pragma once
// The application over a laboratory without anything in it, with an engine that takes commands down.

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include <nlohmann/json.hpp>

#include "actors/runtime/engine.hpp"
#include "node/http/api.hpp"
#include "node/http/server.hpp"
#include "node/metrics.hpp"
#include "node/offline.hpp"
#include "projections/memory_table.hpp"
#include "projections/table_view.hpp"
#include "tests/node/raw_client.hpp"

namespace tracseq::test {

using nlohmann::json;

class empty_view final : public read_view {
 public:
  table_view const& table(std::string_view name) const override {
    if (unreadable) throw query_failure({errc::unavailable, "The samples are being built.", {}});
    auto const found = rows.find(name);
    return found == rows.end() ? nothing_ : *found->second;
  }
  position_vector const& position() const override { return position_; }
  std::atomic<bool> unreadable{false};
  std::map<std::string, std::unique_ptr<memory_table>, std::less<>> rows;

 private:
  memory_table nothing_;
  position_vector position_ = position_vector(12, 0);
};

class still_progress final : public http::progress {
 public:
  std::vector<std::uint64_t> applied() const override { return std::vector<std::uint64_t>(12, 5); }
  std::vector<std::uint64_t> acknowledged() const override {
    return std::vector<std::uint64_t>(12, acknowledged_to);
  }
  bool current() const noexcept override { return acknowledged_to <= 5; }
  bool shows(log_position at) const noexcept override { return at.offset <= 5; }
  std::optional<error> stuck() const override { return why_stuck; }
  void when_applied(std::vector<log_position> wanted, std::chrono::milliseconds,
                    std::function<void(bool)> done) override {
    if (late) {
      follower = std::jthread([done = std::move(done)] { done(true); });
      return;
    }
    bool shown = true;
    for (auto const& one : wanted) shown = shown && one.offset <= 5;
    done(shown);
  }
  void on_advance(std::function<void()>) override {}
  std::uint64_t acknowledged_to = 5;
  std::optional<error> why_stuck;
  bool late = false;  ///< whoever waits is told later, in a thread of the follower's
  std::jthread follower;
};

/// Verifies for as long as it is told to.
class slow_status final : public http::node_status {
 public:
  http::cluster_view cluster() const override { return {}; }
  bool ready() const override { return true; }
  std::string why_not_ready() const override { return {}; }
  std::vector<http::partition_status> partitions() const override { return {}; }
  std::vector<http::projection_status> projections() const override { return {}; }
  std::vector<std::string> warnings() const override { return {}; }
  std::vector<http::parked_stream> parked() const override { return {}; }
  result<void> retry_parked(std::string const&) override { return {}; }
  result<void> skip_parked(std::string const&) override { return {}; }
  result<offline::audit_report> verify() override {
    walking = true;
    while (!let_go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    walking = false;
    return offline::audit_report{};
  }
  std::vector<std::string> checkpoints() const override { return {}; }
  std::atomic<bool> walking{false};
  std::atomic<bool> let_go{false};
};

class one_label final : public http::label_source {
 public:
  void next(std::optional<partition_id>, std::function<void(result<std::string>)> done) override {
    ++taken;
    done(std::string("TS-2026-000001-W"));
  }
  std::atomic<int> taken{0};
};

/// A node that takes commands down and accepts each, if nothing else is said.
struct small_node {
  explicit small_node(bool read_only = false) : api(with(read_only), counts), server(options(), limit(), handle()) {
    REQUIRE(server.start());
  }
  ~small_node() {
    api.stop();
    server.drain(std::chrono::milliseconds(500));
  }

  http::services with(bool read_only) {
    http::services out;
    out.facts.version = "1.2.3";
    out.facts.read_only = read_only;
    out.token = "secret";
    out.body_bytes_max = 2000;
    out.view = out.snapshot = [this] { return rows; };
    out.status = &status;
    out.progress = &progress;
    out.labels = &labels;
    out.takes_more = [this] { return !full; };
    if (!read_only)
      out.submit = [this](std::vector<command_request> group, command_callback done) {
        command_reply reply;
        reply.stream = group.back().command.stream;
        reply.version = 1;
        reply.offset = written_at;
        reply.events = written;
        auto const why = refuses ? refuses(group) : std::nullopt;
        reply.repeated = repeats && repeats(group);
        given.push_back(std::move(group));
        if (why) return done(tl::unexpected(*why));
        done(reply);
      };
    return out;
  }
  http::server_options options() {
    http::server_options out;
    out.port = 0;
    return out;
  }
  http::body_limit limit() {
    return [this](http::request const& head) { return api.body_limit(head); };
  }
  http::handler handle() {
    return [this](http::request_ptr asked, http::responder to) { api.handle(std::move(asked), std::move(to)); };
  }

  std::string ask(std::string const& line, std::string const& headers = "Authorization: Bearer secret\r\n",
                  std::string const& body = {}) {
    raw_client client(server.port());
    auto bytes = line + " HTTP/1.1\r\nHost: x\r\n" + headers;
    if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(bytes + "\r\n" + body);
    return client.read_answer();
  }
  json problem(std::string const& answer) {
    CHECK(answer.find("Content-Type: application/problem+json") != std::string::npos);
    return json::parse(body_of(answer));
  }

  std::vector<std::vector<command_request>> given;
  std::function<std::optional<error>(std::vector<command_request> const&)> refuses;  ///< the command it is given
  std::function<bool(std::vector<command_request> const&)> repeats;  ///< it was done before
  std::atomic<bool> full{false};
  std::uint64_t written_at = 0;  ///< offset of what is accepted; what is shown ends before 5
  std::vector<encoded_event> written;
  std::shared_ptr<empty_view> rows = std::make_shared<empty_view>();
  still_progress progress;
  slow_status status;
  one_label labels;
  metrics counts;
  http::api api;
  http::server server;
};

inline std::string const authorised = "Authorization: Bearer secret\r\n";

}  // namespace tracseq::test
