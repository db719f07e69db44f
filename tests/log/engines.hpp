#pragma once
// The engines that the conformance suite runs over. Each gives fresh logs, and a second handle on one.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "events/event_log.hpp"

namespace tracseq::test {

/// Whether it holds, sooner or later.
[[nodiscard]] bool in_time(std::function<bool()> const& holds);

/// A directory that goes away with the object.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(scratch_directory const&) = delete;
  scratch_directory& operator=(scratch_directory const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A broker of its own, started by tools/kafka; it goes away with the object, or with the process.
class own_broker {
 public:
  own_broker();  ///< throws std::runtime_error with the words of tools/kafka where it does not start
  ~own_broker();
  own_broker(own_broker const&) = delete;
  own_broker& operator=(own_broker const&) = delete;

  [[nodiscard]] std::string const& host() const { return host_; }  ///< "127.0.0.1:23456"
  [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "kafka" / "data"; }
  void kill();   ///< SIGKILL
  void stop();   ///< in good order
  void start();  ///< again, same data and port

 private:
  void run(std::string const& words) const;

  scratch_directory directory_;
  std::string host_;
  std::string port_;
};

/// The broker that tests share: TRACSEQ_TEST_KAFKA (kafka://host:port), or one started for this process.
[[nodiscard]] std::string const& shared_broker();
/// A topic name that no test had before.
[[nodiscard]] std::string fresh_topic();

class embedded_engine {
 public:
  static constexpr bool many_writers = false;  ///< one process holds the log
  [[nodiscard]] std::string address() const { return (directory_.path() / "log").string(); }

 private:
  scratch_directory directory_;
};

class kafka_engine {
 public:
  static constexpr bool many_writers = true;
  [[nodiscard]] std::string address() const { return address_; }

 private:
  std::string address_ = "kafka://" + shared_broker() + "/" + fresh_topic();
};

}  // namespace tracseq::test
