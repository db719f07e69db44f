#pragma once
// An optional that is written to JSON as null where it has no value, and not left out.

#include <optional>

namespace tracseq {

template <class T>
struct nullable : std::optional<T> {
  using std::optional<T>::optional;
  using std::optional<T>::operator=;
  friend bool operator==(nullable const& a, nullable const& b) {
    return static_cast<std::optional<T> const&>(a) == static_cast<std::optional<T> const&>(b);
  }
};

}  // namespace tracseq
