#pragma once
// Read models over a log in memory, in a directory that goes away with them.

#include <filesystem>
#include <map>

#include "projections/runner.hpp"
#include "tests/projections/laboratory.hpp"
#include "tests/projections/memory_log.hpp"

namespace tracseq::test {

class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(scratch_directory const&) = delete;
  [[nodiscard]] std::string path(std::string const& name = {}) const;

 private:
  std::filesystem::path path_;
};

/// Opens the store in `directory` and a runner on it; throws with the words of the error.
[[nodiscard]] std::unique_ptr<runner> open_models(std::string const& directory,
                                                  projection_list projections = all_projections(),
                                                  partition_id partitions = 4,
                                                  bool read_only = false);
/// Applies what the log holds, in batches of about `batch_bytes`.
void follow(runner& models, event_log& log, std::size_t batch_bytes = 1u << 20);

/// Every row of every table, by "table" and key.
using all_rows = std::map<std::string, std::map<std::string, std::string>>;
[[nodiscard]] all_rows dump(store& rows);
/// Where two stores differ, in words; empty where they do not.
[[nodiscard]] std::string difference(all_rows const& a, all_rows const& b);

}  // namespace tracseq::test
