// Who is let in at the port where nodes meet: real connections, and strangers who say what they like.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>

#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "events/codec.hpp"
#include "node/cluster/links.hpp"
#include "node/cluster/secret.hpp"
#include "node/tls_certificate.hpp"

using namespace tracseq;
using namespace tracseq::cluster;
using std::chrono::milliseconds;
using tcp = boost::asio::ip::tcp;

namespace {

constexpr auto patience = std::chrono::seconds(30);
std::string const our_secret(40, 's');

bool in_time(std::function<bool()> const& holds) {
  auto const until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

identity named(std::string const& name) {
  identity who;
  who.node = name;
  who.boot_id = new_uuid();
  who.partitions = 12;
  return who;
}

struct node {
  identity who;
  std::atomic<int> met = 0;
  std::atomic<int> heard = 0;
  std::atomic<int> lost = 0;
  std::string why_not;  ///< it has others; set before anybody dials
  links of;

  explicit node(std::string const& name, link_options options = {}) : who(named(name)), of(fit(options), us(), told()) {
    REQUIRE(of.start());
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(of.port()); }
  std::string trouble() const {
    auto const all = of.status();
    return all.empty() ? std::string() : all.front().trouble;
  }

 private:
  static link_options fit(link_options options) {
    options.address = "127.0.0.1";
    if (options.secret.empty()) options.secret = our_secret;
    options.redial_min = milliseconds(20);
    options.redial_max = milliseconds(50);
    return options;
  }
  std::function<identity()> us() {
    return [this] { return who; };
  }
  link_events told() {
    link_events all;
    all.refuse = [this](identity const& other) {
      if (other.boot_id == who.boot_id) return std::optional<std::string>("this is the node itself");
      return why_not.empty() ? std::nullopt : std::optional(why_not);
    };
    all.met = [this](identity const&) { ++met; };
    all.up = all.gone = [](identity const&) {};
    all.lost = [this](identity const&) { ++lost; };
    all.frame = [this](identity const&, frame_kind, std::string const&, link_events::reply const&) { ++heard; };
    return all;
  }
};

/// Says frames byte by byte, without a node behind it.
class stranger {
 public:
  void dial(std::uint16_t port, char const* from = "127.0.0.1") {
    prepare(from);
    dial_prepared(port);
  }
  void prepare(char const* from = "127.0.0.1") {
    line_.open(tcp::v4());
    line_.bind({boost::asio::ip::make_address(from), 0});
  }
  void dial_prepared(std::uint16_t port) { line_.connect({boost::asio::ip::make_address("127.0.0.1"), port}); }
  std::uint16_t listen() {
    door_.open(tcp::v4());
    door_.bind({boost::asio::ip::make_address("127.0.0.1"), 0});
    door_.listen();
    return door_.local_endpoint().port();
  }
  void accept() { door_.accept(line_); }
  void say(frame_kind kind, std::string const& body) {
    boost::asio::write(line_, boost::asio::buffer(make_frame(kind, body)));
  }
  /// The next frame; none where the other side has hung up, or says something else.
  std::optional<std::pair<frame_kind, std::string>> hear() {
    std::array<char, frame_head_bytes> bytes{};
    boost::system::error_code problem;
    boost::asio::read(line_, boost::asio::buffer(bytes), problem);
    if (problem) return std::nullopt;
    auto const head = read_frame_head(bytes, frame_bytes_max);
    if (!head) return std::nullopt;
    std::string body(head->length, '\0');
    boost::asio::read(line_, boost::asio::buffer(body), problem);
    if (problem) return std::nullopt;
    return std::pair(head->kind, body);
  }
  /// From now on nothing arrives here, and nobody is told: nothing that is sent is acknowledged.
  void vanish() {
    sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    sock_fprog const program{1, &drop_all};
    REQUIRE(setsockopt(line_.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
  }
  /// As a node that is dialled, until it is one of those that belong here.
  void let_in(std::string const& secret, identity const& who);
  /// Greets, and gives the greeting that comes back.
  welcome greet(identity const& who, std::string const& nonce) {
    say(frame_kind::hello, codec::encode(hello{who, nonce, now()}));
    auto const back = hear();
    REQUIRE(back);
    REQUIRE(back->first == frame_kind::welcome);
    return *codec::decode<welcome>(back->second);
  }

 private:
  boost::asio::io_context io_;
  tcp::socket line_{io_};
  tcp::acceptor door_{io_};
};

/// An address that leads elsewhere: each connection to it to the port that `to` is by then.
class relay {
 public:
  std::atomic<std::uint16_t> to = 0;
  std::atomic<int> passed = 0;  ///< connections

  relay() {
    door_.open(tcp::v4());
    door_.bind({boost::asio::ip::make_address("127.0.0.1"), 0});
    door_.listen();
    accept();
    thread_ = std::jthread([this] { io_.run(); });
  }
  ~relay() { io_.stop(); }
  relay(relay const&) = delete;
  relay& operator=(relay const&) = delete;
  std::string address() const { return "127.0.0.1:" + std::to_string(door_.local_endpoint().port()); }

 private:
  struct ends {
    tcp::socket one;
    tcp::socket other;
  };
  void accept() {
    door_.async_accept([this](boost::system::error_code const& problem, tcp::socket from) {
      if (problem) return;
      auto const both = std::make_shared<ends>(std::move(from), tcp::socket(io_));
      boost::system::error_code failed;
      both->other.connect({boost::asio::ip::make_address("127.0.0.1"), to}, failed);
      if (!failed) {
        ++passed;
        pump(both, both->one, both->other);
        pump(both, both->other, both->one);
      }
      accept();
    });
  }
  void pump(std::shared_ptr<ends> const& both, tcp::socket& from, tcp::socket& into) {
    auto const bytes = std::make_shared<std::array<char, 4096>>();
    from.async_read_some(boost::asio::buffer(*bytes), [=, this, &from, &into](boost::system::error_code problem,
                                                                              std::size_t got) {
      if (!problem) boost::asio::write(into, boost::asio::buffer(*bytes, got), problem);
      if (!problem) return pump(both, from, into);
      boost::system::error_code ignored;
      into.shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  boost::asio::io_context io_;
  tcp::acceptor door_{io_};
  std::jthread thread_;
};

std::string digest(std::string const& secret, std::string const& word, std::string const& dialler_nonce,
                   std::string const& dialled_nonce, identity const& dialler, identity const& dialled) {
  return keyed_digest(secret, word + dialler_nonce + dialled_nonce + codec::encode(dialler) + codec::encode(dialled));
}

void stranger::let_in(std::string const& secret, identity const& who) {
  accept();
  auto const greeting = hear();
  REQUIRE(greeting);
  auto const said = codec::decode<hello>(greeting->second);
  REQUIRE(said);
  auto const nonce = draw_nonce();
  say(frame_kind::welcome,
      codec::encode(welcome{who, nonce, digest(secret, "welcome", said->nonce, nonce, said->who, who), now()}));
  auto const back = hear();
  REQUIRE(back);
  REQUIRE(back->first == frame_kind::proof);
  say(frame_kind::accepted, codec::encode(accepted{}));
}

std::size_t open_sockets() {
  return static_cast<std::size_t>(std::ranges::count_if(
      std::filesystem::directory_iterator("/proc/self/fd"), [](std::filesystem::directory_entry const& one) {
        std::error_code gone;
        return std::filesystem::read_symlink(one.path(), gone).string().starts_with("socket:");
      }));
}

using made_proof = std::function<std::string(welcome const& theirs, identity const& who, std::string const& nonce)>;

/// What a node answers to a proof of our choice.
frame_kind answer_to(node& to, made_proof const& made) {
  stranger one;
  one.dial(to.of.port());
  auto const who = named("stranger");
  auto const nonce = draw_nonce();
  auto const greeted = one.greet(who, nonce);
  one.say(frame_kind::proof, codec::encode(proof{made(greeted, who, nonce)}));
  auto const back = one.hear();
  REQUIRE(back);
  return back->first;
}

struct certificates {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("tracseq-links-" + to_string(new_uuid()));
  ~certificates() { std::filesystem::remove_all(folder); }
  link_options of(std::string const& authority, std::string const& name, std::string const& more = {}) const {
    auto const at = folder / authority;
    auto const command = std::string(TRACSEQ_SOURCE_DIR "/tools/certificates ") + at.string() + " " + name +
                         " --ca-name " + authority + " " + more + " >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT: our own words
    link_options options;
    options.certificate = at / (name + ".crt");
    options.key = at / (name + ".key");
    options.authorities = at / "ca.crt";
    return options;
  }
};

}  // namespace

TEST_CASE("links: two that have the secret meet, and hear each other") {
  node a("a");
  node b("b");
  a.of.dial(b.address());
  b.of.dial(a.address());
  CHECK(in_time([&] { return a.met >= 1 && b.met >= 1 && a.of.send(b.who.boot_id, frame_kind::state, "x"); }));
  CHECK(in_time([&] { return b.heard == 1; }));
  CHECK(a.of.strangers() + b.of.strangers() == 0);
}

TEST_CASE("links: an address at which a node reached itself is dialled again for another node") {
  relay way;
  node a("a");
  node b("b");
  way.to = a.of.port();
  a.of.dial(way.address());
  CHECK(in_time([&] { return way.passed >= 1 && a.of.status().empty(); }));
  b.who.address = way.address();
  way.to = b.of.port();
  b.of.dial(a.address());
  CHECK(in_time([&] { return a.of.send(b.who.boot_id, frame_kind::state, "x"); }));
  // This node itself is no stranger.
  CHECK(a.of.strangers() == 0);
}

TEST_CASE("links: who only repeats a node's own greeting is a stranger like others") {
  node a("a");
  stranger silent;
  a.of.dial("127.0.0.1:" + std::to_string(silent.listen()));
  silent.accept();
  auto const greeting = silent.hear();
  REQUIRE(greeting);
  auto const said = codec::decode<hello>(greeting->second);
  REQUIRE(said);
  silent.say(frame_kind::welcome, codec::encode(welcome{said->who, said->nonce, std::string(32, 'x'), now()}));
  CHECK(in_time([&] { return a.trouble().find("another cluster secret") != std::string::npos; }));
  CHECK_FALSE(a.of.status().front().proved);

  stranger dialling;
  dialling.dial(a.of.port());
  (void)dialling.greet(a.who, draw_nonce());
  dialling.say(frame_kind::proof, codec::encode(proof{std::string(32, 'x')}));
  CHECK(in_time([&] { return a.of.strangers() == 1; }));
}

TEST_CASE("links: a node that is denied is told from a stranger") {
  node a("a");
  node b("b");
  b.why_not = "it is not wanted here";
  a.of.dial(b.address());
  CHECK(in_time([&] { return a.trouble().find("it is not wanted here") != std::string::npos; }));
  CHECK(a.of.status().front().denied);
  CHECK(a.of.status().front().proved);
}

TEST_CASE("links: what a stranger says reaches nobody's eyes, and what a node says does no harm there") {
  auto const words = codec::encode(refused{"\x1b[2Jall is well\n2026-01-01 info forged"});
  node a("a");
  stranger dialling;
  dialling.dial(a.of.port());
  dialling.say(frame_kind::refused, words);
  CHECK(in_time([&] { return a.of.strangers() == 1; }));
  CHECK_MESSAGE(a.of.last_stranger().find("it refused before it said who it is") != std::string::npos,
                a.of.last_stranger());
  stranger greeting;
  greeting.dial(a.of.port());
  (void)greeting.greet(named("stranger"), draw_nonce());
  greeting.say(frame_kind::refused, words);
  CHECK(in_time([&] { return a.of.strangers() == 2; }));
  CHECK_MESSAGE(a.of.last_stranger().find("another cluster secret") != std::string::npos, a.of.last_stranger());
  CHECK(a.of.last_stranger().find("well") == std::string::npos);
  stranger dialled;
  a.of.dial("127.0.0.1:" + std::to_string(dialled.listen()));
  dialled.accept();
  dialled.say(frame_kind::refused, words);
  CHECK(in_time([&] { return a.trouble().find("it refused before it had proved") != std::string::npos; }));
  CHECK(a.trouble().find("well") == std::string::npos);
  // Of another version of the protocol the numbers are told.
  stranger newer;
  node d("d");
  d.of.dial("127.0.0.1:" + std::to_string(newer.listen()));
  newer.accept();
  newer.say(frame_kind::refused,
            codec::encode(refused{"all is well\x1b: the node at x speaks version 1 of the protocol between nodes, and "
                                  "well version 99; upgrade the older one"}));
  CHECK(in_time([&] {
    return d.trouble() == "it refused, because this node speaks version 1 of the protocol between nodes, and it speaks "
                          "version 99; upgrade the older one";
  }));

  node b("b");
  node c("c");
  c.why_not = "\x1b[2Jnot\nwanted \xc2\x9b" + std::string(5'000, '!');
  b.of.dial(c.address());
  CHECK(in_time([&] { return b.trouble().find(" [2Jnot wanted  !") != std::string::npos; }));
  CHECK(b.trouble().size() < 500);
  CHECK(std::ranges::none_of(b.trouble(), [](unsigned char sign) { return sign < 0x20; }));
}

TEST_CASE("links: what is to be dialled is seen at once, and this node's own address not for long") {
  node a("a");
  a.of.dial("127.0.0.1:1");
  auto const at_once = a.of.status();
  REQUIRE(at_once.size() == 1);
  CHECK(at_once.front().address == "127.0.0.1:1");
  CHECK_FALSE(at_once.front().up);
  CHECK(in_time([&] { return !a.trouble().empty(); }));
  a.of.forget("127.0.0.1:1");
  CHECK(in_time([&] { return a.of.status().empty(); }));
  a.of.dial(a.address());
  CHECK(in_time([&] { return a.of.status().empty(); }));
  a.of.dial(a.address());  // as others tell it again and again
  CHECK(a.of.status().empty());
  a.of.dial("127.0.0.1:1");
  CHECK(a.of.status().size() == 1);
}

TEST_CASE("links: who has another secret is refused, dialled or dialling") {
  link_options other;
  other.secret = std::string(40, 'o');
  node a("a");
  node b("b", other);
  a.of.dial(b.address());
  CHECK(in_time([&] { return a.trouble().find("another cluster secret") != std::string::npos; }));
  CHECK(a.of.status().front().denied);
  CHECK_FALSE(a.of.status().front().proved);
  CHECK(a.met + b.met == 0);
  CHECK(in_time([&] { return b.of.strangers() > 0; }));
}

TEST_CASE("links: who dials is let in for the proof of its own side and nothing else") {
  node a("a");
  auto const right = [&](welcome const& theirs, identity const& who, std::string const& nonce) {
    return digest(our_secret, "proof", nonce, theirs.nonce, who, theirs.who);
  };
  CHECK(answer_to(a, right) == frame_kind::accepted);
  CHECK(in_time([&] { return a.met == 1; }));  // it is told behind the answer
  auto const nothing = [](auto const&...) { return std::string(); };
  auto const zeros = [](auto const&...) { return std::string(32, '\0'); };
  auto const sent_back = [](welcome const& theirs, auto const&...) { return theirs.proof; };
  auto const of_another_secret = [](welcome const& theirs, identity const& who, std::string const& nonce) {
    return digest(std::string(40, 'o'), "proof", nonce, theirs.nonce, who, theirs.who);
  };
  auto const of_another_time = [&](welcome const& theirs, identity const& who, std::string const& nonce) {
    return digest(our_secret, "proof", nonce, draw_nonce(), who, theirs.who);
  };
  auto const of_another_node = [&](welcome const& theirs, identity who, std::string const& nonce) {
    who.boot_id = new_uuid();
    return digest(our_secret, "proof", nonce, theirs.nonce, who, theirs.who);
  };
  // Whoever stands between two nodes must not send others elsewhere.
  auto const of_another_address = [&](welcome const& theirs, identity who, std::string const& nonce) {
    who.address = "elsewhere:8090";
    return digest(our_secret, "proof", nonce, theirs.nonce, who, theirs.who);
  };
  CHECK(answer_to(a, nothing) == frame_kind::refused);
  CHECK(answer_to(a, zeros) == frame_kind::refused);
  CHECK(answer_to(a, sent_back) == frame_kind::refused);
  CHECK(answer_to(a, of_another_secret) == frame_kind::refused);
  CHECK(answer_to(a, of_another_time) == frame_kind::refused);
  CHECK(answer_to(a, of_another_node) == frame_kind::refused);
  CHECK(answer_to(a, of_another_address) == frame_kind::refused);
  CHECK(a.met == 1);
  CHECK(in_time([&] { return a.of.strangers() == 7; }));
}

TEST_CASE("links: another version of the protocol is told so before anything else is read") {
  node a("a");
  std::string greeting = codec::encode(hello{named("stranger"), draw_nonce(), now()});
  greeting[0] = static_cast<char>(protocol_version + 1);
  for (auto const& said : {greeting, greeting.substr(0, 4) + "whatever it says", std::string("x")}) {
    stranger one;
    one.dial(a.of.port());
    one.say(frame_kind::hello, said);
    auto const back = one.hear();
    REQUIRE(back);
    CHECK(back->first == frame_kind::refused);
    auto const words = codec::decode<refused>(back->second);
    REQUIRE(words);
    CHECK(words->why.find("of the protocol between nodes, and a version " + std::to_string(protocol_version) +
                          "; upgrade the older one") != std::string::npos);
  }
  CHECK(a.met == 0);
}

TEST_CASE("links: who is dialled has to prove first, and to be heard at all") {
  for (auto const* said : {"", "short", "a proof of thirty-two characters"}) {
    stranger one;
    auto const port = one.listen();
    node a("a");
    a.of.dial("127.0.0.1:" + std::to_string(port));
    one.accept();
    auto const greeting = one.hear();
    REQUIRE(greeting);
    CHECK(greeting->first == frame_kind::hello);
    one.say(frame_kind::welcome, codec::encode(welcome{named("stranger"), draw_nonce(), said, now()}));
    auto const back = one.hear();
    REQUIRE(back);
    // It must not get the proof, which is worth something elsewhere.
    CHECK(back->first == frame_kind::refused);
    CHECK(a.met == 0);
  }
}

TEST_CASE("links: who has not proved is not heard, whatever it sends") {
  node a("a");
  for (auto const kind : {frame_kind::state, frame_kind::forward, frame_kind::answer, frame_kind::ask, frame_kind::told,
                          frame_kind::proof, frame_kind::accepted, frame_kind::welcome}) {
    stranger one;
    one.dial(a.of.port());
    one.say(kind, "x");
    CHECK_FALSE(one.hear());
    stranger other;
    other.dial(a.of.port());
    (void)other.greet(named("stranger"), draw_nonce());
    if (kind == frame_kind::proof) continue;
    other.say(kind, "x");
    CHECK_FALSE(other.hear());
  }
  CHECK(a.heard + a.met == 0);
}

TEST_CASE("links: a line into a hole is over soon, whoever dialled it, and whether anything is said over it") {
  link_options impatient;
  impatient.silence_max = milliseconds(3'000);
  node a("a", impatient);
  auto const who = named("hole");
  stranger dialled;
  a.of.dial("127.0.0.1:" + std::to_string(dialled.listen()));
  dialled.let_in(our_secret, who);
  CHECK(in_time([&] { return a.of.send(who.boot_id, frame_kind::state, "x"); }));
  REQUIRE(dialled.hear());
  dialled.vanish();
  SUBCASE("said into") { CHECK(a.of.send(who.boot_id, frame_kind::state, "x")); }
  SUBCASE("silent") {}
  CHECK(in_time([&] { return a.lost == 1; }));
}

TEST_CASE("links: who dialled and is not there any more takes up no descriptor") {
  link_options impatient;
  impatient.silence_max = milliseconds(3'000);
  node a("a", impatient);
  stranger one;
  one.dial(a.of.port());
  auto const who = named("hole");
  auto const nonce = draw_nonce();
  auto const greeted = one.greet(who, nonce);
  one.say(frame_kind::proof,
          codec::encode(proof{digest(our_secret, "proof", nonce, greeted.nonce, who, greeted.who)}));
  auto const back = one.hear();
  REQUIRE(back);
  REQUIRE(back->first == frame_kind::accepted);
  one.vanish();
  auto const before = open_sockets();
  CHECK(in_time([&] { return open_sockets() < before; }));
}

TEST_CASE("links: strangers who only take up room keep no node out, and nobody who is alone where he comes from") {
  link_options few;
  few.strangers_max = 4;
  few.handshake_timeout = std::chrono::minutes(5);
  node a("a", few);
  stranger slow;
  slow.dial(a.of.port(), "127.0.0.3");
  std::vector<stranger> many(9);
  for (auto& one : many) one.dial(a.of.port(), "127.0.0.2");
  CHECK(in_time([&] { return a.of.strangers() == 6; }));
  node b("b");
  b.of.dial(a.address());
  CHECK(in_time([&] { return a.met == 1 && b.met == 1; }));
  CHECK(a.of.strangers() == 7);
  (void)slow.greet(named("slow"), draw_nonce());
}

TEST_CASE("links: without a descriptor to spare nobody is let in, and nothing turns a processor") {
  node a("a");
  stranger one;
  one.prepare();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  int const lowest_free = dup(0);
  REQUIRE(lowest_free > 0);
  close(lowest_free);
  rlimit const none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  auto const busy_ms = [] {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1'000;
  };
  auto const began = busy_ms();
  one.dial_prepared(a.of.port());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  auto const spent = busy_ms() - began;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(spent < 500);
  (void)one.greet(named("late"), draw_nonce());
}

TEST_CASE("links: a name that is not resolved holds up neither other lines nor the end") {
  struct server {
    std::promise<void> answers;
    std::shared_future<void> answered = answers.get_future().share();
    std::atomic<bool> left = false;
  };
  auto const dead = std::make_shared<server>();
  link_options options;
  options.handshake_timeout = std::chrono::seconds(1);
  options.resolve = [dead](std::string const& host) -> result<std::vector<std::string>> {
    if (host == "quick.test") return std::vector<std::string>{"127.0.0.1"};
    if (host == "none.test") return fail(errc::io_failure, "no such name");
    dead->answered.wait();
    dead->left = true;
    return std::vector<std::string>{"127.0.0.1"};
  };
  node b("b");
  node c("c");
  {
    node a("a", options);
    a.of.dial("slow.test:" + std::to_string(b.of.port()));
    a.of.dial("none.test:1");
    a.of.dial("quick.test:" + std::to_string(b.of.port()));
    a.of.dial(c.address());
    CHECK(in_time([&] { return b.met == 1 && c.met == 1; }));
    auto const says = [&](std::string const& address, std::string const& words) {
      return in_time([&] {
        return std::ranges::any_of(a.of.status(), [&](link_status const& one) {
          return one.address.starts_with(address) && one.trouble.find(words) != std::string::npos;
        });
      });
    };
    CHECK(says("slow.test", "no name server has answered yet"));
    CHECK(says("none.test", "no such name"));
    SUBCASE("nobody waits for it in the end") {}
    SUBCASE("it is used when it comes") {
      dead->answers.set_value();
      CHECK(in_time([&] { return b.met == 2; }));
    }
  }
  // The thread that was left behind finds nobody.
  if (b.met == 1) dead->answers.set_value();
  CHECK(in_time([&] { return dead->left.load(); }));
}

TEST_CASE("links: with certificates only those of the same authority meet") {
  certificates all;
  node a("a", all.of("ours", "a"));
  node b("b", all.of("ours", "b"));
  a.of.dial(b.address());
  CHECK(in_time([&] { return a.met == 1 && b.met == 1; }));

  node c("c", all.of("theirs", "c"));
  c.of.dial(a.address());
  CHECK(in_time([&] { return c.trouble().find("TLS failed") != std::string::npos; }));
  // One that trusts ours and is trusted by nobody.
  auto half = all.of("theirs", "d");
  half.authorities = all.of("ours", "a").authorities;
  node d("d", half);
  d.of.dial(a.address());
  CHECK(in_time([&] { return a.of.strangers() >= 2 && !d.trouble().empty(); }));
  CHECK(a.met == 1);
  CHECK(d.met == 0);
  CHECK(c.met == 0);
}

TEST_CASE("links: a certificate that was renewed is for new connections, and ends none") {
  certificates all;
  auto const ours = all.of("ours", "a", "--days 5");
  node a("a", ours);
  node b("b", all.of("ours", "b"));
  b.of.dial(a.address());
  REQUIRE(in_time([&] { return a.met == 1; }));
  auto const certificate = a.of.certificate();
  REQUIRE(certificate);
  auto const expired = certificate->expires();
  REQUIRE(certificate->warnings().size() == 1);
  CHECK(certificate->warnings().front().find("expires at") != std::string::npos);
  (void)all.of("ours", "a", "--days 100 --renew");
  CHECK(in_time([&] { return certificate->expires().us > expired.us; }));
  CHECK(certificate->warnings().empty());
  CHECK(b.of.send(a.who.boot_id, frame_kind::state, "x"));
  CHECK(in_time([&] { return a.heard == 1; }));
  CHECK(a.met == 1);  // nobody had to dial again
  node c("c", all.of("ours", "c"));
  c.of.dial(a.address());
  CHECK(in_time([&] { return a.met == 2; }));
  // A key that does not belong to it: said, and the one before stays in use.
  auto const used = certificate->expires();
  std::filesystem::copy_file(all.of("ours", "c").key, ours.key, std::filesystem::copy_options::overwrite_existing);
  CHECK(in_time([&] { return certificate->warnings().size() == 1; }));
  CHECK(certificate->warnings().front().find("cluster.tls_key") != std::string::npos);
  CHECK(certificate->expires().us == used.us);
  node d("d", all.of("ours", "d"));
  d.of.dial(a.address());
  CHECK(in_time([&] { return a.met == 3; }));
}

TEST_CASE("links: a stranger is told of for a while, and counted for good") {
  link_options forgetful;
  forgetful.stranger_told_for = milliseconds(200);
  node a("a", forgetful);
  stranger one;
  one.dial(a.of.port());
  one.say(frame_kind::state, "x");
  CHECK(in_time([&] { return a.of.strangers() == 1; }));
  CHECK(in_time([&] { return a.of.last_stranger().empty(); }));
  CHECK(a.of.strangers() == 1);
  node b("b");
  stranger other;
  other.dial(b.of.port());
  other.say(frame_kind::state, "x");
  CHECK(in_time([&] { return b.of.strangers() == 1; }));
  CHECK(b.of.last_stranger().find("it said something else than a node says here") != std::string::npos);
}

TEST_CASE("links: with certificates nobody without one gets a greeting") {
  certificates all;
  node a("a", all.of("ours", "a"));
  auto const bare = "echo | timeout 20 openssl s_client -connect " + a.address() + " >/dev/null 2>&1; true";
  REQUIRE(std::system(bare.c_str()) == 0);  // NOLINT: our own words
  CHECK(in_time([&] { return a.of.strangers() == 1; }));
  CHECK_MESSAGE(a.of.last_stranger().find("TLS failed") != std::string::npos, a.of.last_stranger());
  stranger plain;
  plain.dial(a.of.port());
  plain.say(frame_kind::hello, codec::encode(hello{named("stranger"), draw_nonce(), now()}));
  CHECK_FALSE(plain.hear());
  CHECK(in_time([&] { return a.of.strangers() == 2; }));
}
