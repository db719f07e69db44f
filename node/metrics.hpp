#pragma once
// What the node counts, as one declared table, and its Prometheus text.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tracseq {

enum class metric_kind : std::uint8_t { counter, gauge };

/// A row of the table: values are asked for when somebody scrapes.
struct metric {
  std::string_view name;
  metric_kind kind;
  std::string_view help;
};
/// Every counter and gauge of this build. The two histograms of requests stand beside it.
[[nodiscard]] std::span<metric const> metric_table() noexcept;

/// Answered requests by route, status class and time.
class request_metrics {
 public:
  static constexpr std::size_t buckets = 12;
  /// Upper bounds in seconds, as OpenTelemetry has them, with two more for the fast ones.
  [[nodiscard]] static std::span<double const> bounds() noexcept;

  explicit request_metrics(std::vector<std::string> routes);
  /// `route` is an index into `routes`; any thread.
  void observe(std::size_t route, int status, double seconds) noexcept;
  void write(std::string& out) const;

 private:
  struct cell {
    std::atomic<std::uint64_t> by_class[6];
    std::atomic<std::uint64_t> bucket[buckets + 1];
    std::atomic<std::uint64_t> sum_us;
  };
  std::vector<std::string> routes_;
  std::unique_ptr<cell[]> cells_;
};

/// Where the table's values come from. Sources are set while the node is put together.
class metrics {
 public:
  using labelled = std::vector<std::pair<std::string, double>>;  ///< `partition="3"` → value
  void source(std::string_view name, std::function<double()> value);
  void source_labelled(std::string_view name, std::function<labelled()> values);
  /// Prometheus text format 0.0.4.
  [[nodiscard]] std::string text(request_metrics const* requests) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::function<labelled()>, std::less<>> sources_;
};

}  // namespace tracseq
