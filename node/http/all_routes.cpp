#include "node/http/route.hpp"

namespace tracseq::http {
namespace {

void append(std::vector<route>& all, std::vector<route> some, std::string_view tag) {
  for (auto& row : some) {
    row.tag = tag;
    all.push_back(row);
  }
}

}  // namespace

std::span<route const> all_routes() {
  static std::vector<route> const table = [] {
    std::vector<route> all;
    append(all, sample_routes(), "samples");
    append(all, donor_routes(), "samples");
    append(all, storage_routes(), "storage");
    append(all, run_routes(), "runs");
    append(all, barcode_routes(), "labels");
    append(all, import_routes(), "imports");
    append(all, process_routes(), "processes");
    append(all, notification_routes(), "notifications");
    append(all, event_routes(), "events");
    append(all, system_routes(), "system");
    return all;
  }();
  return table;
}

}  // namespace tracseq::http
