#pragma once
// A sheet as it was uploaded, and all that its preview was made with: another node makes the same of it.

#include <cstdint>
#include <string>

#include <boost/describe.hpp>

namespace tracseq::http {

struct uploaded_sheet {
  std::string preview_id;
  std::string file_name;
  std::string mapping;   ///< corrections, as JSON
  std::int64_t day = 0;  ///< days since 1970-01-01: of the preview
  std::string position;  ///< that was shown where it was made
  std::string bytes;
};
BOOST_DESCRIBE_STRUCT(uploaded_sheet, (), (preview_id, file_name, mapping, day, position, bytes))

}  // namespace tracseq::http
