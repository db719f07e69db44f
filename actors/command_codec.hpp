#pragma once
// Commands as bytes, so that they travel to another partition's owner the same way they go to the
// next actor. Include this from .cpp files only.

#include <variant>

#include <boost/mp11.hpp>

#include "actors/decider.hpp"
#include "events/codec.hpp"

namespace tracseq {

/// A command for `stream`, encoded.
template <class Command>
[[nodiscard]] outgoing_command make_command(std::string stream, Command const& command) {
  return {std::move(stream), std::string(Command::name), codec::encode(command), 0};
}

/// The alternative of `Variant` whose `name` is `name`, read from `payload`.
template <class Variant>
[[nodiscard]] result<Variant> decode_command(std::string_view name, std::string_view payload) {
  result<Variant> found = fail(errc::unsupported, "unknown command " + std::string(name));
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Variant>>(
      [&](auto identity) {
        using command = typename decltype(identity)::type;
        if (command::name != name) return;
        auto decoded = codec::decode<command>(payload);
        if (decoded)
          found = Variant(*std::move(decoded));
        else
          found = tl::unexpected(std::move(decoded).error());
      });
  return found;
}

}  // namespace tracseq
