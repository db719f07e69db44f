#include "node/channels/webhook.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "events/base64.hpp"

namespace tracseq {
namespace {

constexpr std::size_t answer_bytes_max = 64u << 10;

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest, &size);
  return {reinterpret_cast<char const*>(digest), size};
}

std::string raw_secret(std::string const& master_key, std::string const& url) {
  return hmac_sha256(master_key, "webhook secret 1\n" + url);
}

bool in_network(std::uint32_t address, std::uint32_t network, int bits) {
  return bits == 0 || (address ^ network) >> (32 - bits) == 0;
}

bool is_private_v4(std::uint32_t a) {
  struct range { std::uint32_t network; int bits; };
  constexpr range ranges[] = {
      {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
      {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24},
      {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 4},
      {0xf0000000, 4},
  };
  for (auto const& [network, bits] : ranges)
    if (in_network(a, network, bits)) return true;
  return false;
}

bool is_private_v6(in6_addr const& address) {
  auto const* b = address.s6_addr;
  auto const embedded_v4 = [&](int at) {
    return std::uint32_t(b[at]) << 24 | std::uint32_t(b[at + 1]) << 16 |
           std::uint32_t(b[at + 2]) << 8 | b[at + 3];
  };
  if (IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address)) return true;
  if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address))
    return is_private_v4(embedded_v4(12));
  bool const nat64 = b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b;
  if (nat64) return is_private_v4(embedded_v4(12));
  bool const six_to_four = b[0] == 0x20 && b[1] == 0x02;
  if (six_to_four) return is_private_v4(embedded_v4(2));
  bool const teredo = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0;
  bool const documentation = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8;
  if (teredo || documentation) return true;
  bool const site_local = b[0] == 0xfe && (b[1] & 0xc0) == 0xc0;
  bool const unique_local = (b[0] & 0xfe) == 0xfc;
  bool const link_local = b[0] == 0xfe && (b[1] & 0xc0) == 0x80;
  return unique_local || link_local || site_local || b[0] == 0xff;
}

/// Judges the very address that is about to be connected to, behind name resolution: a name cannot
/// answer one thing when it is checked and another when it is used.
struct address_check {
  bool allow_private = false;
  int tried = 0;
  int refused = 0;
};
curl_socket_t open_checked(void* given, curlsocktype, curl_sockaddr* target) {
  auto& check = *static_cast<address_check*>(given);
  ++check.tried;
  if (!check.allow_private) {
    char text[INET6_ADDRSTRLEN] = {};
    if (target->family == AF_INET)
      inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(&target->addr)->sin_addr, text, sizeof text);
    else if (target->family == AF_INET6)
      inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6*>(&target->addr)->sin6_addr, text,
                sizeof text);
    if (is_private_address(text)) {
      ++check.refused;
      return CURL_SOCKET_BAD;
    }
  }
  return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

/// The answer's body is of no interest; a receiver that sends much of it is cut off.
std::size_t count_answer(char*, std::size_t, std::size_t size, void* seen) {
  auto& total = *static_cast<std::size_t*>(seen);
  total += size;
  return total > answer_bytes_max ? 0 : size;
}

struct curl_closer {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

std::string webhook_secret(std::string const& master_key, std::string const& url) {
  return "whsec_" + to_base64(raw_secret(master_key, url));
}

std::string webhook_signature(std::string const& secret, std::string const& message_id,
                              std::int64_t timestamp_s, std::string const& body) {
  return "v1," +
         to_base64(hmac_sha256(secret, message_id + "." + std::to_string(timestamp_s) + "." + body));
}

bool is_private_address(std::string const& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return is_private_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) == 1) return is_private_v6(v6);
  return true;
}

bool is_private_host(std::string_view url) {
  auto const begin = url.find("://");
  if (begin == url.npos) return false;
  url.remove_prefix(begin + 3);
  std::string host(url.substr(0, url.find_first_of("/?#")));
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  std::transform(host.begin(), host.end(), host.begin(), [](unsigned char c) { return std::tolower(c); });
  while (host.ends_with('.')) host.pop_back();
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return is_private_v6(v6);
  // Also 127.1, 0x7f000001 and 2130706433, as resolvers read them.
  in_addr v4{};
  return inet_aton(host.c_str(), &v4) == 1 && is_private_v4(ntohl(v4.s_addr));
}

webhook_channel::webhook_channel(webhook_options options) : options_(std::move(options)) {
  static bool const initialised = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  (void)initialised;
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

webhook_channel::~webhook_channel() { stop(); }

void webhook_channel::stop() {
  {
    std::lock_guard const guard(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  more_.notify_all();
  threads_.clear();
}

void webhook_channel::send(std::string url, uuid const& message_id, std::string body, callback done) {
  {
    std::lock_guard const guard(mutex_);
    if (queue_.size() < options_.queue_max && !stopping_) {
      queue_.push_back({std::move(url), to_string(message_id), std::move(body), std::move(done)});
      more_.notify_one();
      return;
    }
  }
  done({false, "too many webhooks are waiting to be sent, or TracSeq is stopping"});
}

void webhook_channel::work() {
  for (;;) {
    job one;
    {
      std::unique_lock guard(mutex_);
      more_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      one = std::move(queue_.front());
      queue_.pop_front();
    }
    auto outcome = perform(one);
    (outcome.ok ? delivered_ : failed_).fetch_add(1, std::memory_order_relaxed);
    one.done(std::move(outcome));
  }
}

effect_outcome webhook_channel::perform(job const& one) const {
  std::unique_ptr<CURL, curl_closer> const handle(curl_easy_init());
  if (!handle) return {false, "no HTTP client could be made"};
  auto* const h = handle.get();
  auto const timestamp = now().us / 1'000'000;
  auto const secret = raw_secret(options_.master_key, one.url);
  curl_slist* list = nullptr;
  for (auto const& header :
       {std::string("content-type: application/cloudevents+json"),
        "webhook-id: " + one.message_id, "webhook-timestamp: " + std::to_string(timestamp),
        "webhook-signature: " + webhook_signature(secret, one.message_id, timestamp, one.body),
        std::string("expect:")})
    list = curl_slist_append(list, header.c_str());
  std::unique_ptr<curl_slist, curl_closer> const headers(list);
  std::size_t answered = 0;
  char problem[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(h, CURLOPT_URL, one.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_PROXY, "");
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(h, CURLOPT_USERAGENT, "TracSeq");
  curl_easy_setopt(h, CURLOPT_POSTFIELDS, one.body.data());
  curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(one.body.size()));
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, count_answer);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &answered);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_checked);
  address_check check{options_.allow_private_addresses};
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, &check);
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, problem);
  auto const code = curl_easy_perform(h);
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {true, "the receiver answered " + std::to_string(status)};
  if (status >= 300 && status < 400)
    return {false, "the receiver answered " + std::to_string(status) +
                       ", a redirect; webhooks do not follow redirects: give the final address"};
  if (status != 0) return {false, "the receiver answered " + std::to_string(status)};
  if (check.tried > 0 && check.refused == check.tried)
    return {.ok = false,
            .detail = "its address is of a private network (these are refused unless webhook.private_addresses is "
                      "set), so it is not tried again",
            .permanent = true};
  return {false, problem[0] != '\0' ? problem : curl_easy_strerror(code)};
}

}  // namespace tracseq
