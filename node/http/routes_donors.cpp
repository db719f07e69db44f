#include "actors/command_codec.hpp"
#include "actors/sample.hpp"
#include "node/http/api.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/router.hpp"
#include "node/http/views.hpp"
#include "node/key_store.hpp"
#include "projections/samples.hpp"

namespace tracseq::http {
namespace {

struct erase_donor : write_options {};
BOOST_DESCRIBE_STRUCT(erase_donor, (write_options), ())

}  // namespace

template <>
inline constexpr auto notes<erase_donor> = std::to_array<note>({reason_needed});

namespace {

void answer_sample(call_ptr const& c, uuid const& id, command_reply const& reply) {
  auto const view = c->at->view();
  auto const row = samples_query(*view).get(id);
  if (!row) return refuse(*c, no_such(sample::kind, to_string(id)));
  answer(*c, to_json(view_of(*row, *view, *c->at)), facts_of(*c, reply));
}

/// The key goes first: an event that says so before would be untrue after a crash between the two, while
/// a key that is gone already is no obstacle to saying it again.
void do_erase_donor(call_ptr c, none, erase_donor asked) {
  auto const view = c->at->view();
  auto const id = find_thing(*view, sample::kind, c->id());
  if (!id) return refuse(*c, id.error());
  auto begin = [asked, id = *id](call_ptr one) {
    on_worker(std::move(one), [asked, id](call_ptr two) {
      auto const row = samples_query(*two->at->view()).get(id);
      if (!row || !row->details.donor)
        return refuse(*two, because(errc::rule_violation, "This sample has no donor that could be erased."));
      if (!two->at->keys)
        return refuse(*two, because(errc::unsupported, "This node keeps no keys of donors, so it cannot erase one."));
      auto const key = row->details.donor->key_id;
      if (auto const erased = two->at->keys->erase(key); !erased) return refuse(*two, erased.error());
      submit(std::move(two), asked,
             make_command(stream_name(sample::kind, id), commands::sample::erase_donor{key}),
             [id](call_ptr done, command_reply const& reply) { answer_sample(done, id, reply); });
    });
  };
  once(std::move(c), std::move(begin),
       [id = *id](call_ptr done, command_reply const& reply) { answer_sample(done, id, reply); });
}

}  // namespace

std::vector<route> donor_routes() {
  return {
      post<sample_view, &do_erase_donor>(
          "/samples/{id}:erase-donor", "erase_donor_of_sample", "sample erase-donor",
          "Delete the key of a sample's donor, so that nobody can read who it was, here and in every other "
          "sample of the same donor",
          errors(errc::not_found, errc::rule_violation, errc::unsupported)),
  };
}

}  // namespace tracseq::http
