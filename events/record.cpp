#include "events/record.hpp"

#include <cstring>

namespace tracseq {
namespace {

constexpr std::string_view magic = "TSR1";
constexpr std::uint8_t kind_commit = 1;
constexpr std::uint8_t kind_claim = 2;
constexpr std::int64_t no_instant = std::numeric_limits<std::int64_t>::min();

class writer {
 public:
  explicit writer(std::size_t expected) { out_.reserve(expected); }

  template <class Number>
  writer& number(Number value) {
    static_assert(std::is_integral_v<Number>);
    out_.append(reinterpret_cast<char const*>(&value), sizeof value);
    return *this;
  }
  writer& raw(void const* data, std::size_t size) {
    out_.append(static_cast<char const*>(data), size);
    return *this;
  }
  // A str holds at most 65,535 bytes; every caller's text is bounded far below by its decider or by
  // the request limits, and is cut here rather than written wrongly.
  writer& str(std::string_view text) {
    auto const size = std::min<std::size_t>(text.size(), 0xffff);
    number(static_cast<std::uint16_t>(size));
    return raw(text.data(), size);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads fields; after the first that is not there, `ok()` is false and all reads give zeros.
class reader {
 public:
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    Number value{};
    raw(&value, sizeof value);
    return value;
  }
  void raw(void* out, std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return;
    }
    std::memcpy(out, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  std::string_view bytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    auto const view = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return view;
  }
  std::string str() { return std::string(bytes(number<std::uint16_t>())); }
  uuid id() {
    uuid value;
    raw(value.bytes.data(), value.bytes.size());
    return value;
  }
  instant moment() {
    instant const at{number<std::int64_t>()};
    if (!can_be_written(at)) refuse();
    return at;
  }
  std::optional<instant> moment_or_none() {
    auto const us = number<std::int64_t>();
    if (us == no_instant) return std::nullopt;
    if (!can_be_written({us})) refuse();
    return instant{us};
  }
  /// A value that no writer writes.
  void refuse() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

claim read_claim(reader& in) {
  claim record;
  record.number = in.number<std::uint64_t>();
  record.recorded_at = in.moment();
  record.node = in.str();
  record.boot_id = in.id();
  record.command_address = in.str();
  return record;
}

commit read_commit(reader& in) {
  commit record;
  record.claim = in.number<std::uint64_t>();
  in.raw(record.prev.data(), record.prev.size());
  record.stream = in.str();
  record.base_version = in.number<std::uint64_t>();
  auto const flags = in.number<std::uint8_t>();
  if (flags > static_cast<std::uint8_t>(commit_flag::continued)) in.refuse();
  record.flags = static_cast<commit_flag>(flags & 1);
  record.command_id = in.id();
  in.raw(record.request.data(), record.request.size());
  record.recorded_at = in.moment();
  record.occurred_at = in.moment_or_none();
  record.who.subject = in.str();
  record.who.name = in.str();
  record.who.role = in.str();
  record.node = in.str();
  record.reason = in.str();
  record.correlation_id = in.id();
  record.causation_id = in.id();
  record.traceparent = in.str();
  auto const count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    auto& event = record.events.emplace_back();
    event.type = in.number<std::uint32_t>();
    event.schema = in.number<std::uint16_t>();
    event.payload = in.bytes(in.number<std::uint32_t>());
  }
  return record;
}

}  // namespace

std::string encode_record(commit const& record) {
  std::size_t expected = 300 + record.stream.size() + record.reason.size();
  for (auto const& event : record.events) expected += 10 + event.payload.size();
  writer out(expected);
  out.raw(magic.data(), magic.size())
      .number(kind_commit)
      .number(record.claim)
      .raw(record.prev.data(), record.prev.size())
      .str(record.stream)
      .number(record.base_version)
      .number(static_cast<std::uint8_t>(record.flags))
      .raw(record.command_id.bytes.data(), 16)
      .raw(record.request.data(), record.request.size())
      .number(record.recorded_at.us)
      .number(record.occurred_at ? record.occurred_at->us : no_instant)
      .str(record.who.subject)
      .str(record.who.name)
      .str(record.who.role)
      .str(record.node)
      .str(record.reason)
      .raw(record.correlation_id.bytes.data(), 16)
      .raw(record.causation_id.bytes.data(), 16)
      .str(record.traceparent)
      .number(static_cast<std::uint16_t>(record.events.size()));
  for (auto const& event : record.events)
    out.number(event.type)
        .number(event.schema)
        .number(static_cast<std::uint32_t>(event.payload.size()))
        .raw(event.payload.data(), event.payload.size());
  return out.take();
}

std::string encode_record(claim const& record) {
  writer out(64 + record.node.size() + record.command_address.size());
  out.raw(magic.data(), magic.size())
      .number(kind_claim)
      .number(record.number)
      .number(record.recorded_at.us)
      .str(record.node)
      .raw(record.boot_id.bytes.data(), 16)
      .str(record.command_address);
  return out.take();
}

result<std::variant<commit, claim>> decode_record(std::string_view bytes) {
  reader in(bytes);
  if (in.bytes(magic.size()) != magic) return fail(errc::corrupt, "not a TracSeq record");
  auto const kind = in.number<std::uint8_t>();
  std::variant<commit, claim> record;
  if (kind == kind_commit)
    record = read_commit(in);
  else if (kind == kind_claim)
    record = read_claim(in);
  else
    return fail(errc::corrupt, "a record of unknown kind " + std::to_string(kind));
  if (!in.ok())
    return fail(errc::corrupt, "the record ends early or holds a value that no writer writes");
  if (in.left() != 0)
    return fail(errc::corrupt, std::to_string(in.left()) + " bytes behind the record");
  return record;
}

std::optional<record_peek> peek_record(std::string_view bytes) noexcept {
  constexpr std::size_t claim_end = 4 + 1 + 8;
  if (bytes.size() < claim_end || bytes.substr(0, 4) != magic) return std::nullopt;
  record_peek peek;
  auto const kind = static_cast<std::uint8_t>(bytes[4]);
  std::memcpy(&peek.claim, bytes.data() + 5, sizeof peek.claim);
  if (kind == kind_claim) {
    peek.is_claim = true;
    return peek;
  }
  if (kind != kind_commit || bytes.size() < claim_end + peek.prev.size()) return std::nullopt;
  std::memcpy(peek.prev.data(), bytes.data() + claim_end, peek.prev.size());
  return peek;
}

}  // namespace tracseq
