#pragma once
// What a stranger does to a topic, for tests: makes it with other settings, writes into it, cuts it.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tracseq::test {

class kafka_admin {
 public:
  explicit kafka_admin(std::string const& host);
  ~kafka_admin();
  kafka_admin(kafka_admin const&) = delete;
  kafka_admin& operator=(kafka_admin const&) = delete;

  // Each throws std::runtime_error with the broker's words.
  void create_topic(std::string const& topic, int partitions,
                    std::vector<std::pair<std::string, std::string>> const& settings);
  /// These settings, and the broker's own for all others.
  void set(std::string const& topic, std::vector<std::pair<std::string, std::string>> const& settings);
  void add_partitions(std::string const& topic, std::size_t in_all);
  void produce(std::string const& topic, int partition, std::string const& bytes);
  /// Deletes the records before `offset`, as retention does.
  void delete_before(std::string const& topic, int partition, std::int64_t offset);

 private:
  void* producer_;  // rd_kafka_t
};

}  // namespace tracseq::test
