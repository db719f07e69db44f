#include "events/log/kafka_topic.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <thread>

#include "events/record.hpp"

namespace tracseq::kafka {
namespace {

using namespace std::chrono_literals;
using new_topic = handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using admin_options = handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using config_resource = handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

/// Room for a record and what Kafka puts around it.
constexpr std::size_t message_bytes = event_log::record_bytes_max + 64 * 1024;

struct topic_shape {
  bool exists = false;
  partition_id partitions = 0;
  int replicas = 0;  ///< of the partition that has fewest
  int brokers = 0;
};

result<topic_shape> look(client& with, address const& where, deadline const& by) {
  topic_handle topic(rd_kafka_topic_new(with.get(), where.topic.c_str(), nullptr));
  rd_kafka_metadata_t const* raw = nullptr;
  auto const code = rd_kafka_metadata(with.get(), 0, topic.get(), &raw, std::max(by.left_ms(), 1));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    auto const seconds = std::to_string(static_cast<double>(where.timeout.count()) / 1000.0);
    std::string words = "no Kafka broker answers at " + where.brokers + " within " +
                        seconds.substr(0, seconds.find('.') + 2) + " s";
    if (auto const more = with.complaint(); !more.empty()) words += ": " + more;
    return fail(errc::unavailable, words + ". Is it running, and is the address right? "
                                           "tools/kafka start starts one on this machine.");
  }
  metadata_handle const answer(raw);
  topic_shape shape;
  shape.brokers = answer->broker_cnt;
  for (int t = 0; t < answer->topic_cnt; ++t) {
    auto const& found = answer->topics[t];
    if (where.topic != found.topic) continue;
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt == 0)
      return tl::unexpected(broker_error(with, found.err, "see the topic " + where.topic));
    shape.exists = true;
    shape.partitions = static_cast<partition_id>(found.partition_cnt);
    shape.replicas = found.partition_cnt == 0 ? 0 : 99;
    for (int p = 0; p < found.partition_cnt; ++p)
      shape.replicas = std::min(shape.replicas, found.partitions[p].replica_cnt);
  }
  return shape;
}

admin_options options_for(client& with, rd_kafka_admin_op_t operation, address const& where) {
  admin_options options(rd_kafka_AdminOptions_new(with.get(), operation));
  std::array<char, 256> words{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(where.timeout.count()),
                                            words.data(), words.size());
  return options;
}

result<void> create_topic(client& with, address const& where, log_options const& options,
                          int brokers) {
  int const wanted = where.replication.value_or(std::clamp(brokers, 1, 3));
  int const partitions = where.partitions.value_or(options.partitions);
  std::array<char, 512> words{};
  new_topic topic(rd_kafka_NewTopic_new(where.topic.c_str(), partitions, wanted, words.data(),
                                        words.size()));
  if (!topic) return fail(errc::invalid_argument, "cannot make the topic: " + std::string(words.data()));
  std::vector<setting> settings{
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      {"cleanup.policy", "delete"},
      {"max.message.bytes", std::to_string(std::max<std::size_t>(message_bytes, 1'048'588))},
      // The broker's clock: it refuses a time of ours that is an hour ahead of it.
      {"message.timestamp.type", "LogAppendTime"},
      {"unclean.leader.election.enable", "false"},
      {"min.insync.replicas", wanted > 1 ? "2" : "1"},
  };
  if (wanted == 1 && where.flush) settings.emplace_back("flush.messages", "1");
  for (auto const& [name, value] : settings)
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());

  auto const admin = options_for(with, RD_KAFKA_ADMIN_OP_CREATETOPICS, where);
  queue_handle const queue(rd_kafka_queue_new(with.get()));
  auto* raw = topic.get();
  rd_kafka_CreateTopics(with.get(), &raw, 1, admin.get(), queue.get());
  event_handle const event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(where.timeout.count()) + 1000));
  auto const doing = "make the topic " + where.topic + " with " + std::to_string(partitions) +
                     " partitions and " + std::to_string(wanted) + " replicas";
  if (!event) return tl::unexpected(broker_error(with, RD_KAFKA_RESP_ERR__TIMED_OUT, doing));
  if (auto const code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(broker_error(with, code, doing));
  std::size_t count = 0;
  auto const** results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    auto const code = rd_kafka_topic_result_error(results[i]);
    // Another node may make it at the same moment.
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    auto const* why = rd_kafka_topic_result_error_string(results[i]);
    return fail(errc::io_failure, "cannot " + doing + ": " +
                                      (why != nullptr ? why : rd_kafka_err2str(code)));
  }
  return {};
}

using config_values = std::map<std::string, std::string>;

