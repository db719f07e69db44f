#include "node/http/static_files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "events/hash.hpp"

namespace tracseq::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 16u << 20;
constexpr std::size_t all_bytes_max = 64u << 20;

std::string_view content_type_of(std::string_view name) noexcept {
  auto const dot = name.rfind('.');
  auto const end = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  if (end == "html") return "text/html; charset=utf-8";
  if (end == "js" || end == "mjs") return "text/javascript; charset=utf-8";
  if (end == "css") return "text/css; charset=utf-8";
  if (end == "json" || end == "map") return "application/json";
  if (end == "svg") return "image/svg+xml";
  if (end == "png") return "image/png";
  if (end == "ico") return "image/x-icon";
  if (end == "woff2") return "font/woff2";
  if (end == "webmanifest") return "application/manifest+json";
  if (end == "txt") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

std::shared_ptr<std::string const> read_file(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return nullptr;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::make_shared<std::string const>(std::move(bytes).str());
}

/// Bundlers write names such as index-BxK3f2aQ.js into assets/.
bool is_hashed(std::string_view path) noexcept {
  if (!path.starts_with("/assets/")) return false;
  auto const dash = path.rfind('-');
  auto const dot = path.find('.', dash == path.npos ? 0 : dash);
  return dash != path.npos && dot != path.npos && dot - dash >= 8;
}

}  // namespace

std::string_view page_security_headers() noexcept {
  return "Content-Security-Policy: default-src 'self'; script-src 'self'; style-src 'self'; "
         "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
         "base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
         "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
         "Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"
         "Cross-Origin-Resource-Policy: same-origin\r\n"
         "Permissions-Policy: camera=(self), microphone=(), geolocation=()\r\n";
}

std::string_view api_security_headers() noexcept {
  return "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
         "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
         "Cross-Origin-Resource-Policy: same-origin\r\n";
}

static_files::static_files(std::string const& dir) {
  std::error_code ec;
  if (dir.empty() || !fs::is_directory(dir, ec)) return;
  std::size_t all_bytes = 0;
  for (fs::recursive_directory_iterator at(dir, ec), end; !ec && at != end; at.increment(ec)) {
    if (!at->is_regular_file(ec) || at->file_size(ec) > file_bytes_max) continue;
    auto const name = "/" + at->path().lexically_relative(dir).generic_string();
    auto bytes = read_file(at->path());
    if (!bytes || (all_bytes += bytes->size()) > all_bytes_max) continue;
    if (name.ends_with(".gz")) {
      files_[name.substr(0, name.size() - 3)].gzip = std::move(bytes);
      continue;
    }
    auto& one = files_[name];
    one.content_type = content_type_of(name);
    one.etag = "\"" + to_hex(sha256(*bytes)).substr(0, 20) + "\"";
    one.hashed = is_hashed(name);
    one.bytes = std::move(bytes);
  }
  std::erase_if(files_, [](auto const& entry) { return !entry.second.bytes; });
}

bool static_files::serve(request const& asked, std::string_view decoded_path, responder& to) const {
  auto found = files_.find(decoded_path == "/" ? std::string_view("/index.html") : decoded_path);
  if (found == files_.end()) {
    // A path that looks like a file is one that is not there; any other is the page's own business.
    auto const last = decoded_path.substr(decoded_path.rfind('/') + 1);
    if (last.find('.') != last.npos || decoded_path.starts_with("/api/")) return false;
    found = files_.find("/index.html");
    if (found == files_.end()) return false;
  }
  auto const& file = found->second;
  response out;
  out.headers.assign(page_security_headers());
  out.add("ETag", file.etag);
  out.add("Cache-Control", file.hashed ? "public, max-age=31536000, immutable" : "no-cache");
  out.add("Vary", "Accept-Encoding");
  if (asked.header("if-none-match") == file.etag) {
    out.status = 304;
  } else {
    out.content_type = file.content_type;
    bool const zipped = file.gzip && asked.header("accept-encoding").find("gzip") != std::string_view::npos;
    if (zipped) out.add("Content-Encoding", "gzip");
    out.shared_body = zipped ? file.gzip : file.bytes;
  }
  to.send(std::move(out));
  return true;
}

}  // namespace tracseq::http
