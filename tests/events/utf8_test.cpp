#include <doctest/doctest.h>

#include "events/utf8.hpp"

using namespace tracseq;

TEST_CASE("characters are counted, not bytes") {
  CHECK(characters("") == 0);
  CHECK(characters("A1") == 2);
  CHECK(characters("5 µl") == 4);
  CHECK(characters("20 € für 肝臓") == 11);
  CHECK(characters("𝛼-🧬") == 3);
  CHECK(characters("e\u0301") == 2);  // an accent of its own is a character
}
