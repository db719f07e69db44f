// Who is let in at the port where nodes meet: real connections, and strangers who say what they like.

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "events/codec.hpp"
#include "node/cluster/links.hpp"
#include "node/cluster/secret.hpp"

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
    all.refuse = [](identity const&) { return std::optional<std::string>(); };
    all.met = [this](identity const&) { ++met; };
    all.up = all.lost = all.gone = [](identity const&) {};
    all.frame = [this](identity const&, frame_kind, std::string const&, link_events::reply const&) { ++heard; };
    return all;
  }
};

/// Says frames byte by byte, without a node behind it.
class stranger {
 public:
  void dial(std::uint16_t port) { line_.connect({boost::asio::ip::make_address("127.0.0.1"), port}); }
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

std::string digest(std::string const& secret, std::string const& word, std::string const& dialler_nonce,
                   std::string const& dialled_nonce, identity const& dialler, identity const& dialled) {
  return keyed_digest(secret, word + dialler_nonce + dialled_nonce + codec::encode(dialler) + codec::encode(dialled));
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
  link_options of(std::string const& authority, std::string const& name) const {
    auto const at = folder / authority;
    auto const command = std::string(TRACSEQ_SOURCE_DIR "/tools/certificates ") + at.string() + " " + name +
                         " --ca-name " + authority + " >/dev/null 2>&1";
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

TEST_CASE("links: what was dialled is known before anybody is asked who is fit") {
  node here("node-1");
  stranger there;  // listens, and says nothing
  auto const address = "127.0.0.1:" + std::to_string(there.listen());
  for (int i = 0; i < 200; ++i) {
    here.of.dial(address);
    here.of.settle();
    REQUIRE(here.of.status().size() == 1);
    CHECK(here.of.status().front().address == address);
    here.of.forget(address);
    here.of.settle();
    REQUIRE(here.of.status().empty());
  }
}

TEST_CASE("links: who has another secret is refused, dialled or dialling") {
  link_options other;
  other.secret = std::string(40, 'o');
  node a("a");
  node b("b", other);
  a.of.dial(b.address());
  CHECK(in_time([&] { return a.trouble().find("another cluster secret") != std::string::npos; }));
  CHECK(a.of.status().front().denied);
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
  greeting[0] = 2;
  for (auto const& said : {greeting, greeting.substr(0, 4) + "whatever it says", std::string("x")}) {
    stranger one;
    one.dial(a.of.port());
    one.say(frame_kind::hello, said);
    auto const back = one.hear();
    REQUIRE(back);
    CHECK(back->first == frame_kind::refused);
    auto const words = codec::decode<refused>(back->second);
    REQUIRE(words);
    CHECK(words->why.find("of the protocol between nodes, and a version 1; upgrade the older one") != std::string::npos);
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
