#include "node/tls_certificate.hpp"

#include <cerrno>
#include <chrono>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "events/file.hpp"
#include "node/log.hpp"

namespace tracseq {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t warned_before_us = 14 * 86'400 * second_us;

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

result<std::string> tls_certificate::read_pem(std::string const& setting, std::string const& path) const {
  auto text = read_file(path);
  if (text) return text;
  bool const missing = errno == ENOENT;
  return fail(missing ? errc::not_found : errc::io_failure,
              setting + ": " + (missing ? "there is no file " + path : text.error().detail) +
                  ". Name a PEM file that the node may read, or leave " +
                  (mutual() ? "all three settings empty for links without TLS." : "both settings empty for plain HTTP."));
}

result<std::shared_ptr<tls_certificate>> tls_certificate::read(tls_files files) {
  if (files.certificate.empty() || files.key.empty()) {
    auto const certificate = files.settings + "certificate";
    auto const key = files.settings + "key";
    return fail(errc::invalid_argument, (files.certificate.empty() ? certificate + " is empty, but " + key + " is not"
                                                                   : key + " is empty, but " + certificate + " is not") +
                                            ": TLS needs both");
  }
  std::shared_ptr<tls_certificate> made(new tls_certificate(std::move(files)));
  made->tried_ = made->seen_ = made->look_at_files();
  auto first = made->load();
  if (!first) return tl::unexpected(first.error());
  made->now_ = *std::move(first);
  return made;
}

result<tls_certificate::loaded> tls_certificate::load() const {
  auto const of_certificate = files_.settings + "certificate";
  auto const of_key = files_.settings + "key";
  auto const certificate = read_pem(of_certificate, files_.certificate);
  if (!certificate) return tl::unexpected(certificate.error());
  auto const key = read_pem(of_key, files_.key);
  if (!key) return tl::unexpected(key.error());
  loaded out;
  // Between nodes either side may be the one that dials.
  out.context = std::make_shared<ssl::context>(mutual() ? ssl::context::tls : ssl::context::tls_server);
  set_rules(*out.context);
  out.context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  boost::system::error_code ec;
  out.context->use_certificate_chain(boost::asio::buffer(*certificate), ec);
  if (ec)
    return fail(errc::invalid_argument, of_certificate + ": " + files_.certificate + " holds no certificate in PEM (" +
                                            ec.message() + ")");
  out.context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, ec);
  auto const of_another = [&] {
    return fail(errc::invalid_argument, of_key + ": the key in " + files_.key +
                                            " does not belong to the certificate in " + files_.certificate);
  };
  if (ec && ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == X509_R_KEY_VALUES_MISMATCH) return of_another();
  if (ec)
    return fail(errc::invalid_argument, of_key + ": " + files_.key + " holds no private key in PEM that can be read "
                                            "without a passphrase (" + ec.message() + ")");
  auto* const raw = out.context->native_handle();
  if (SSL_CTX_check_private_key(raw) != 1) {
    ERR_clear_error();
    return of_another();
  }
  if (auto set = demand_theirs(*out.context); !set) return tl::unexpected(set.error());
  auto const* const facts = SSL_CTX_get0_certificate(raw);
  out.begins = moment_of(X509_get0_notBefore(facts));
  out.expires = moment_of(X509_get0_notAfter(facts));
  return out;
}

/// Both sides: whoever has no certificate of these authorities does not get as far as a greeting.
result<void> tls_certificate::demand_theirs(ssl::context& context) const {
  if (!mutual()) return {};
  auto const of_authorities = files_.settings + "ca";
  auto const authorities = read_pem(of_authorities, files_.authorities);
  if (!authorities) return tl::unexpected(authorities.error());
  boost::system::error_code ec;
  context.add_certificate_authority(boost::asio::buffer(*authorities), ec);
  if (ec)
    return fail(errc::invalid_argument, of_authorities + ": " + files_.authorities + " holds no certificate in PEM (" +
                                            ec.message() + ")");
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return {};
}

tls_certificate::stamp tls_certificate::look_at_files() const {
  stamp out{};
  std::size_t at = 0;
  for (auto const& path : {files_.certificate, files_.key, files_.authorities}) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) facts = {};
    out[at++] = static_cast<std::int64_t>(facts.st_ino);
    out[at++] = static_cast<std::int64_t>(facts.st_size);
    out[at++] = facts.st_ctim.tv_sec * 1'000'000'000 + facts.st_ctim.tv_nsec;  // of who may read it, too
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
  log::info("the certificate was read again", {{"file", files_.certificate}, {"expires", to_rfc3339(now_.expires)}});
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
  auto const named = "The certificate in " + files_.certificate;
  if (now_.expires < moment)
    all.push_back(named + " expired at " + to_rfc3339(now_.expires) + ": " + (mutual() ? "other nodes" : "clients") +
                  " refuse it. Put a new one in its place; it is read without a restart.");
  else if (now_.expires.us - moment.us < warned_before_us)
    all.push_back(named + " expires at " + to_rfc3339(now_.expires) + ". Put a new one in its place; it is read without "
                                                                      "a restart.");
  if (now_.begins > moment) all.push_back(named + " does not hold before " + to_rfc3339(now_.begins) + ": is the clock right?");
  return all;
}

}  // namespace tracseq
