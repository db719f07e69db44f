#include "node/cluster/frame.hpp"

#include <cstring>

namespace tracseq::cluster {
namespace {

constexpr std::string_view magic = "TSN1";

}  // namespace

std::string make_frame(frame_kind kind, std::string_view body) {
  std::string out;
  out.reserve(frame_head_bytes + body.size());
  out += magic;
  out += static_cast<char>(kind);
  auto const length = static_cast<std::uint32_t>(body.size());
  out.append(reinterpret_cast<char const*>(&length), sizeof length);
  out += body;
  return out;
}

std::optional<frame_head> read_frame_head(std::array<char, frame_head_bytes> const& bytes,
                                          std::size_t bytes_max) noexcept {
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) return std::nullopt;
  auto const kind = static_cast<std::uint8_t>(bytes[magic.size()]);
  if (kind == 0 || kind > frame_kinds) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + magic.size() + 1, sizeof length);
  if (length > bytes_max) return std::nullopt;
  return frame_head{static_cast<frame_kind>(kind), length};
}

std::uint32_t protocol_of(std::string_view greeting) noexcept {
  std::uint32_t version = 0;
  if (greeting.size() >= sizeof version) std::memcpy(&version, greeting.data(), sizeof version);
  return version;
}

}  // namespace tracseq::cluster
