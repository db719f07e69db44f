#pragma once
// Answers as JSON text. Include this from .cpp files only.

#include <string>

#include "events/json.hpp"
#include "node/http/schema.hpp"

namespace tracseq::http {

/// `value`, a described struct, as JSON.
template <class T>
[[nodiscard]] std::string to_json(T const& value) {
  // One buffer for each thread keeps its memory from answer to answer.
  thread_local rapidjson::StringBuffer buffer;
  buffer.Clear();
  json_writer writer(buffer);
  tracseq::write_json(writer, value);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tracseq::http
