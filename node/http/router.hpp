#pragma once
// From a path to its row.

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "node/http/route.hpp"

namespace tracseq::http {

inline constexpr std::string_view api_base = "/api/v1";

class router {
 public:
  explicit router(std::span<route const> rows);
  ~router();

  struct match {
    route const* row = nullptr;  ///< null: see the other two
    bool bad_encoding = false;   ///< the path is not valid percent-encoding
    std::string allow;           ///< methods that the path knows, where the asked one is not among them
    std::array<std::string, 2> params;
  };
  /// HEAD finds the row of GET. `path` is percent-encoded. "." and ".." are never resolved.
  [[nodiscard]] match find(method m, std::string_view path) const;

 private:
  struct node;
  std::unique_ptr<node> root_;
};

}  // namespace tracseq::http
