// Keys of donors between nodes: what one store takes of another, and what it never takes back.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include <doctest/doctest.h>

#include "node/cluster/envelope.hpp"
#include "node/key_store.hpp"

using namespace tracseq;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t record_bytes = 128;
std::string const cluster_key(32, 'c');

struct disks {
  disks() {
    char name[] = "/tmp/tracseq-keys-XXXXXX";
    root = ::mkdtemp(name);
  }
  ~disks() { fs::remove_all(root); }
  [[nodiscard]] std::unique_ptr<key_store> open(std::string const& node,
                                                std::string const& digest_key = cluster_key) const {
    auto opened = key_store::open(root + "/" + node, digest_key);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().detail));
    return *std::move(opened);
  }
  [[nodiscard]] std::string bytes(std::string const& node) const {
    std::ifstream in(root + "/" + node + "/subjects", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string root;
};

sealed_text seal(key_store& keys, std::string const& text) {
  auto const made = keys.seal(std::span(&text, 1));
  REQUIRE(made);
  return made->front();
}

/// What `to` takes of `from`, page by page.
merged_keys pull(key_store& to, key_store const& from, std::size_t most = 3) {
  REQUIRE(to.merge_digest_keys(from.digest_keys()));
  merged_keys all;
  std::optional<uuid> after;
  while (true) {
    auto const page = from.differing(to.sums(), after, most);
    auto const told = to.merge(page);
    REQUIRE(told);
    all.taken += told->taken;
    all.erased += told->erased;
    if (page.size() < most) return all;
    after = page.back().id;
  }
}

/// Until both have the same; false where they never have.
bool converge(key_store& one, key_store& other) {
  for (int i = 0; i < 3 && one.sums() != other.sums(); ++i) {
    pull(one, other);
    pull(other, one);
  }
  return one.sums() == other.sums();
}

}  // namespace

