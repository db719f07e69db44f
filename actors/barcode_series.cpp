#include "actors/barcode_series.hpp"

#include <limits>

#include "actors/field_checks.hpp"

namespace tracseq::aggregates {
namespace {

constexpr std::uint32_t block_max = 100'000;
constexpr std::uint32_t number_max = 999'999'999;  ///< what a label of our shape can carry

}  // namespace

result<std::vector<barcode_series::event>> barcode_series::decide(state const& seen,
                                                                  command const& asked,
                                                                  command_context const&) {
  auto const& c = std::get<commands::barcode_series::reserve_block>(asked);
  field_checks checks;
  checks.line("purpose", c.purpose);
  if (c.count == 0 || c.count > block_max)
    checks.add("count", "out_of_range",
               "1 to 100,000 labels can be reserved at once; " + std::to_string(c.count) +
                   " were asked for.");
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  if (seen.next > number_max - c.count)
    return fail(errc::rule_violation, "The year's series of labels is used up.");
  return std::vector<event>{tracseq::barcode_series::block_reserved{seen.next, c.count, c.purpose}};
}

barcode_series_state barcode_series::evolve(state now, event const& happened) {
  auto const& block = std::get<tracseq::barcode_series::block_reserved>(happened);
  now.next = block.first + block.count;
  return now;
}

}  // namespace tracseq::aggregates
