#include "events/log/kafka_group.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <thread>

namespace tracseq::kafka {
namespace {

constexpr int poll_ms = 200;
constexpr auto figures_every_ms = "2000";
constexpr int members_within_ms = 1'000;
constexpr std::string_view client_prefix = "tracseq-";

/// By librdkafka's figures: it has a coordinator, and its part of the partitions.
bool is_member(std::string_view figures) {
  auto const group = figures.substr(std::min(figures.find("\"cgrp\""), figures.size()));
  return group.find("\"state\": \"up\"") != group.npos && group.find("\"join_state\": \"steady\"") != group.npos;
}

std::string group_of(address const& where) { return "tracseq-shards." + where.topic; }

class group final : public partition_group {
 public:
  explicit group(assigned_callback told) : told_(std::move(told)) {}
  ~group() override { leave(); }

  result<void> join(address const& where, group_options const& options) {
    partitions_ = options.partitions;
    auto const session = options.session_timeout.count();
    auto made = client::member(where,
                               {{"group.id", group_of(where)},
                                {"client.id", std::string(client_prefix) + options.name},
                                // Who keeps a partition goes on with it while the others are given theirs.
                                {"partition.assignment.strategy", "cooperative-sticky"},
                                {"session.timeout.ms", std::to_string(session)},
                                {"heartbeat.interval.ms", std::to_string(std::max<long>(session / 6, 100))},
                                {"statistics.interval.ms", figures_every_ms}},
                               &group::rebalanced, &group::figures, this);
    if (!made) return tl::unexpected(made.error());
    client_ = *std::move(made);
    rd_kafka_poll_set_consumer(client_->get());
    offsets_handle const topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), where.topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (auto const code = rd_kafka_subscribe(client_->get(), topics.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return tl::unexpected(broker_error(*client_, code, "join the group of nodes"));
    thread_ = std::jthread([this](std::stop_token const& stop) {
      while (!stop.stop_requested()) poll();
    });
    return {};
  }

  void leave() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    rd_kafka_consumer_close(client_->get());  // says good-bye; the partitions go to others at once
  }

  std::string trouble() const override {
    std::scoped_lock lock(mutex_);
    return trouble_;
  }

 private:
  void poll() {
    message_handle const message{rd_kafka_consumer_poll(client_->get(), poll_ms)};
    if (!message || message->err == RD_KAFKA_RESP_ERR_NO_ERROR || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
      return;
    std::scoped_lock lock(mutex_);
    trouble_ = std::string("the group of nodes cannot be joined: ") + rd_kafka_message_errstr(message.get());
    if (message->err == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT)
      trouble_ += ". The broker takes no cluster.session_timeout_ms below its group.min.session.timeout.ms.";
  }

  static void rebalanced(rd_kafka_t* with, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* changed,
                         void* opaque) {
    static_cast<group*>(opaque)->on_change(with, code, changed);
  }

  // What it complains of it says once, and when it is over it says nothing, unless the partitions are divided anew.
  static void figures(std::string_view json, void* opaque) {
    if (is_member(json)) static_cast<group*>(opaque)->all_is_well();
  }

  void all_is_well() {
    std::scoped_lock lock(mutex_);
    trouble_.clear();
  }

  void on_change(rd_kafka_t* with, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* changed) {
    bool const given = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    for (int i = 0; i < changed->cnt; ++i) {
      auto& one = changed->elems[i];
      // Nothing is to be fetched: what the nodes read they read elsewhere, from where they stand.
      one.offset = RD_KAFKA_OFFSET_END;
      if (one.partition >= static_cast<std::int32_t>(partitions_)) continue;
      if (given)
        mine_.insert(static_cast<partition_id>(one.partition));
      else
        mine_.erase(static_cast<partition_id>(one.partition));
    }
    if (given) {
      rd_kafka_error_destroy(rd_kafka_incremental_assign(with, changed));
      rd_kafka_pause_partitions(with, changed);
    } else {
      rd_kafka_error_destroy(rd_kafka_incremental_unassign(with, changed));
    }
    all_is_well();
    told_({mine_.begin(), mine_.end()});
  }

  assigned_callback const told_;
  partition_id partitions_ = 0;
  std::set<partition_id> mine_;  // on the thread that polls
  mutable std::mutex mutex_;
  std::string trouble_;
  std::unique_ptr<client> client_;
  std::jthread thread_;
};

}  // namespace

result<std::unique_ptr<partition_group>> join(address const& where, group_options const& options,
                                              assigned_callback told) {
  auto made = std::make_unique<group>(std::move(told));
  if (auto joined = made->join(where, options); !joined) return tl::unexpected(joined.error());
  return made;
}

result<std::vector<std::string>> members(address const& where) {
  auto with = client::consumer(where, {});
  if (!with) return tl::unexpected(with.error());
  rd_kafka_group_list const* found = nullptr;
  auto code = rd_kafka_list_groups((*with)->get(), group_of(where).c_str(), &found, members_within_ms);
  handle<rd_kafka_group_list const, rd_kafka_group_list_destroy> const all(found);
  std::vector<std::string> names;
  for (int g = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && found != nullptr && g < found->group_cnt; ++g) {
    auto const& one = found->groups[g];
    code = one.err;
    for (int m = 0; m < one.member_cnt; ++m) {
      std::string_view const name = one.members[m].client_id;
      if (name.starts_with(client_prefix)) names.emplace_back(name.substr(client_prefix.size()));
    }
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(broker_error(**with, code, "ask who is in the group of nodes"));
  return names;
}

}  // namespace tracseq::kafka
