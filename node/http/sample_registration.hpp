#pragma once
// Making a sample, and giving it another label.

#include "actors/sample.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "projections/samples.hpp"

namespace tracseq::http {

/// Registers a sample with its label, both in one group; `then` gets the sample's reply, when it is
/// acknowledged: its rows need not be there yet.
void register_one(call_ptr c, register_sample asked, on_reply then);
/// The row of the sample that `reply` registered, from its events; none for a repeat.
[[nodiscard]] std::optional<sample_row> registered_row(call const& c, write_options const& why,
                                                       command_reply const& reply);

/// Assigns the new label and puts it on the sample; takes the label back where that is refused.
void relabel_one(call_ptr c, uuid const& id, relabel_sample const& asked, on_reply then);

/// What a correction changes; `unsupported` for a donor where the node cannot seal.
[[nodiscard]] result<commands::sample::patch> patch_of(correct_sample const& asked, services const& at);

/// Calls `then` with `given` in the form it is stored, or with a fresh label where it is empty.
void with_label(call_ptr c, std::string const& given,
                std::function<void(call_ptr, std::string label, bool from_series)> then);

}  // namespace tracseq::http
