// Words of others where people read them: no control character gets there.

#include <doctest/doctest.h>

#include "node/cli/table.hpp"
#include "node/log.hpp"
#include "node/plain_words.hpp"

using namespace tracseq;

TEST_CASE("words of others stay on one line and paint nothing") {
  CHECK(plain_words("a\nb\tc\rd") == "a b c d");
  CHECK(plain_words("\x1b[31mred\x7f") == " [31mred ");
  CHECK(plain_words("\xc2\x9b" "31m, \xc2\xb5l of \xc3\xa9, \xc3\x9b") == " 31m, \xc2\xb5l of \xc3\xa9, \xc3\x9b");
  CHECK(plain_words(std::string_view("\0", 1)) == " ");
  CHECK(cli::cell_text(http::json_value(std::string("\x1b[2Jgone\n"))) == " [2Jgone ");
  auto const line = log::text_line("warn", "it said \x1b[2J\n2026 forged", {{"node", "a\nb"}});
  CHECK(line.ends_with(" warn it said  [2J 2026 forged  node=a b"));
}
