#pragma once
// The node as the command line talks to it.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::cli {

struct client_options {
  std::string url = "http://127.0.0.1:8089";
  std::string token;
  std::string ca_file;  ///< PEM; empty: the authorities that the system trusts
  long timeout_s = 60;
};

struct client_answer {
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< lower-case names
};

struct client_request {
  std::string method = "GET";
  std::string path;  ///< with its query, percent-encoded
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::string> headers;  ///< "Name: value"
};

class client {
 public:
  explicit client(client_options options);
  ~client();
  client(client const&) = delete;
  client& operator=(client const&) = delete;

  /// The answer whatever its status; `unavailable` where no node answers.
  [[nodiscard]] result<client_answer> send(client_request const& request);
  /// The JSON of a 2xx answer; a problem as the error it stands for.
  [[nodiscard]] result<http::json_value> ask(client_request const& request);

 private:
  client_options options_;
  void* handle_;
};

/// The error that a problem document says.
[[nodiscard]] error error_of(client_answer const& answer);

/// The token in a file: its first line.
[[nodiscard]] result<std::string> read_token(std::string const& path);

}  // namespace tracseq::cli
