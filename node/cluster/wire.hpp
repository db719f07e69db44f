#pragma once
// Commands and their answers as they travel between nodes, and back.

#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/engine.hpp"

namespace tracseq::cluster {

struct forwarded {
  std::uint64_t id = 0;
  std::chrono::milliseconds within{0};
  std::uint64_t claim = 0;  ///< by which the asker takes this node for the owner
  std::vector<command_request> commands;
};

[[nodiscard]] std::string encode_forward(std::uint64_t id, std::chrono::milliseconds within, std::uint64_t claim,
                                         std::vector<command_request> const& group);
/// `corrupt` for anything that `encode_forward` cannot have written, an empty group among it.
[[nodiscard]] result<forwarded> decode_forward(std::string_view bytes);

struct answered {
  std::uint64_t id = 0;
  result<command_reply> reply;
};

[[nodiscard]] std::string encode_answer(std::uint64_t id, result<command_reply> const& reply);
[[nodiscard]] result<answered> decode_answer(std::string_view bytes);

}  // namespace tracseq::cluster
