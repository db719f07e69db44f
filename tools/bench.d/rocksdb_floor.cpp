// The floor of a durable write: single synced RocksDB writes, one behind the other.
//
//   bench_rocksdb_floor DIR --bytes N --count N
//
// Prints one line of JSON: count, p50_us, p99_us.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

int main(int count, char** words) {
  std::size_t bytes = 0;
  std::size_t writes = 0;
  for (int i = 2; i + 1 < count; i += 2) {
    std::string_view const name = words[i];
    auto const number = std::strtoull(words[i + 1], nullptr, 10);
    if (name == "--bytes") bytes = number;
    if (name == "--count") writes = number;
  }
  if (count < 2 || bytes == 0 || writes == 0) {
    std::fputs("usage: bench_rocksdb_floor DIR --bytes N --count N\n", stderr);
    return 2;
  }
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  auto status = rocksdb::DB::Open(options, words[1], &raw);
  std::unique_ptr<rocksdb::DB> const db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::string value(bytes, 'x');
  std::vector<double> took_us;
  for (std::size_t i = 0; i < writes && status.ok(); ++i) {
    char key[24];
    std::snprintf(key, sizeof key, "%016zx", i);
    for (std::size_t at = 0; at < value.size(); at += 8)  // not the same bytes each time
      value[at] = static_cast<char>('a' + (i * 31 + at) % 26);
    auto const began = std::chrono::steady_clock::now();
    status = db->Put(synced, key, value);
    took_us.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
  }
  if (!status.ok()) {
    std::fprintf(stderr, "bench_rocksdb_floor: %s\n", status.ToString().c_str());
    return 1;
  }
  std::sort(took_us.begin(), took_us.end());
  std::printf("{\"count\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", took_us.size(),
              took_us[took_us.size() / 2], took_us[took_us.size() * 99 / 100]);
}
