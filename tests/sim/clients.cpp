#include "tests/sim/clients.hpp"

#include <algorithm>

#include "projections/samples.hpp"
#include "tests/sim/work.hpp"

namespace tracseq::sim {
namespace {

constexpr std::size_t clients_count = 5;
constexpr auto answer_patience_us = 4 * second;
constexpr auto shown_patience_us = 2 * second;
constexpr auto shown_look_us = 5 * ms;

}  // namespace

void session::saw(command_reply const& reply, position_vector const& shown) {
  if (position.size() < shown.size()) position.resize(shown.size());
  for (std::size_t p = 0; p < shown.size(); ++p) position[p] = std::max(position[p], shown[p]);
  if (!reply.events.empty()) {
    if (position.size() <= reply.partition) position.resize(reply.partition + 1u);
    position[reply.partition] = std::max(position[reply.partition], reply.offset + 1);
  }
  auto& version = versions[reply.stream];
  version = std::max(version, reply.version);
}

clients::clients(world& in, cluster& nodes, history const& so_far)
    : world_(in), cluster_(nodes), history_(so_far), clients_(clients_count) {
  for (auto& one : clients_) one.left = static_cast<std::size_t>(world_.dice.between(8, 24));
}

void clients::start() {
  for (std::size_t who = 0; who < clients_.size(); ++who)
    world_.after(world_.dice.wait_us(200 * ms), [this, who] { go_on(who); });
}

bool clients::done() const {
  return std::all_of(clients_.begin(), clients_.end(),
                     [](auto const& one) { return one.left == 0 && one.wanted.empty() && !one.now; });
}

void clients::go_on(std::size_t who) {
  auto& one = clients_[who];
  if (one.now) return;
  if (one.wanted.empty()) {
    if (one.left == 0) return;
    --one.left;
    one.wanted.push_back(think_of(who));
  }
  one.now = std::move(one.wanted.front());
  one.wanted.pop_front();
  one.now->invoked_us = world_.now_us;
  one.now->seen = one.seen;
  one.now->demands = one.now->does == deed::read || world_.dice.happens(0.5);
  asked_.push_back(one.now);
  attempt(who, one.now);
}

void clients::attempt(std::size_t who, std::shared_ptr<operation> const& what) {
  if (what->answer) return;
  auto const number = ++what->attempts;
  auto const node = world_.dice.below(cluster_.size());
  world_.say("client ", who, " asks node-", node + 1, ": ", what->what, number > 1 ? " (again)" : "");
  auto const answer = [this, who, what, number](told const& said) {
    cluster_.tell_client([this, who, what, number, said] { on_answer(who, what, number, said); });
  };
  cluster_.ask(node, [this, what, answer, until = world_.now_us + shown_patience_us](process& asked) {
    what->unanswered = what->unanswered || ++what->arrived > 1;
    ask(asked, what, until, answer);
  });
  world_.after(answer_patience_us, [this, who, what, number] {
    if (what->answer || what->attempts != number) return;
    what->unanswered = true;
    attempt(who, what);
  });
}

void clients::ask(process& asked, std::shared_ptr<operation> const& what, std::int64_t until_us,
                  std::function<void(told)> const& answer) {
  auto const of = asked.alive();
  if (of->dead) return;
  if (of->paused || (what->demands && !asked.shows(what->seen.position))) {
    if (!of->paused && world_.now_us > until_us)
      return answer({fail(errc::unavailable, "what you have seen is not visible here yet"), false, {}});
    // A process that died is kept as long as the cluster.
    return world_.after(shown_look_us, [this, &asked, what, until_us, answer] { ask(asked, what, until_us, answer); });
  }
  try {
    if (what->does == deed::read) {
      auto const view = asked.view();
      auto const row = samples_query(*view).get(parse_uuid(stream_key(what->about)).value_or(uuid{}));
      if (!row) return answer({fail(errc::not_found, "there is no such sample"), true, {{}, asked.applied()}});
      command_reply reply;
      reply.stream = what->about;
      reply.version = row->version;
      return answer({reply, true, {*row, asked.applied()}});
    }
    auto group = what->make(asked, *what);
    if (!group) return answer({tl::unexpected(group.error()), true, {}});
    asked.submit(*std::move(group), [answer](result<command_reply> const& reply) { answer({reply, false, {}}); });
  } catch (query_failure const&) {
    answer({fail(errc::unavailable, "the node's store cannot be read"), false, {}});
  }
}

void clients::on_answer(std::size_t who, std::shared_ptr<operation> const& what, int number, told const& said) {
  if (what->answer) return;
  auto const& reply = said.reply;
  if (!reply && describe(reply.error().code).retryable) {
    if (what->attempts != number) return;  // it was asked again already
    what->unanswered = true;
    auto const next = what->attempts;
    world_.after(world_.dice.between(20 * ms, 800 * ms), [this, who, what, next] {
      if (what->attempts == next) attempt(who, what);
    });
    return;
  }
  what->answer = reply;
  what->answered_us = world_.now_us;
  what->not_shown = said.not_shown;
  what->showed = said.showed;
  world_.say("client ", who, " has its answer to ", what->what, ": ",
             what->does == deed::read && reply ? "version " + std::to_string(reply->version)
             : reply ? std::to_string(reply->partition) + "-" + std::to_string(reply->offset)
                     : std::string(describe(reply.error().code).name) + ", " + reply.error().detail);
  world_.trace(std::string_view(reinterpret_cast<char const*>(what->key.bytes.data()), what->key.bytes.size()));
  world_.trace(world_.now_us);
  world_.trace(reply ? static_cast<std::int64_t>(reply->offset) : -static_cast<std::int64_t>(reply.error().code));
  world_.trace(reply ? static_cast<std::int64_t>(reply->version) : 0);
  if (reply && what->then) what->then(*reply);
  if (who >= clients_.size()) return;
  if (reply) clients_[who].seen.saw(*reply, said.showed.position);
  clients_[who].now = nullptr;
  world_.after(world_.dice.wait_us(100 * ms), [this, who] { go_on(who); });
}

void clients::mend(std::string const& stopped) {
  auto const what = wish(deed::resume, stopped, "resume " + stopped, {});
  what->make = [stopped](process&, operation& self) -> result<std::vector<command_request>> {
    return resuming(self, stopped);
  };
  what->invoked_us = world_.now_us;
  asked_.push_back(what);
  attempt(clients_.size(), what);
}

std::shared_ptr<operation> clients::think_of(std::size_t who) {
  if (freezers_.size() + boxes_.size() < 3) return add_unit(who);
  auto const kind = world_.dice.below(115);
  if (kind < 22 || tubes_.empty()) return register_tube(who);
  if (kind < 28) return add_unit(who);
  if (kind < 64) return move_thing();
  if (kind < 70) return discard_tube();
  if (kind < 82) return treat_tube();
  if (kind < 88) return treat_unit();
  if (kind < 96) return send_message();
  if (kind < 100) return reuse_key();
  return read_tube();
}

std::shared_ptr<operation> clients::wish(deed does, std::string about, std::string what, maker make) {
  auto made = std::make_shared<operation>();
  made->does = does;
  made->about = std::move(about);
  made->what = std::move(what);
  made->key = world_.dice.id();
  auto const digest = sha256(made->what, to_string(made->key));
  std::copy_n(digest.begin(), made->print.size(), made->print.begin());
  made->make = std::move(make);
  return made;
}

}  // namespace tracseq::sim
