#pragma once
// Chance that comes out the same for the same seed, on every machine (xoshiro256**).

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "events/ids.hpp"

namespace tracseq::sim {

class chance {
 public:
  explicit chance(std::uint64_t seed) {
    for (auto& word : state_) {  // splitmix64
      seed += 0x9e3779b97f4a7c15u;
      auto z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      word = z ^ (z >> 31);
    }
  }
  [[nodiscard]] std::uint64_t next() noexcept {
    auto const given = std::rotl(state_[1] * 5, 7) * 9;
    auto const shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return given;
  }
  /// 0 … n − 1; n > 0.
  [[nodiscard]] std::size_t below(std::size_t n) noexcept { return next() % n; }
  /// low … high, both included.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// 0 ≤ x < 1.
  [[nodiscard]] double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  [[nodiscard]] bool happens(double probability) noexcept {
    return probability > 0 && unit() < probability;
  }
  /// Between both, each order of magnitude alike.
  [[nodiscard]] double magnitude(double low, double high) noexcept {
    return low * std::pow(high / low, unit());
  }
  /// Mostly about `mean`, seldom many times that.
  [[nodiscard]] std::int64_t wait_us(double mean_us) noexcept {
    return 1 + static_cast<std::int64_t>(-std::log1p(-unit()) * mean_us);
  }
  template <class List>
  [[nodiscard]] auto& pick(List& from) noexcept {
    return from[below(from.size())];
  }
  [[nodiscard]] uuid id() noexcept {
    uuid made;
    for (std::size_t half = 0; half < 2; ++half) {
      auto const word = next();
      for (std::size_t i = 0; i < 8; ++i)
        made.bytes[half * 8 + i] = static_cast<std::uint8_t>(word >> (8 * i));
    }
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | 0x80);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | 0x80);
    return made;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace tracseq::sim
