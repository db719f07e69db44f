#include "node/cluster/asks.hpp"

#include <vector>

#include "events/codec.hpp"
#include "node/cluster/messages.hpp"

namespace tracseq::cluster {

void asks::ask(uuid const& whom, std::string topic, std::string body, std::chrono::milliseconds within, reply done) {
  std::uint64_t id = 0;
  {
    std::lock_guard const guard(mutex_);
    id = next_id_++;
    waiting_[id] = {whom, clock::now() + within, std::move(done)};
  }
  if (send_(whom, codec::encode(messages::ask{id, std::move(topic), std::move(body)}))) return;
  give_up([id](std::uint64_t one, waiting const&) { return one == id; },
          {errc::unavailable, "the node is not in reach", {}});
}

void asks::on_ask(std::string_view body, std::function<void(std::string)> answer) {
  auto asked = codec::decode<messages::ask>(body);
  if (!asked) return;
  auto const tell = [answer = std::move(answer), id = asked->id](result<std::string> reply) {
    messages::told out;
    out.id = id;
    if (reply) {
      out.body = *std::move(reply);
    } else {
      out.refusal = static_cast<std::uint8_t>(reply.error().code);
      out.body = reply.error().detail;
    }
    answer(codec::encode(out));
  };
  auto const found = handlers_.find(asked->topic);
  if (found == handlers_.end())
    return tell(fail(errc::unsupported, "this TracSeq does not know the question " + asked->topic));
  found->second(std::move(asked->body), tell);
}

void asks::on_told(std::string_view body) {
  auto said = codec::decode<messages::told>(body);
  if (!said) return;
  reply done;
  {
    std::lock_guard const guard(mutex_);
    auto const found = waiting_.find(said->id);
    if (found == waiting_.end()) return;
    done = std::move(found->second.done);
    waiting_.erase(found);
  }
  if (said->refusal == 0) return done(std::move(said->body));
  auto const code = static_cast<errc>(said->refusal);
  done(fail(describe(code).code == code ? code : errc::unavailable, std::move(said->body)));
}

template <class Which>
void asks::give_up(Which which, error const& why) {
  std::vector<reply> left;
  {
    std::lock_guard const guard(mutex_);
    std::erase_if(waiting_, [&](auto& one) {
      if (!which(one.first, one.second)) return false;
      left.push_back(std::move(one.second.done));
      return true;
    });
  }
  for (auto const& done : left) done(tl::unexpected(why));
}

void asks::on_lost(uuid const& whom) {
  give_up([&](std::uint64_t, waiting const& one) { return one.whom == whom; },
          {errc::unavailable, "the node was lost before it answered", {}});
}

void asks::tick() {
  give_up([now = clock::now()](std::uint64_t, waiting const& one) { return one.until < now; },
          {errc::timed_out, "the node did not answer in time", {}});
}

void asks::stop() {
  give_up([](std::uint64_t, waiting const&) { return true; }, {errc::unavailable, "TracSeq is stopping", {}});
}

}  // namespace tracseq::cluster
