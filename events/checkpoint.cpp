#include "events/checkpoint.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <rapidjson/document.h>

#include "events/base64.hpp"
#include "events/json.hpp"

namespace tracseq {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr std::string_view signature_begin = R"(,"signature":")";
constexpr std::string_view line_end = R"("})";

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using context_ptr = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

EVP_PKEY* raw(std::shared_ptr<void> const& key) { return static_cast<EVP_PKEY*>(key.get()); }

tl::unexpected<error> openssl_failed(std::string_view doing) {
  return fail(errc::internal, "OpenSSL could not " + std::string(doing));
}

bio_ptr reader_of(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free_all};
}

std::string text_of(BIO* bio) {
  char* begin = nullptr;
  long const size = BIO_get_mem_data(bio, &begin);
  return {begin, static_cast<std::size_t>(size)};
}

key_ptr public_from_raw(std::string const& key) {
  auto const bytes = from_base64(key);
  if (!bytes || bytes->size() != key_bytes) return {nullptr, &EVP_PKEY_free};
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*bytes), bytes->size()),
          &EVP_PKEY_free};
}

result<std::string> raw_public(EVP_PKEY* key) {
  std::string bytes(key_bytes, '\0');
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1 ||
      size != key_bytes)
    return openssl_failed("give the public key");
  return to_base64(bytes);
}

bool verifies(std::string const& key, std::string_view text, std::string_view signature) {
  auto const with = public_from_raw(key);
  context_ptr const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return with && context && signature.size() == signature_bytes &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, with.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

std::optional<hash256> hash_of(std::string_view hex) {
  hash256 hash{};
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  auto const digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i < hash.size(); ++i) {
    int const high = digit(hex[2 * i]);
    int const low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return hash;
}

std::string text_member(rapidjson::Value const& of, char const* name) {
  auto const found = of.FindMember(name);
  if (found == of.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

std::optional<std::uint64_t> number_member(rapidjson::Value const& of, char const* name) {
  auto const found = of.FindMember(name);
  if (found == of.MemberEnd() || !found->value.IsUint64()) return std::nullopt;
  return found->value.GetUint64();
}

std::optional<checkpoint_head> head_of(rapidjson::Value const& from, partition_id partitions) {
  if (!from.IsObject()) return std::nullopt;
  auto const partition = number_member(from, "partition");
  auto const commits = number_member(from, "commits");
  auto const h = hash_of(text_member(from, "h"));
  if (!partition || !commits || !h || *partition >= partitions) return std::nullopt;
  return checkpoint_head{static_cast<partition_id>(*partition), *commits, *h};
}

std::optional<signed_checkpoint> parse(std::string const& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.c_str(), text.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  auto const version = number_member(document, "tracseq_checkpoint");
  auto const at = parse_rfc3339(text_member(document, "at"));
  auto const partitions = number_member(document, "partitions");
  auto const heads = document.FindMember("heads");
  if (version != 1 || !at || !partitions || *partitions > UINT16_MAX ||
      heads == document.MemberEnd() || !heads->value.IsArray())
    return std::nullopt;
  signed_checkpoint out;
  out.key = text_member(document, "key");
  out.at = {*at, text_member(document, "node"), text_member(document, "why"),
            static_cast<partition_id>(*partitions), {}};
  for (auto const& one : heads->value.GetArray()) {
    auto const head = head_of(one, out.at.partitions);
    if (!head) return std::nullopt;
    out.at.heads.push_back(*head);
  }
  return out;
}

}  // namespace

result<signing_key> signing_key::draw() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (!key) return openssl_failed("draw a key");
  return signing_key(std::shared_ptr<void>(key, [](void* one) { EVP_PKEY_free(static_cast<EVP_PKEY*>(one)); }));
}

result<signing_key> signing_key::from_pem(std::string_view pem) {
  EVP_PKEY* key = PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, nullptr, nullptr);
  std::shared_ptr<void> owned(key, [](void* one) { EVP_PKEY_free(static_cast<EVP_PKEY*>(one)); });
  if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519)
    return fail(errc::invalid_argument, "it holds no private Ed25519 key");
  return signing_key(std::move(owned));
}

result<std::string> signing_key::pem() const {
  bio_ptr const out(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), raw(key_), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_failed("write the key");
  return text_of(out.get());
}

result<std::string> signing_key::public_key() const { return raw_public(raw(key_)); }

result<std::string> signing_key::sign(std::string_view text) const {
  context_ptr const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, raw(key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(text), text.size()) != 1)
    return openssl_failed("sign");
  return signature;
}

result<std::string> read_public_key(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) {
    key_ptr const key(PEM_read_bio_PUBKEY(reader_of(text).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    if (key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) return raw_public(key.get());
  } else {
    std::string bare(text);
    std::erase_if(bare, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    if (public_from_raw(bare)) return bare;
  }
  return fail(errc::invalid_argument,
              "this is no public key of checkpoints; `tracseq audit key` prints that of a node");
}

result<std::string> public_key_pem(std::string const& key) {
  auto const made = public_from_raw(key);
  bio_ptr const out(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!made || !out || PEM_write_bio_PUBKEY(out.get(), made.get()) != 1)
    return openssl_failed("write the public key");
  return text_of(out.get());
}

result<std::string> encode_checkpoint(checkpoint const& at, signing_key const& key) {
  auto const named = key.public_key();
  if (!named) return named;
  rapidjson::StringBuffer buffer;
  json_writer out(buffer);
  auto const text = [&](std::string_view name, std::string_view value) {
    write_json_key(out, name);
    write_json_text(out, value);
  };
  auto const number = [&](std::string_view name, std::uint64_t value) {
    write_json_key(out, name);
    out.Uint64(value);
  };
  out.StartObject();
  number("tracseq_checkpoint", 1);
  text("at", to_rfc3339(at.at));
  text("node", at.node);
  text("why", at.why);
  number("partitions", at.partitions);
  write_json_key(out, "heads");
  out.StartArray();
  for (auto const& head : at.heads) {
    out.StartObject();
    number("partition", head.partition);
    number("commits", head.commits);
    text("h", to_hex(head.h));
    out.EndObject();
  }
  out.EndArray();
  text("key", *named);
  out.EndObject();
  std::string line(buffer.GetString(), buffer.GetSize());
  auto const signature = key.sign(line);
  if (!signature) return signature;
  line.pop_back();
  return line.append(signature_begin).append(to_base64(*signature)).append(line_end);
}

result<signed_checkpoint> decode_checkpoint(std::string_view line) {
  auto const at = line.rfind(signature_begin);
  if (at == std::string_view::npos || !line.ends_with(line_end))
    return fail(errc::corrupt, "it is not a checkpoint");
  auto const from = at + signature_begin.size();
  auto const signature = from_base64(line.substr(from, line.size() - line_end.size() - from));
  auto const text = std::string(line.substr(0, at)) + "}";
  auto const read = parse(text);
  if (!read) return fail(errc::corrupt, "it is not a checkpoint");
  if (!signature || !verifies(read->key, text, *signature))
    return fail(errc::corrupt, "its signature does not verify: it was forged or changed");
  return *read;
}

}  // namespace tracseq
