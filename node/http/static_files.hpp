#pragma once
// The built page: read once, kept in memory, served with ETags; unknown paths give the page itself, whose
// own router knows them.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "node/http/message.hpp"

namespace tracseq::http {

/// Header lines that every answer with a page or its parts carries.
[[nodiscard]] std::string_view page_security_headers() noexcept;
/// And those of every answer of the API.
[[nodiscard]] std::string_view api_security_headers() noexcept;

class static_files {
 public:
  /// Reads `dir` recursively: files up to 16 MiB each, 64 MiB in all. Empty or missing = no page.
  explicit static_files(std::string const& dir);
  [[nodiscard]] bool empty() const noexcept { return files_.empty(); }
  /// False where nothing is to be served for this path.
  [[nodiscard]] bool serve(request const& asked, std::string_view decoded_path, responder& to) const;

 private:
  struct file {
    std::shared_ptr<std::string const> bytes;
    std::shared_ptr<std::string const> gzip;  ///< null = there is none
    std::string_view content_type;
    std::string etag;
    bool hashed = false;  ///< its name changes with its content
  };
  std::map<std::string, file, std::less<>> files_;
};

}  // namespace tracseq::http
