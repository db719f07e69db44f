// Any bytes on the port where nodes meet: frames are told apart as a connection does it, and each body is read as
// what its frame says it is. Nothing may crash, what decodes is exactly what would be written, and no length or
// count that is only claimed takes memory.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sanitizer/allocator_interface.h>

#include "events/codec.hpp"
#include "node/cluster/frame.hpp"
#include "node/cluster/messages.hpp"
#include "node/cluster/wire.hpp"

namespace {

using namespace tracseq;
using namespace tracseq::cluster;

// An element is larger in memory than on the wire (a string: 32 bytes of 4), and a vector that grows by doubling
// takes twice that again; what is decoded is then moved once more.
constexpr std::size_t bytes_per_byte = 64;
constexpr std::size_t bytes_of_words = 4096;  // why something is refused

std::size_t taken = 0;

void on_malloc(void const volatile*, std::size_t size) { taken += size; }
void on_free(void const volatile*) {}

void demand(bool holds) {
  if (!holds) std::abort();
}

template <class Decode>
auto within_bounds(std::string_view bytes, Decode decode) {
  taken = 0;
  auto out = decode(bytes);
  demand(taken <= bytes_of_words + bytes_per_byte * bytes.size());
  return out;
}

template <class Message>
void judge(std::string_view body) {
  auto const read = within_bounds(body, codec::decode<Message>);
  if (read) demand(codec::encode(*read) == body);
}

void judge_forward(std::string_view body) {
  auto const read = within_bounds(body, decode_forward);
  if (!read) return;
  demand(!read->commands.empty());
  demand(encode_forward(read->id, read->within, read->claim, read->commands) == body);
}

void judge_answer(std::string_view body) {
  auto const read = within_bounds(body, decode_answer);
  if (!read) return;
  // Of a refusal only the words count; once read, all that is left is written and read again.
  auto const once = encode_answer(read->id, read->reply);
  if (read->reply) demand(once == body);
  auto const again = decode_answer(once);
  demand(again && encode_answer(again->id, again->reply) == once);
}

void judge_body(frame_kind kind, std::string_view body) {
  switch (kind) {
    case frame_kind::hello: return judge<hello>(body);
    case frame_kind::welcome: return judge<welcome>(body);
    case frame_kind::proof: return judge<proof>(body);
    case frame_kind::accepted: return judge<tracseq::cluster::accepted>(body);
    case frame_kind::refused: return judge<refused>(body);
    case frame_kind::state: return judge<node_state>(body);
    case frame_kind::forward: return judge_forward(body);
    case frame_kind::answer: return judge_answer(body);
    case frame_kind::ask: return judge<messages::ask>(body);
    case frame_kind::told: return judge<messages::told>(body);
  }
  std::abort();  // a head names one of these, or is none
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  demand(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<char const*>(data), size);
  while (rest.size() >= frame_head_bytes) {
    std::array<char, frame_head_bytes> bytes{};
    std::memcpy(bytes.data(), rest.data(), bytes.size());
    auto const head = read_frame_head(bytes, frame_bytes_max);
    demand(!head || head->length <= frame_bytes_max);
    demand(read_frame_head(bytes, stranger_bytes_max).has_value() == (head && head->length <= stranger_bytes_max));
    if (!head || head->length > rest.size() - frame_head_bytes) return 0;
    auto const body = rest.substr(frame_head_bytes, head->length);
    demand(make_frame(head->kind, body) == rest.substr(0, frame_head_bytes + body.size()));
    judge_body(head->kind, body);
    rest.remove_prefix(frame_head_bytes + body.size());
  }
  return 0;
}
