// A store keeps the rows of each projection under its version. Rows of another shape under the same version
// would be read as garbage by the next build, or lack what a new member says, so their shape is pinned here.

#include <set>

#include <doctest/doctest.h>

#include "events/hash.hpp"
#include "projections/activity.hpp"
#include "projections/barcodes.hpp"
#include "projections/imports.hpp"
#include "projections/inbox.hpp"
#include "projections/relocations.hpp"
#include "projections/rows.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/search.hpp"
#include "projections/storage.hpp"

using namespace tracseq;

namespace {

template <class T>
struct shape {
  static std::string words() {
    if constexpr (std::is_enum_v<T>) {
      std::string out = "word of";
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto const& one) {
        out.append(" ").append(one.name).append("=").append(std::to_string(static_cast<long>(one.value)));
      });
      return out;
    } else if constexpr (std::is_same_v<T, bool>) {
      return "yes or no";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return (std::is_floating_point_v<T> ? "f" : std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T));
    } else {
      static_assert(codec::described<T>, "say what shape this type has");
      std::string out = "{";
      boost::mp11::mp_for_each<boost::describe::describe_members<T, codec::every_member>>([&](auto member) {
        using type = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
        out.append(member.name).append(": ").append(shape<type>::words()).append("; ");
      });
      return out + "}";
    }
  }
};
template <>
struct shape<std::string> {
  static std::string words() { return "text"; }
};
template <>
struct shape<uuid> {
  static std::string words() { return "id"; }
};
template <>
struct shape<instant> {
  static std::string words() { return "moment"; }
};
template <class T>
struct shape<std::optional<T>> {
  static std::string words() { return "perhaps " + shape<T>::words(); }
};
template <class T>
struct shape<nullable<T>> : shape<std::optional<T>> {};
template <class T>
struct shape<std::vector<T>> {
  static std::string words() { return "list of " + shape<T>::words(); }
};
template <class K, class V>
struct shape<std::map<K, V>> {
  static std::string words() { return "from " + shape<K>::words() + " to " + shape<V>::words(); }
};

struct was {
  uuid id;
  std::optional<instant> at;
};
BOOST_DESCRIBE_STRUCT(was, (), (id, at))
struct longer : was {
  std::string by;
};
BOOST_DESCRIBE_STRUCT(longer, (was), (by))
struct wider {
  uuid id;
  std::vector<instant> at;
};
BOOST_DESCRIBE_STRUCT(wider, (), (id, at))

struct pinned {
  std::string projection;
  std::uint32_t version_now;
  std::string shape_now;
  std::uint32_t version;
  std::string shape;
};

template <class Projection, class... Rows>
pinned pin(std::uint32_t version, std::string shape_then) {
  Projection const model;
  auto const now = (std::string() + ... + shape<Rows>::words());
  return {std::string(model.name()), model.version(), to_hex(sha256(now)).substr(0, 12), version, std::move(shape_then)};
}

std::vector<pinned> pins() {
  return {
      pin<samples_projection, sample_row>(2, "33b7f3747dbd"),
      pin<storage_projection, unit_row, slot_row, departure_row>(2, "aa185a2589dc"),
      pin<runs_projection, run_row>(2, "e3bcaa85fe25"),
      pin<barcodes_projection, barcode_row, series_row>(1, "3f55b5d8a3e8"),
      pin<search_projection, search_row>(2, "25919ac2d114"),
      pin<imports_projection, import_row>(1, "e14520eba788"),
      pin<relocations_projection, relocation_row>(3, "2fbd064596eb"),
      pin<inbox_projection, rule_row, delivery_row>(1, "668e3b068ad0"),
      pin<activity_projection, ring_head, activity_ref>(1, "f768b3b36be4"),
  };
}

}  // namespace

TEST_CASE("a shape is the names and types of all members") {
  CHECK(shape<was>::words() == "{id: id; at: perhaps moment; }");
  CHECK(shape<longer>::words() == "{id: id; at: perhaps moment; by: text; }");
  CHECK(shape<wider>::words() == "{id: id; at: list of moment; }");
  CHECK(shape<std::vector<label_state>>::words() == "list of word of reserved=0 assigned=1");
}

TEST_CASE("rows of another shape have another version") {
  for (auto const& one : pins()) {
    INFO("The projection \"", one.projection, "\" has version ", one.version_now, " and rows of the shape ", one.shape_now,
         "; pinned here are version ", one.version, " and ", one.shape, ".");
    if (one.version_now == one.version)
      CHECK_MESSAGE(one.shape_now == one.shape, "Its rows changed: raise its version by one (projections/", one.projection,
                    ".hpp names it), so that they are computed anew, and pin (", one.version + 1, ", \"", one.shape_now,
                    "\") here.");
    else
      CHECK_MESSAGE(false, "Its version was raised: pin (", one.version_now, ", \"", one.shape_now, "\") here.");
  }
}

TEST_CASE("the rows of every projection are pinned") {
  // These two write their bytes by hand, for every commit.
  std::set<std::string> known{"journal", "command_ids"};
  for (auto const& one : pins()) known.insert(one.projection);
  for (auto const& model : all_projections()) {
    std::string const name(model->name());
    CHECK_MESSAGE(known.contains(name), name, " is not: add a line to pins().");
  }
}
