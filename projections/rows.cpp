#include "projections/rows.hpp"

#include <algorithm>

namespace tracseq {

void write_index_changes(index_keys const& before, index_keys const& after, table& rows) {
  auto const has = [](std::vector<index_keys::entry> const& entries, std::string_view key) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](index_keys::entry const& one) { return one.key == key; });
  };
  for (auto const& entry : before.entries())
    if (!has(after.entries(), entry.key)) rows.erase(entry.key);
  for (auto const& entry : after.entries())
    if (std::find(before.entries().begin(), before.entries().end(), entry) ==
        before.entries().end())
      rows.put(entry.key, entry.value);
  auto const change_of = [](index_keys const& keys, std::string_view key) {
    std::int64_t sum = 0;
    for (auto const& [name, of] : keys.counts())
      if (name == key) sum += of;
    return sum;
  };
  for (auto const& [name, of] : before.counts())
    if (change_of(after, name) != change_of(before, name)) rows.count(name, -of);
  for (auto const& [name, of] : after.counts())
    if (change_of(after, name) != change_of(before, name)) rows.count(name, of);
}

std::string encode_count(std::int64_t value) { return codec::encode(value); }

std::int64_t decode_count(std::string_view bytes) { return decode_row<std::int64_t>(bytes); }

std::uint64_t read_count(table_view const& rows, std::string_view key) {
  auto const bytes = rows.get(key);
  return bytes ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, decode_count(*bytes))) : 0;
}

}  // namespace tracseq
