#pragma once
// How far another node's clock is ahead of this one's, from the moments at which it says that it sent something.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace tracseq::cluster {

/// Not thread-safe.
class clock_offset {
 public:
  void add(double ahead_s) { last_[count_++ % last_.size()] = ahead_s; }
  /// What waits on its way makes the sender look behind: of the last few the one that waited least is right.
  [[nodiscard]] std::optional<double> ahead_s() const {
    if (count_ == 0) return std::nullopt;
    auto const heard = static_cast<std::ptrdiff_t>(std::min(count_, last_.size()));
    return *std::max_element(last_.begin(), last_.begin() + heard);
  }

 private:
  std::array<double, 4> last_{};
  std::size_t count_ = 0;
};

}  // namespace tracseq::cluster
