#pragma once
// Schemas of the OpenAPI document.

#include <map>
#include <string>

#include "node/http/json_value.hpp"
#include "node/http/schema.hpp"

namespace tracseq::http {

/// Collects the objects it meets, so that each becomes one component.
class schema_writer {
 public:
  /// The schema of `type`: a reference for objects, the thing itself for others. `answers`: every field
  /// that is always written is required, as clients of an answer see it.
  [[nodiscard]] json_value ref(schema const& type, note const* about, bool answers);
  [[nodiscard]] json_object take_components();

 private:
  [[nodiscard]] json_value object(schema const& type, bool answers);
  std::map<std::string, json_value> components_;
};

}  // namespace tracseq::http
