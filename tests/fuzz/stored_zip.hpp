#pragma once
// A zip archive without compression, so that a fuzzer's bytes reach the XML reader unchanged.

#include <zlib.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tracseq::fuzz {

inline void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

/// Local headers with their content, then the central directory (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16).
inline std::string stored_zip(std::map<std::string, std::string> const& entries) {
  std::string out;
  std::string directory;
  for (auto const& [name, content] : entries) {
    auto const offset = out.size();
    auto const crc = crc32(0, reinterpret_cast<Bytef const*>(content.data()),
                           static_cast<uInt>(content.size()));
    std::string common;
    put(common, 20, 2);  // version needed
    common.append(8, '\0');  // flags, stored, time, date
    put(common, crc, 4);
    put(common, content.size(), 4);
    put(common, content.size(), 4);
    put(common, name.size(), 2);
    put(common, 0, 2);  // extra field
    out += "PK\x03\x04" + common + name + content;
    directory += "PK\x01\x02";
    put(directory, 20, 2);  // version made by
    directory += common;
    directory.append(10, '\0');  // comment, disk, attributes
    put(directory, offset, 4);
    directory += name;
  }
  auto const at = out.size();
  out += directory + "PK\x05\x06";
  put(out, 0, 4);
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace tracseq::fuzz
