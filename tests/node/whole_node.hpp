#pragma once
// A node as `serve` runs it, in this process, on a port of its own.

#include <stdlib.h>  // mkdtemp

#include <atomic>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "node/assembly.hpp"
#include "projections/store.hpp"
#include "tests/node/raw_client.hpp"

namespace tracseq::test {

struct scratch_folder {
  scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "tracseq-node-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  scratch_folder(scratch_folder const&) = delete;
  std::filesystem::path path;
};

class whole_node {
 public:
  explicit whole_node(node_options options) {
    options.http.port = 0;
    options.checkpoints.file = options.data + "/checkpoints.ndjson";
    auto started = node::start(std::move(options), [](std::string const&) {});
    if (!started) throw std::runtime_error(started.error().detail);
    node_ = *std::move(started);
  }
  ~whole_node() { node_->stop(std::chrono::seconds(5)); }

  struct answer {
    int status = 0;
    nlohmann::json body;
  };
  answer ask(std::string const& method, std::string const& path, nlohmann::json const& body = nullptr) {
    return send(method, path, body.is_null() ? std::string() : body.dump(), "application/json");
  }
  answer send(std::string const& method, std::string const& path, std::string const& text, std::string const& type) {
    raw_client client(node_->port());
    client.send(method + " /api/v1" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " +
                node_->token() + "\r\nIdempotency-Key: whole-" + std::to_string(++keys_) + "-" +
                std::to_string(::getpid()) + "-" + std::to_string(now().us) + "\r\n" +
                (text.empty() ? "" : "Content-Type: " + type + "\r\n") +
                "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
    auto const got = client.read_answer();
    return {status_of(got), nlohmann::json::parse(body_of(got), nullptr, false)};
  }
  /// The body of an answer that must be good.
  nlohmann::json must(std::string const& method, std::string const& path, nlohmann::json const& body = nullptr) {
    auto const got = ask(method, path, body);
    if (got.status < 200 || got.status > 299)
      throw std::runtime_error(method + " " + path + ": " + std::to_string(got.status) + " " + got.body.dump());
    return got.body;
  }
  /// The text of a path outside the API.
  std::string text_of(std::string const& path) {
    raw_client client(node_->port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return body_of(client.read_answer());
  }
  /// By eight clients at once.
  void register_samples(std::size_t count) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i)
      clients.emplace_back([&] {
        for (auto n = next++; n < count; n = next++) register_sample("S" + std::to_string(n));
      });
  }
  /// The import of a sheet, with its id.
  nlohmann::json import_sheet(std::string const& name, std::string const& text) {
    auto const preview = send("POST", "/imports/preview?filename=" + name, text, "application/octet-stream").body;
    auto const made = must("POST", "/imports", {{"preview_id", preview.at("preview_id")}, {"sha256", preview.at("sha256")}});
    for (int i = 0; i < 400; ++i) {
      auto const now = must("GET", "/imports/" + made.at("id").get<std::string>());
      if (now["state"] == "completed") return now;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    throw std::runtime_error("the import of " + name + " does not end");
  }
  std::string register_sample(std::string const& name) {
    return must("POST", "/samples", {{"name", name}, {"type", "DNA"}})["id"];
  }

 private:
  std::unique_ptr<node> node_;
  std::atomic<std::uint64_t> keys_{0};
};

/// Every row that was computed from the log, by table and key.
inline std::map<std::string, std::map<std::string, std::string>> rows_in(std::filesystem::path const& data) {
  store_options how;
  how.read_only = true;
  how.create = false;
  auto opened = store::open((data / "store").string(), how);
  if (!opened) throw std::runtime_error(opened.error().detail);
  auto& rows = **opened;
  std::map<std::string, std::map<std::string, std::string>> all;
  auto const add = [&](std::string const& name, table_handle const& table) {
    auto const view = rows.newest(table);
    for (auto at = view->scan({}, {}, direction::forward); at->valid(); at->next())
      all[name].emplace(at->key(), at->value());
  };
  for (auto const& name : rows.table_names())
    if (name != "snapshots") add(name, rows.find_table(name));  // the runtime's own
  add("meta", rows.meta());
  return all;
}

}  // namespace tracseq::test
