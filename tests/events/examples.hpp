#pragma once
// An example of every event, each field filled with a value of its own, so that a field that is lost
// or swapped on its way shows.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "events/registry.hpp"

namespace tracseq::test {

/// Fills values in the order of their declaration. The golden files hold what this made once: it may
/// not change.
class filler {
 public:
  void fill(bool& value) { value = next() % 2 == 0; }
  void fill(double& value) { value = static_cast<double>(next()) + 0.5; }
  void fill(std::string& value) { value = "text " + std::to_string(next()) + " µ"; }
  void fill(uuid& value) {
    auto const number = next();
    for (std::size_t i = 0; i < value.bytes.size(); ++i)
      value.bytes[i] = static_cast<std::uint8_t>(number + i);
  }
  void fill(instant& value) { value.us = 1'795'521'600'000'000 + next() * 1'001; }
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  void fill(T& value) {
    value = static_cast<T>(next());
  }
  template <class T>
    requires std::is_enum_v<T>
  void fill(T& value) {
    using all = boost::describe::describe_enumerators<T>;
    auto const wanted = next() % boost::mp11::mp_size<all>::value;
    std::size_t at = 0;
    boost::mp11::mp_for_each<all>([&](auto const& row) {
      if (at++ == wanted) value = row.value;
    });
  }
  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& values) {
    for (int i = 0; i < 2; ++i) fill(values.emplace_back());
  }
  template <class V>
  void fill(std::map<std::string, V>& values) {
    for (int i = 0; i < 2; ++i) {
      std::string key;
      fill(key);
      fill(values[key]);
    }
  }
  template <class T>
    requires boost::describe::has_describe_members<T>::value
  void fill(T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto member) { fill(value.*member.pointer); });
  }

 private:
  std::uint32_t next() { return ++last_; }
  std::uint32_t last_ = 0;
};

template <class T>
T example() {
  T value{};
  filler().fill(value);
  return value;
}

inline std::vector<any_event> every_event() {
  std::vector<any_event> all;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, event_structs>>(
      [&](auto identity) { all.emplace_back(example<typename decltype(identity)::type>()); });
  return all;
}

}  // namespace tracseq::test
