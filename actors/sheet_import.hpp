#pragma once
// The import of a sheet: a process manager. Barcodes of all rows are reserved first; if any refuses,
// all are released and the import ends refused, with every row that refused. Once all are reserved the
// import is accepted and only goes forward: each row's barcode is assigned and its sample registered.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/sheet_import.hpp"

namespace tracseq::commands::sheet_import {

/// Rows in one `list_rows`, and commands in one step, at most.
inline constexpr std::uint32_t rows_per_list_max = 500;
/// Bytes of the rows in one `list_rows`, at most: its record stays well under the log's largest.
inline constexpr std::size_t list_bytes_max = 600 * 1024;
/// Rows in an import, at most.
inline constexpr std::uint32_t rows_max = 200'000;
/// What a row takes in a list, rather too many than too few.
[[nodiscard]] std::size_t listed_bytes(tracseq::sheet_import::row const& row) noexcept;

struct start {
  static constexpr std::string_view name = "import.start";
  uuid import_id;  ///< the stream's key
  std::string file_name;
  std::string file_sha256;  ///< 64 hex digits
  std::string file_kind;  ///< csv, xlsx, illumina_v1, illumina_v2
  std::uint32_t rows = 0;  ///< 1 to `rows_max`
  std::string understood;  ///< how the file was read, in words
  friend bool operator==(start const&, start const&) = default;
};
BOOST_DESCRIBE_STRUCT(start, (), (import_id, file_name, file_sha256, file_kind, rows, understood))

/// In order. A chunk that is already listed changes nothing.
struct list_rows {
  static constexpr std::string_view name = "import.list_rows";
  std::uint32_t first = 0;  ///< rows listed before
  std::vector<tracseq::sheet_import::row> rows;  ///< 1 to 500, of `list_bytes_max`, each with its barcode
  friend bool operator==(list_rows const&, list_rows const&) = default;
};
BOOST_DESCRIBE_STRUCT(list_rows, (), (first, rows))

/// All rows are listed: go.
struct seal {
  static constexpr std::string_view name = "import.seal";
  friend bool operator==(seal const&, seal const&) = default;
};
BOOST_DESCRIBE_STRUCT(seal, (), ())

/// Only before it is sealed.
struct abandon {
  static constexpr std::string_view name = "import.abandon";
  std::string why;
  friend bool operator==(abandon const&, abandon const&) = default;
};
BOOST_DESCRIBE_STRUCT(abandon, (), (why))

/// How a step ended. Made by `on_outcome`.
struct record_step {
  static constexpr std::string_view name = "import.record_step";
  std::string step;
  std::uint32_t first = 0;  ///< of the rows the step was for
  std::uint32_t count = 0;
  std::vector<tracseq::sheet_import::row_refusal> refusals;  ///< empty = all accepted
  friend bool operator==(record_step const&, record_step const&) = default;
};
BOOST_DESCRIBE_STRUCT(record_step, (), (step, first, count, refusals))

/// Tries again what parked the import.
struct resume {
  static constexpr std::string_view name = "import.resume";
  friend bool operator==(resume const&, resume const&) = default;
};
BOOST_DESCRIBE_STRUCT(resume, (), ())

using command = std::variant<start, list_rows, seal, abandon, record_step, resume>;

}  // namespace tracseq::commands::sheet_import

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(import_stage, none, listing, reserving, releasing, registering, completed,
                        refused, abandoned)

struct sheet_import_state {
  import_stage stage = import_stage::none;
  uuid import_id;
  std::string file_name;
  std::uint32_t rows_expected = 0;
  instant started_at;
  std::vector<tracseq::sheet_import::row> rows;
  std::vector<std::uint8_t> chunks_done;  ///< of the present stage: 1 where the chunk is done
  std::uint32_t chunks_left = 0;          ///< of the present stage
  std::uint32_t first_open = 0;           ///< no chunk before this one is open
  std::vector<tracseq::sheet_import::row_refusal> refusals;
  bool parked = false;
  std::string parked_why;
  std::uint32_t resumes = 0;
  friend bool operator==(sheet_import_state const&, sheet_import_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(sheet_import_state, (),
                      (stage, import_id, file_name, rows_expected, started_at, rows, chunks_done, chunks_left,
                       first_open, refusals, parked, parked_why, resumes))

/// A process manager; see actors/decider.hpp.
struct sheet_import {
  static constexpr std::string_view kind = tracseq::sheet_import::kind;
  using state = sheet_import_state;
  using command = commands::sheet_import::command;
  using event = tracseq::sheet_import::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
  [[nodiscard]] static std::vector<step> due(state const& seen);
  [[nodiscard]] static command on_outcome(state const& seen, step_outcome const& outcome);
};

}  // namespace tracseq::aggregates
