#pragma once
// The application behind the server: finds the route, checks who asks, counts, answers.

#include <functional>
#include <memory>

#include "node/http/message.hpp"
#include "node/http/services.hpp"

namespace tracseq {
class metrics;
class request_metrics;
}  // namespace tracseq

namespace tracseq::http {

class router;
class worker_pool;
class watch;
class turns;
class event_feed;
class static_files;
class previews;
struct call;

class api {
 public:
  /// `counts` outlives it.
  api(services with, metrics& counts);
  ~api();
  api(api const&) = delete;
  api& operator=(api const&) = delete;

  void handle(request_ptr request, responder to);
  [[nodiscard]] body_bound body_limit(request const& head) const;
  /// Ends streams and waits. Call before the server is drained.
  void stop();

  [[nodiscard]] services const& at() const noexcept { return at_; }
  [[nodiscard]] worker_pool& pool() noexcept { return *pool_; }
  [[nodiscard]] http::watch& processes() noexcept { return *watch_; }
  [[nodiscard]] turns& creations() noexcept { return *turns_; }
  [[nodiscard]] event_feed& feed() noexcept { return *feed_; }
  [[nodiscard]] http::previews& previews() noexcept { return *previews_; }
  [[nodiscard]] std::string const& openapi() const noexcept { return openapi_; }
  [[nodiscard]] std::string metrics_text() const;
  /// Called once for each answered call.
  void observe(call const& c, int status);

 private:
  [[nodiscard]] bool known(request const& asked) const;
  void missing(request const& asked, responder to, error const& why, std::string const& allow);

  services at_;
  metrics& counts_;
  std::string boot_;
  std::string openapi_;
  std::unique_ptr<http::router> router_;
  std::unique_ptr<request_metrics> requests_;
  std::unique_ptr<worker_pool> pool_;
  std::unique_ptr<http::watch> watch_;
  std::unique_ptr<turns> turns_;
  std::unique_ptr<event_feed> feed_;
  std::unique_ptr<static_files> files_;
  std::unique_ptr<http::previews> previews_;
};

}  // namespace tracseq::http