result<config_values> describe_config(client& with, address const& where) {
  config_resource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, where.topic.c_str()));
  auto const admin = options_for(with, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, where);
  queue_handle const queue(rd_kafka_queue_new(with.get()));
  auto* raw = resource.get();
  rd_kafka_DescribeConfigs(with.get(), &raw, 1, admin.get(), queue.get());
  event_handle const event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(where.timeout.count()) + 1000));
  auto const doing = "read the settings of the topic " + where.topic;
  if (!event) return tl::unexpected(broker_error(with, RD_KAFKA_RESP_ERR__TIMED_OUT, doing));
  if (auto const code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(broker_error(with, code, doing));
  std::size_t resources = 0;
  auto const** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &resources);
  config_values values;
  for (std::size_t r = 0; r < resources; ++r) {
    if (auto const code = rd_kafka_ConfigResource_error(found[r]); code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return tl::unexpected(broker_error(with, code, doing));
    std::size_t entries = 0;
    auto const** entry = rd_kafka_ConfigResource_configs(found[r], &entries);
    for (std::size_t e = 0; e < entries; ++e) {
      auto const* value = rd_kafka_ConfigEntry_value(entry[e]);
      values[rd_kafka_ConfigEntry_name(entry[e])] = value != nullptr ? value : "";
    }
  }
  return values;
}

std::string mending_command(address const& where, std::string const& settings) {
  return "kafka-configs.sh --bootstrap-server " + where.brokers +
         " --alter --entity-type topics --entity-name " + where.topic + " --add-config " + settings;
}

/// What makes the topic forget, refuse records or mix in strangers' is refused.
result<void> check_config(address const& where, config_values const& config) {
  std::string wrong;
  std::string mend;
  auto const want = [&](std::string const& name, std::string const& value, std::string const& why) {
    auto const found = config.find(name);
    if (found == config.end() || found->second == value) return;
    wrong += (wrong.empty() ? "" : "; ") + name + " is " + found->second + ", " + why;
    mend += (mend.empty() ? "" : ",") + name + "=" + value;
  };
  want("retention.ms", "-1", "so Kafka deletes records when they are old (it has to be -1)");
  want("retention.bytes", "-1", "so Kafka deletes records when there are many (it has to be -1)");
  want("cleanup.policy", "delete", "so Kafka drops records by their key (it has to be delete)");
  if (auto const found = config.find("max.message.bytes");
      found != config.end() && std::strtoull(found->second.c_str(), nullptr, 10) < message_bytes)
    want("max.message.bytes", "1048588", "too little for TracSeq's largest record");
  if (wrong.empty()) return {};
  return fail(errc::rule_violation, "the Kafka topic " + where.topic + " at " + where.brokers +
                                        " cannot hold a history: " + wrong + ". Mend it with: " +
                                        mending_command(where, mend));
}

result<std::vector<std::string>> check_replication(address const& where, topic_shape const& shape,
                                                   config_values const& config, bool required) {
  auto const value = [&](std::string const& name) {
    auto const found = config.find(name);
    return found == config.end() ? std::string() : found->second;
  };
  auto const name = "the Kafka topic " + where.topic;
  auto const insync = std::atoi(value("min.insync.replicas").c_str());
  if (required && (shape.replicas < 3 || insync < 2))
    return fail(errc::rule_violation,
                name + " has " + std::to_string(shape.replicas) + " replica(s) and " +
                    "min.insync.replicas=" + std::to_string(insync) +
                    ", and log.require_replication wants at least 3 and 2");
  std::vector<std::string> warnings;
  // Of those that are named in the address some may be away: then the topic was made without them, and stays so.
  auto const named = static_cast<int>(std::ranges::count(where.brokers, ',')) + 1;
  auto const brokers = std::max(shape.brokers, named);
  if (auto const wanted = std::min(3, brokers); shape.replicas < wanted)
    warnings.push_back("The Kafka topic " + where.topic + " has " + std::to_string(shape.replicas) +
                       (shape.replicas == 1 ? " replica" : " replicas") + ", and there are " +
                       std::to_string(brokers) + " brokers: whoever loses one of them may lose acknowledged work, or " +
                       "cannot work until it is back. Mend it with: kafka-reassign-partitions.sh --bootstrap-server " +
                       where.brokers + " --reassignment-json-file FILE --execute, where FILE gives each partition " +
                       std::to_string(wanted) + " brokers (docs/operations.md shows one), and then with: " +
                       mending_command(where, "min.insync.replicas=2"));
  if (shape.replicas == 1 && value("flush.messages") != "1")
    warnings.push_back("The Kafka topic " + where.topic +
                       " has one replica and its broker acknowledges from memory: a power cut can "
                       "lose acknowledged work. Mend it with three replicas, or with: " +
                       mending_command(where, "flush.messages=1"));
  if (shape.replicas > 1 && insync < 2)
    warnings.push_back("The Kafka topic " + where.topic +
                       " acknowledges when one replica has a record: the loss of that broker can "
                       "lose acknowledged work. Mend it with: " +
                       mending_command(where, "min.insync.replicas=2"));
  if (shape.replicas > 1 && value("unclean.leader.election.enable") == "true")
    warnings.push_back("The Kafka topic " + where.topic +
                       " lets a replica that is behind become leader, and so forget. Mend it with: " +
                       mending_command(where, "unclean.leader.election.enable=false"));
  return warnings;
}

