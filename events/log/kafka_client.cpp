#include "events/log/kafka_client.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace tracseq::kafka {

struct callbacks {
  static void log(rd_kafka_t const* handle, int level, char const*, char const* words) {
    constexpr int least = 4;  // syslog: warnings and worse
    if (level > least) return;
    auto* self = static_cast<client*>(rd_kafka_opaque(handle));
    std::string_view text = words;
    // "[thrd:host:9092/bootstrap]: host:9092/bootstrap: Connect to … failed: Connection refused"
    if (text.starts_with('['))
      if (auto const end = text.find("]: "); end != std::string_view::npos)
        text.remove_prefix(end + 3);
    bool const summary = text.ends_with("brokers are down");  // the cause was said before it
    std::scoped_lock lock(self->mutex_);
    if (!summary || self->complaint_.empty()) self->complaint_ = text;
  }

  static int connect(int socket, sockaddr const* to, int length, char const*, void* opaque) {
    static_cast<client*>(opaque)->connections_.fetch_add(1);
    if (::connect(socket, to, static_cast<socklen_t>(length)) == 0 || errno == EINPROGRESS) return 0;
    return errno;
  }

  static void delivered(rd_kafka_t* handle, rd_kafka_message_t const* message, void* opaque) {
    auto* self = static_cast<client*>(opaque);
    self->delivered_(handle, message, self->opaque_);
  }

  static void rebalanced(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* changed,
                         void* opaque) {
    auto* self = static_cast<client*>(opaque);
    self->rebalanced_(handle, code, changed, self->opaque_);
  }

  static int figures(rd_kafka_t*, char* json, std::size_t length, void* opaque) {
    auto* self = static_cast<client*>(opaque);
    self->figures_({json, length}, self->opaque_);
    return 0;  // librdkafka frees it
  }
};

result<std::unique_ptr<client>> client::make(rd_kafka_type_t type, address const& where,
                                             std::vector<setting> const& settings,
                                             delivery_callback delivered, rebalance_callback rebalanced,
                                             figures_callback figures, void* opaque) {
  std::unique_ptr<client> made(new client);
  made->delivered_ = delivered;
  made->rebalanced_ = rebalanced;
  made->figures_ = figures;
  made->opaque_ = opaque;
  auto* conf = rd_kafka_conf_new();
  std::array<char, 512> words{};
  auto const set = [&](std::string const& name, std::string const& value) {
    return rd_kafka_conf_set(conf, name.c_str(), value.c_str(), words.data(), words.size()) ==
           RD_KAFKA_CONF_OK;
  };
  std::vector<setting> all{
      {"bootstrap.servers", where.brokers},
      {"client.id", "tracseq"},
      {"socket.nagle.disable", "true"},
      {"socket.keepalive.enable", "true"},
      {"socket.timeout.ms", "10000"},
      {"socket.connection.setup.timeout.ms", "5000"},
      // A broker that restarts is found again at once.
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.fast.interval.ms", "100"},
      {"log.connection.close", "false"},
  };
  all.insert(all.end(), where.properties.begin(), where.properties.end());
  all.insert(all.end(), settings.begin(), settings.end());
  for (auto const& [name, value] : all) {
    if (set(name, value)) continue;
    rd_kafka_conf_destroy(conf);
    return fail(errc::invalid_argument, "the Kafka client refuses the setting " + name + ": " +
                                            std::string(words.data()));
  }
  rd_kafka_conf_set_opaque(conf, made.get());
  rd_kafka_conf_set_log_cb(conf, callbacks::log);
  rd_kafka_conf_set_connect_cb(conf, callbacks::connect);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, callbacks::delivered);
  if (rebalanced != nullptr) rd_kafka_conf_set_rebalance_cb(conf, callbacks::rebalanced);
  if (figures != nullptr) rd_kafka_conf_set_stats_cb(conf, callbacks::figures);
  made->handle_ = rd_kafka_new(type, conf, words.data(), words.size());
  if (made->handle_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return fail(errc::io_failure, "cannot start the Kafka client: " + std::string(words.data()));
  }
  return made;
}

result<std::unique_ptr<client>> client::consumer(address const& where,
                                                 std::vector<setting> settings) {
  std::vector<setting> all{
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"allow.auto.create.topics", "false"},
      {"isolation.level", "read_uncommitted"},  // the high watermark; nobody writes transactions
      {"check.crcs", "true"},
      {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", "100"},
      {"fetch.error.backoff.ms", "20"},
  };
  all.insert(all.end(), settings.begin(), settings.end());
  return make(RD_KAFKA_CONSUMER, where, all, nullptr, nullptr, nullptr, nullptr);
}

result<std::unique_ptr<client>> client::member(address const& where, std::vector<setting> settings,
                                               rebalance_callback rebalanced, figures_callback figures,
                                               void* opaque) {
  std::vector<setting> all{
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "latest"},
      {"allow.auto.create.topics", "false"},
  };
  all.insert(all.end(), settings.begin(), settings.end());
  return make(RD_KAFKA_CONSUMER, where, all, nullptr, rebalanced, figures, opaque);
}

result<std::unique_ptr<client>> client::producer(address const& where,
                                                 std::vector<setting> settings,
                                                 delivery_callback delivered, void* opaque) {
  std::vector<setting> all{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // While one request is under way the records behind it gather into the next batch: with a
      // broker that syncs each batch this is group commit, and measured fastest.
      {"max.in.flight.requests.per.connection", "1"},
      {"request.timeout.ms", "5000"},
      {"retry.backoff.ms", "50"},
      // Our own bound on what is queued comes first (kafka_producer.cpp).
      {"queue.buffering.max.messages", "10000000"},
      {"queue.buffering.max.kbytes", "2097151"},
  };
  all.insert(all.end(), settings.begin(), settings.end());
  return make(RD_KAFKA_PRODUCER, where, all, delivered, nullptr, nullptr, opaque);
}

client::~client() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

std::string client::complaint() const {
  std::scoped_lock lock(mutex_);
  return complaint_;
}

std::string hint_at_lost_topic(rd_kafka_resp_err_t code) {
  // The last where librdkafka has looked at the topic since, and knows that it has no partitions.
  if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && code != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC &&
      code != RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    return {};
  return ". Was the broker replaced by an empty one, or the topic deleted? See docs/howto/mend-a-log-that-forgot.md";
}

error broker_error(client const& who, rd_kafka_resp_err_t code, std::string const& doing) {
  std::string words = "cannot " + doing + ": " + rd_kafka_err2str(code);
  if (auto const more = who.complaint(); !more.empty()) words += " (" + more + ")";
  bool const absent = code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                      code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                      code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
  return error{absent ? errc::unavailable : errc::io_failure, std::move(words), {}};
}

}  // namespace tracseq::kafka
