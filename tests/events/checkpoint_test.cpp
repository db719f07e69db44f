#include <doctest/doctest.h>

#include "events/base64.hpp"
#include "events/checkpoint.hpp"

using namespace tracseq;

namespace {

checkpoint example() {
  checkpoint at;
  at.at = *parse_rfc3339("2026-11-24T09:30:00.5Z");
  at.node = "node \"1\"";
  at.why = "commits";
  at.partitions = 12;
  at.heads = {{0, 101, sha256("a")}, {11, 0, sha256("b")}};
  return at;
}

std::string words_of_failure(std::string_view line) {
  auto const read = decode_checkpoint(line);
  return read ? "" : read.error().detail;
}

}  // namespace

TEST_CASE("a checkpoint is read as it was signed") {
  auto const key = signing_key::draw();
  REQUIRE(key);
  auto const line = encode_checkpoint(example(), *key);
  REQUIRE(line);
  CHECK(line->find('\n') == std::string::npos);
  auto const read = decode_checkpoint(*line);
  REQUIRE_MESSAGE(read, read.error().detail);
  CHECK(read->at == example());
  CHECK(read->key == key->public_key());
}

TEST_CASE("a key outlives its text, and its public half is read from base64 and PEM") {
  auto const key = signing_key::draw();
  REQUIRE(key);
  auto const again = signing_key::from_pem(*key->pem());
  REQUIRE(again);
  CHECK(again->public_key() == key->public_key());
  auto const pem = public_key_pem(*key->public_key());
  REQUIRE(pem);
  CHECK(pem->starts_with("-----BEGIN PUBLIC KEY-----\n"));
  CHECK(read_public_key(*pem) == key->public_key());
  CHECK(read_public_key(" " + *key->public_key() + "\n") == key->public_key());
  for (auto const* wrong : {"", "abc", "-----BEGIN PUBLIC KEY-----", "AAAA"})
    CHECK_FALSE(read_public_key(wrong));
  CHECK_FALSE(signing_key::from_pem("no key"));
}

TEST_CASE("every changed byte of a checkpoint is refused") {
  auto const key = signing_key::draw();
  auto const line = *encode_checkpoint(example(), *key);
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto changed = line;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CAPTURE(i);
    CHECK(words_of_failure(changed) != "");
    CHECK(words_of_failure(line.substr(0, i)) != "");
  }
  CHECK(words_of_failure(line + " ") == "it is not a checkpoint");
  CHECK(words_of_failure("") == "it is not a checkpoint");
}

TEST_CASE("a checkpoint signed by another key does not pass for this one") {
  auto const key = signing_key::draw();
  auto const other = signing_key::draw();
  auto const line = *encode_checkpoint(example(), *other);
  CHECK(decode_checkpoint(line)->key == *other->public_key());
  auto forged = line;
  auto const at = forged.find(*other->public_key());
  REQUIRE(at != std::string::npos);
  forged.replace(at, other->public_key()->size(), *key->public_key());
  CHECK(words_of_failure(forged) == "its signature does not verify: it was forged or changed");
}

TEST_CASE("base64 is read back, and nothing else passes for it") {
  for (std::string bytes; bytes.size() < 20; bytes.push_back(static_cast<char>(bytes.size() * 37)))
    CHECK(from_base64(to_base64(bytes)) == bytes);
  for (auto const* wrong : {"A", "AB", "ABC", "AB=C", "A===", "QQ=", "QR==", "QQ==\n", "Q Q="})
    CHECK_FALSE(from_base64(wrong));
}