TEST_CASE("a node takes what another has, and seals with the same key") {
  disks const at;
  auto one = at.open("1");
  auto two = at.open("2");
  auto const anna = seal(*one, "Anna");
  CHECK(two->unseal(anna).state == personal_text::unreadable);
  std::vector<std::string> names;
  for (int i = 0; i < 1'000; ++i) names.push_back("Person " + std::to_string(i));
  REQUIRE(one->seal(names));
  CHECK(pull(*two, *one).taken == 1'001);
  CHECK(one->sums() == two->sums());
  CHECK(pull(*two, *one).taken == 0);
  CHECK(two->unseal(anna).text == "Anna");
  CHECK(seal(*two, "Anna") == anna);
  two = at.open("2");
  CHECK(seal(*two, "Anna") == anna);
  CHECK(one->sums() == two->sums());
}

TEST_CASE("what was erased does not come back, whoever still has it") {
  disks const at;
  auto one = at.open("1");
  auto two = at.open("2");
  auto const anna = seal(*one, "Anna");
  pull(*two, *one);
  REQUIRE(one->erase(anna));
  CHECK(pull(*one, *two).taken == 0);
  CHECK(one->unseal(anna).state == personal_text::erased);
  CHECK(pull(*two, *one).erased == 1);
  CHECK(two->unseal(anna).state == personal_text::erased);
  CHECK(converge(*one, *two));
  one = at.open("1");
  CHECK(pull(*one, *two).taken == 0);
  CHECK(one->unseal(anna).state == personal_text::erased);
  CHECK(seal(*one, "Anna").key_id != anna.key_id);
  auto three = at.open("3");
  REQUIRE(three->erase_as_logged(std::vector{key_store::erasure{anna.key_id, now()}}));
  CHECK(three->unseal(anna).state == personal_text::erased);
}

TEST_CASE("two keys of one text: all go on with the elder, and both are erased as one") {
  disks const at;
  auto one = at.open("1");
  auto two = at.open("2");
  auto const elder = seal(*one, "Anna");
  auto const other = seal(*two, "Anna");
  REQUIRE(elder.key_id != other.key_id);
  auto const first = std::min(elder.key_id, other.key_id);
  SUBCASE("both are known where one is erased") {
    CHECK(converge(*one, *two));
    CHECK(seal(*one, "Anna").key_id == first);
    CHECK(seal(*two, "Anna").key_id == first);
    auto const erased = two->erase(elder);
    REQUIRE(erased);
    CHECK(erased->size() == 2);
  }
  SUBCASE("the other is not known yet, and comes later") {
    REQUIRE(one->erase(elder));
    CHECK(pull(*one, *two).taken == 0);
  }
  SUBCASE("the log says so before anything is exchanged but the key itself") {
    pull(*two, *one);
    REQUIRE(two->erase_as_logged(std::vector{key_store::erasure{elder.key_id, now()}}));
  }
  CHECK(converge(*one, *two));
  for (auto const* keys : {&one, &two})
    for (auto const* box : {&elder, &other}) CHECK((*keys)->unseal(*box).state == personal_text::erased);
  CHECK(converge(*one, *two));
}

TEST_CASE("a key that was made behind the erasure stays") {
  disks const at;
  auto one = at.open("1");
  auto two = at.open("2");
  auto const before = seal(*one, "Anna");
  REQUIRE(one->erase(before));
  ::usleep(5'000);
  auto const behind = seal(*two, "Anna");
  CHECK(converge(*one, *two));
  CHECK(one->unseal(behind).text == "Anna");
  CHECK(seal(*one, "Anna").key_id == behind.key_id);
}

TEST_CASE("keys of a node that was alone are found by the others, and digested anew") {
  disks const at;
  auto const anna = seal(*at.open("1", {}), "Anna");
  auto one = at.open("1");
  auto two = at.open("2");
  pull(*two, *one);
  CHECK(seal(*two, "Anna").key_id == anna.key_id);
  CHECK(at.bytes("2").size() == 4 * record_bytes);  // two keys of digests, the key, and once more with the new digest
  CHECK(converge(*one, *two));
  REQUIRE(two->erase(anna));
  CHECK(converge(*one, *two));
  CHECK(one->unseal(anna).state == personal_text::erased);
  two = at.open("2");
  CHECK(two->unseal(anna).state == personal_text::erased);
}

TEST_CASE("a digest of what was erased is kept for a while in a cluster, and then forgotten") {
  disks const at;
  auto one = at.open("1");
  auto const anna = seal(*one, "Anna");
  REQUIRE(one->erase(anna));
  auto const rest = [&] { return at.bytes("1").substr(record_bytes, record_bytes).substr(24); };
  CHECK(rest().substr(0, 32) != std::string(32, '\0'));
  CHECK(rest().substr(40) == std::string(64, '\0'));
  auto const sums = one->sums();
  REQUIRE(one->forget_digests(instant{now().us + 31LL * 24 * 3600 * 1'000'000}));
  CHECK(rest() == std::string(104, '\0'));
  CHECK(one->sums() == sums);
  CHECK(one->unseal(anna).state == personal_text::erased);
}

TEST_CASE("an envelope opens for its purpose and with its secret alone") {
  cluster::envelope const one("a secret of 32 bytes, or of more.", "donor keys");
  cluster::envelope const same("a secret of 32 bytes, or of more.", "donor keys");
  cluster::envelope const other("a secret of 32 bytes, or of more.", "previews");
  auto const closed = one.close("Anna", "take");
  CHECK(closed.find("Anna") == std::string::npos);
  CHECK(closed != one.close("Anna", "take"));
  CHECK(same.open(closed, "take") == "Anna");
  CHECK_FALSE(same.open(closed, "answer"));
  CHECK_FALSE(other.open(closed, "take"));
  auto changed = closed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  CHECK_FALSE(same.open(changed, "take"));
  CHECK_FALSE(same.open(closed.substr(0, 20), "take"));
}
