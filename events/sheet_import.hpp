#pragma once
// An import's facts: a process manager's stream. Streams `import/<uuid>`. Type ids 500–599.
//
//   started → rows_listed* → sealed → (barcodes_reserved | rows_refused)*
//     → accepted → rows_registered* → completed
//     ↘ refused → barcodes_released* → reservations_released
// `accepted` is the point of no return: before it everything can be released, behind it the import
// only goes forward.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/sample.hpp"

namespace tracseq::sheet_import {

inline constexpr std::string_view kind = "import";

struct started {
  static constexpr event_type type{500, 1, "import_started"};
  uuid import_id;  ///< the stream's key
  std::string file_name;
  std::string file_sha256;  ///< 64 hex digits
  std::string file_kind;    ///< csv, xlsx, illumina_v1, illumina_v2
  std::uint32_t rows = 0;
  std::string understood;  ///< how the file was read, in words
  instant started_at;      ///< the node's clock; its rows have to be listed soon after
  [[nodiscard]] std::string words() const;
  friend bool operator==(started const&, started const&) = default;
};
BOOST_DESCRIBE_STRUCT(started, (),
                      (import_id, file_name, file_sha256, file_kind, rows, understood, started_at))

struct row {
  std::uint32_t source_row = 0;  ///< in the file, from 1
  uuid sample_id;  ///< in the partition of the barcode's stream
  bool label_made = false;  ///< TracSeq made the label; otherwise it stood in the file
  sample::details details;
  friend bool operator==(row const&, row const&) = default;
};
BOOST_DESCRIBE_STRUCT(row, (), (source_row, sample_id, label_made, details))

struct rows_listed {
  static constexpr event_type type{501, 1, "import_rows_listed"};
  std::uint32_t first = 0;  ///< index of rows[0] in the import, from 0
  std::vector<row> rows;
  [[nodiscard]] std::string words() const;
  friend bool operator==(rows_listed const&, rows_listed const&) = default;
};
BOOST_DESCRIBE_STRUCT(rows_listed, (), (first, rows))

/// All rows are listed; from here the import goes on by itself.
struct sealed {
  static constexpr event_type type{510, 1, "import_sealed"};
  std::uint32_t rows = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(sealed const&, sealed const&) = default;
};
BOOST_DESCRIBE_STRUCT(sealed, (), (rows))

/// Given up before it was sealed: nothing was reserved.
struct abandoned {
  static constexpr event_type type{511, 1, "import_abandoned"};
  static constexpr bool ends_process = true;
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(abandoned const&, abandoned const&) = default;
};
BOOST_DESCRIBE_STRUCT(abandoned, (), (why))

struct barcodes_reserved {
  static constexpr event_type type{502, 1, "import_barcodes_reserved"};
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(barcodes_reserved const&, barcodes_reserved const&) = default;
};
BOOST_DESCRIBE_STRUCT(barcodes_reserved, (), (first, count))

struct row_refusal {
  std::uint32_t source_row = 0;
  std::string barcode;
  std::string why;
  friend bool operator==(row_refusal const&, row_refusal const&) = default;
};
BOOST_DESCRIBE_STRUCT(row_refusal, (), (source_row, barcode, why))

/// Of rows `first` … `first + count - 1`, these could not be reserved; the others were.
struct rows_refused {
  static constexpr event_type type{512, 1, "import_rows_refused"};
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::vector<row_refusal> rows;
  [[nodiscard]] std::string words() const;
  friend bool operator==(rows_refused const&, rows_refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(rows_refused, (), (first, count, rows))

/// Every row was asked and some refused: what was reserved is being released.
struct refused {
  static constexpr event_type type{503, 1, "import_refused"};
  std::vector<row_refusal> rows;
  [[nodiscard]] std::string words() const;
  friend bool operator==(refused const&, refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(refused, (), (rows))

struct barcodes_released {
  static constexpr event_type type{513, 1, "import_barcodes_released"};
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(barcodes_released const&, barcodes_released const&) = default;
};
BOOST_DESCRIBE_STRUCT(barcodes_released, (), (first, count))

struct reservations_released {
  static constexpr event_type type{504, 1, "import_reservations_released"};
  static constexpr bool ends_process = true;
  [[nodiscard]] std::string words() const;
  friend bool operator==(reservations_released const&, reservations_released const&) = default;
};
BOOST_DESCRIBE_STRUCT(reservations_released, (), ())

struct accepted {
  static constexpr event_type type{505, 1, "import_accepted"};
  std::uint32_t rows = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(accepted const&, accepted const&) = default;
};
BOOST_DESCRIBE_STRUCT(accepted, (), (rows))

struct rows_registered {
  static constexpr event_type type{506, 1, "import_rows_registered"};
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(rows_registered const&, rows_registered const&) = default;
};
BOOST_DESCRIBE_STRUCT(rows_registered, (), (first, count))

struct completed {
  static constexpr event_type type{507, 1, "import_completed"};
  static constexpr bool ends_process = true;
  std::uint32_t rows = 0;
  [[nodiscard]] std::string words() const;
  friend bool operator==(completed const&, completed const&) = default;
};
BOOST_DESCRIBE_STRUCT(completed, (), (rows))

/// Neither forward nor back works: an operator has to look.
struct parked {
  static constexpr event_type type{508, 1, "import_parked"};
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(parked const&, parked const&) = default;
};
BOOST_DESCRIBE_STRUCT(parked, (), (why))

struct resumed {
  static constexpr event_type type{509, 1, "import_resumed"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(resumed const&, resumed const&) = default;
};
BOOST_DESCRIBE_STRUCT(resumed, (), ())

using event = std::variant<started, rows_listed, sealed, abandoned, barcodes_reserved, rows_refused,
                           refused, barcodes_released, reservations_released, accepted,
                           rows_registered, completed, parked, resumed>;

}  // namespace tracseq::sheet_import
