#include "actors/field_checks.hpp"
#include "node/http/bodies.hpp"
#include "node/http/router.hpp"
#include "node/http/sample_resource.hpp"
#include "node/key_store.hpp"

namespace tracseq::http {
namespace {

struct erase_donor : write_options {};
BOOST_DESCRIBE_STRUCT(erase_donor, (write_options), ())

}  // namespace

template <>
inline constexpr auto notes<erase_donor> = std::to_array<note>({reason_needed});

namespace {

/// The key goes first: an event that says so before would be untrue after a crash between the two, while
/// a key that is gone already is no obstacle to saying it again. So all that can refuse is asked before, and
/// once it is gone the event has to come, also where the sample changed in between.
void erase_key_and_say_so(call_ptr c, erase_donor const& asked, uuid const& id, on_reply then) {
  auto const row = samples_query(*c->at->view()).get(id);
  if (!row || !row->details.donor)
    return refuse(*c, because(errc::rule_violation, "This sample has no donor that could be erased."));
  if (!c->at->keys)
    return refuse(*c, because(errc::unsupported, "This node keeps no keys of donors, so it cannot erase one."));
  if (!matches_version(*c, row->version)) return;
  if (auto const fine = require_reason(asked.reason.value_or(""), "to erase a donor"); !fine)
    return refuse(*c, fine.error());
  auto const key = row->details.donor->key_id;
  auto const erased = c->at->keys->erase(*row->details.donor);
  if (!erased) return refuse(*c, erased.error());
  auto say_so = [c, asked, id, key, then = std::move(then)] {
    guarded(c, [&](call_ptr const& one) {
      std::vector<command_request> group;
      auto command = make_command(stream_name(sample::kind, id), commands::sample::erase_donor{key});
      group.push_back(make_request(*one, asked, std::move(command)));
      submit(one, std::move(group), then);
    });
  };
  // Who does not answer in time, or is away, reads it in the log.
  if (c->at->tell_erased) return c->at->tell_erased(*erased, std::move(say_so));
  say_so();
}

void do_erase_donor(call_ptr c, none, erase_donor asked) {
  with_thing<sample_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    on_reply const show = [id](call_ptr const& done, command_reply const& reply) {
      sample_resource::show(done, id, facts_of(*done, reply));
    };
    auto begin = [asked, id, show](call_ptr one) {
      on_worker(std::move(one), [asked, id, show](call_ptr two) {
        erase_key_and_say_so(std::move(two), asked, id, show);
      });
    };
    once(std::move(asker), std::move(begin), show);
  });
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
