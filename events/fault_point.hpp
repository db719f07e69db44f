#pragma once
// Places where the world may misbehave: a read that fails, a message that comes late, an append that is refused.
//
//   if (fault_point<"shard.tick_late">()) return;
//
// A constant `false` in the program. The simulation (tests/sim) compiles the same sources with TRACSEQ_SIMULATION
// defined, and decides there, by its seed. A place may only do what can happen anyway.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tracseq {

/// The name of a place, as a template's argument.
template <std::size_t N>
struct fault_name {
  char text[N]{};
  consteval fault_name(char const (&literal)[N]) { std::copy_n(literal, N, text); }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

#ifdef TRACSEQ_SIMULATION

inline constexpr bool is_simulation = true;

/// The simulator's side: every place says its name before the program begins, reached or not.
std::size_t register_fault_point(std::string_view name);
[[nodiscard]] bool fault_point_fires(std::size_t place);

template <fault_name Name>
inline std::size_t const fault_place = register_fault_point(Name.view());

template <fault_name Name>
[[nodiscard]] bool fault_point() {
  return fault_point_fires(fault_place<Name>);
}

#else

inline constexpr bool is_simulation = false;

template <fault_name Name>
[[nodiscard]] constexpr bool fault_point() noexcept {
  return false;
}

#endif

}  // namespace tracseq
