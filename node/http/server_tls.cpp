#include "node/http/server_tls.hpp"

#include <cerrno>
#include <chrono>

#include <boost/asio/buffer.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "events/file.hpp"
#include "node/log.hpp"

namespace tracseq::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t warned_before_us = 14 * 86'400 * second_us;

result<std::string> read_pem(std::string const& setting, std::string const& path) {
  auto text = read_file(path);
  if (text) return text;
  bool const missing = errno == ENOENT;
  return fail(missing ? errc::not_found : errc::io_failure,
              setting + ": " + (missing ? "there is no file " + path : text.error().detail) +
                  ". Name a PEM file that the node may read, or leave both settings empty for plain HTTP.");
}

/// A moment of a certificate; the epoch where it cannot be read.
instant moment_of(ASN1_TIME const* time) {
  int days = 0;
  int seconds = 0;
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return {};
  return {now().us + (std::int64_t{days} * 86'400 + seconds) * second_us};
}

void set_rules(ssl::context& context) {
  auto* const raw = context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; 1.3 has good ones alone
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);  // tickets, which cost no memory here
}

}  // namespace

result<std::shared_ptr<tls_certificate>> tls_certificate::read(std::string certificate_file, std::string key_file) {
  if (certificate_file.empty() || key_file.empty())
    return fail(errc::invalid_argument, (certificate_file.empty() ? "http.tls_certificate is empty, but http.tls_key is not"
                                                                  : "http.tls_key is empty, but http.tls_certificate is not") +
                                            std::string(": TLS needs both"));
  std::shared_ptr<tls_certificate> made(new tls_certificate(std::move(certificate_file), std::move(key_file)));
  made->tried_ = made->seen_ = made->look_at_files();
  auto first = made->load();
  if (!first) return tl::unexpected(first.error());
  made->now_ = *std::move(first);
  return made;
}

result<tls_certificate::loaded> tls_certificate::load() const {
  auto const certificate = read_pem("http.tls_certificate", certificate_file_);
  if (!certificate) return tl::unexpected(certificate.error());
  auto const key = read_pem("http.tls_key", key_file_);
  if (!key) return tl::unexpected(key.error());
  loaded out;
  out.context = std::make_shared<ssl::context>(ssl::context::tls_server);
  set_rules(*out.context);
  out.context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  boost::system::error_code ec;
  out.context->use_certificate_chain(boost::asio::buffer(*certificate), ec);
  if (ec)
    return fail(errc::invalid_argument, "http.tls_certificate: " + certificate_file_ + " holds no certificate in PEM (" +
                                            ec.message() + ")");
  out.context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, ec);
  if (ec && ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == X509_R_KEY_VALUES_MISMATCH)
    return fail(errc::invalid_argument, "http.tls_key: the key in " + key_file_ +
                                            " does not belong to the certificate in " + certificate_file_);
  if (ec)
    return fail(errc::invalid_argument, "http.tls_key: " + key_file_ + " holds no private key in PEM that can be read "
                                            "without a passphrase (" + ec.message() + ")");
  auto* const raw = out.context->native_handle();
  if (SSL_CTX_check_private_key(raw) != 1) {
    ERR_clear_error();
    return fail(errc::invalid_argument, "http.tls_key: the key in " + key_file_ +
                                            " does not belong to the certificate in " + certificate_file_);
  }
  auto const* const facts = SSL_CTX_get0_certificate(raw);
  out.begins = moment_of(X509_get0_notBefore(facts));
  out.expires = moment_of(X509_get0_notAfter(facts));
  return out;
}

tls_certificate::stamp tls_certificate::look_at_files() const {
  stamp out{};
  std::size_t at = 0;
  for (auto const& path : {certificate_file_, key_file_}) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) facts = {};
    out[at++] = static_cast<std::int64_t>(facts.st_ino);
    out[at++] = static_cast<std::int64_t>(facts.st_size);
    out[at++] = facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec;
  }
  return out;
}

std::shared_ptr<ssl::context> tls_certificate::current() const {
  std::lock_guard const guard(mutex_);
  return now_.context;
}

void tls_certificate::look() {
  std::unique_lock const guard(mutex_, std::try_to_lock);
  if (!guard.owns_lock()) return;
  auto const found = look_at_files();
  if (found == tried_) return;
  if (std::exchange(seen_, found) != found) return;  // somebody may be writing the second file just now
  tried_ = found;
  auto again = load();
  if (!again) {
    trouble_ = "The new certificate is not used: " + again.error().detail + ". The one before stays in use.";
    log::warn("the certificate was not read again", {{"why", again.error().detail}});
    return;
  }
  now_ = *std::move(again);
  trouble_.clear();
  log::info("the certificate was read again", {{"expires", to_rfc3339(now_.expires)}});
}

void tls_certificate::read_again() {
  std::lock_guard const guard(mutex_);
  tried_ = {};
}

instant tls_certificate::expires() const {
  std::lock_guard const guard(mutex_);
  return now_.expires;
}

std::vector<std::string> tls_certificate::warnings() const {
  std::lock_guard const guard(mutex_);
  std::vector<std::string> all;
  if (!trouble_.empty()) all.push_back(trouble_);
  auto const moment = now();
  auto const named = "The certificate in " + certificate_file_;
  if (now_.expires < moment)
    all.push_back(named + " expired at " + to_rfc3339(now_.expires) + ": clients refuse it. Put a new one in its place; "
                                                                      "it is read without a restart.");
  else if (now_.expires.us - moment.us < warned_before_us)
    all.push_back(named + " expires at " + to_rfc3339(now_.expires) + ". Put a new one in its place; it is read without "
                                                                      "a restart.");
  if (now_.begins > moment) all.push_back(named + " does not hold before " + to_rfc3339(now_.begins) + ": is the clock right?");
  return all;
}

}  // namespace tracseq::http