/// Also what a topic is refused for, as far as it gets here: for who reads, and for who uses it already.
result<std::vector<std::string>> warnings_of(client& with, address const& where, log_options const& options,
                                             partition_id partitions, topic_shape const& shape,
                                             config_values const& config) {
  std::vector<std::string> warnings;
  if (shape.partitions != partitions)
    warnings.push_back("The Kafka topic " + where.topic + " has " + std::to_string(shape.partitions) + " partitions, and " +
                       std::to_string(partitions) + " hold the history: the others stay empty. A node that starts is to be " +
                       "told so, with ?partitions=" + std::to_string(partitions) + " behind the address.");
  if (auto const fit = check_config(where, config); !fit) warnings.push_back(fit.error().detail);
  if (auto weak = check_replication(where, shape, config, options.require_replication); !weak)
    warnings.push_back(weak.error().detail);
  else
    std::ranges::move(*weak, std::back_inserter(warnings));
  auto const begins = query_offsets(with, where, partitions, edge::begin);
  if (!begins) return tl::unexpected(begins.error());
  for (std::size_t p = 0; p < begins->size(); ++p)
    if ((*begins)[p] > 0)
      warnings.push_back("Partition " + std::to_string(p) + " of the Kafka topic " + where.topic + " begins at offset " +
                         std::to_string((*begins)[p]) + ": its first records were deleted.");
  return warnings;
}

/// The topic as it is, made first where it has to be; waits until it is served.
result<topic_shape> find_or_create(client& with, address const& where, log_options const& options) {
  deadline const by(where.timeout);
  auto shape = look(with, where, by);
  if (!shape || shape->exists) return shape;
  if (!options.create || options.read_only)
    return fail(errc::not_found, "there is no topic " + where.topic + " at " + where.brokers);
  if (auto made = create_topic(with, where, options, shape->brokers); !made)
    return tl::unexpected(made.error());
  deadline const served(where.timeout);
  while (!served.passed()) {
    shape = look(with, where, served);
    if (!shape || (shape->exists && shape->partitions > 0)) return shape;
    std::this_thread::sleep_for(20ms);
  }
  return fail(errc::unavailable, "the topic " + where.topic + " was made, but " + where.brokers +
                                     " does not serve it yet");
}

}  // namespace

result<topic_facts> prepare_topic(client& with, address const& where, log_options const& options) {
  auto const shape = find_or_create(with, where, options);
  if (!shape) return tl::unexpected(shape.error());
  auto const wanted = where.partitions.value_or(options.partitions);
  bool const owner = options.create && !options.read_only;
  if (shape->partitions < wanted ? owner || where.partitions : shape->partitions > wanted && owner && !where.partitions)
    return fail(errc::rule_violation,
                "the Kafka topic " + where.topic + " has " + std::to_string(shape->partitions) +
                    " partitions, and " + std::to_string(wanted) +
                    " are set. The number decides where each stream lives and never changes: put "
                    "?partitions=" + std::to_string(shape->partitions) +
                    " behind the address if the topic was made so, ?partitions=N if it was made with N and got more "
                    "later, or name another topic");
  auto const partitions = where.partitions || owner ? wanted : shape->partitions;
  auto const config = describe_config(with, where);
  if (!config) return tl::unexpected(config.error());
  if (auto const fit = check_config(where, *config); !fit && !options.read_only) return tl::unexpected(fit.error());
  if (auto const enough = check_replication(where, *shape, *config, options.require_replication); !enough)
    return tl::unexpected(enough.error());
  auto warnings = warnings_of(with, where, options, partitions, *shape, *config);
  if (!warnings) return tl::unexpected(warnings.error());
  return topic_facts{partitions, *std::move(warnings)};
}

result<std::vector<std::string>> look_again(client& with, address const& where, log_options const& options,
                                            partition_id partitions) {
  auto const shape = look(with, where, deadline(where.timeout));
  if (!shape) return tl::unexpected(shape.error());
  if (!shape->exists)
    return std::vector<std::string>{"There is no topic " + where.topic + " at " + where.brokers + " any more."};
  auto const config = describe_config(with, where);
  if (!config) return tl::unexpected(config.error());
  return warnings_of(with, where, options, partitions, *shape, *config);
}

}  // namespace tracseq::kafka
