#include "node/http/sample_registration.hpp"

#include "actors/barcode.hpp"
#include "actors/command_codec.hpp"
#include "events/barcode_label.hpp"
#include "node/key_store.hpp"

namespace tracseq::http {
namespace {

namespace labels = commands::barcode;

error label_error(error why) {
  if (why.problems.empty()) why.problems.push_back({"/barcode", "invalid_label", why.detail});
  return why;
}

result<std::optional<sealed_text>> sealed(std::string const& donor, services const& at) {
  if (donor.empty()) return std::optional<sealed_text>();
  if (!at.keys)
    return fail(errc::unsupported, "This node keeps no key to seal personal data with; leave donor out.",
                {{"/donor", "unsupported", "cannot be sealed on this node."}});
  auto boxes = at.keys->seal(std::span(&donor, 1));
  if (!boxes) return tl::unexpected(boxes.error());
  return std::optional<sealed_text>(std::move(boxes->front()));
}

result<sample::details> details_of(register_sample const& asked, services const& at) {
  sample::details out;
  out.name = asked.name;
  out.project = asked.project;
  out.submission = asked.submission;
  out.type = asked.type.value_or(sample::sample_type::other);
  out.taxon_id = asked.taxon_id;
  out.organism = asked.organism;
  auto donor = sealed(asked.donor.value_or(""), at);
  if (!donor) return tl::unexpected(donor.error());
  out.donor = *std::move(donor);
  out.collected_at = asked.collected_at;
  out.collected_where = asked.collected_where;
  out.collected_by = asked.collected_by;
  out.concentration_ng_per_ul = asked.concentration_ng_per_ul;
  out.volume_ul = asked.volume_ul;
  out.amount_ng = asked.amount_ng;
  out.requires_temperature = asked.requires_temperature;
  out.notes = asked.notes;
  out.custom = asked.custom;
  return out;
}

std::optional<std::string> text_of(std::optional<std::optional<std::string>> const& given) {
  if (!given) return std::nullopt;
  return given->value_or("");
}

}  // namespace

void with_label(call_ptr c, std::string const& given,
                std::function<void(call_ptr, std::string, bool)> then) {
  if (!given.empty()) {
    auto label = check_label(given);
    if (!label) return refuse(*c, label_error(label.error()));
    return then(std::move(c), *std::move(label), false);
  }
  if (auto const picked = c->picked.label; !picked.empty()) return then(std::move(c), picked, true);
  c->at->labels->next(home_of(*c), [c, then = std::move(then)](result<std::string> label) {
    guarded(c, [&](call_ptr const& one) {
      if (!label) return refuse(*one, label.error());
      one->picked.label = *label;
      then(one, *std::move(label), true);
    });
  });
}

void register_one(call_ptr c, register_sample asked, on_reply then) {
  auto details = details_of(asked, *c->at);
  if (!details) return refuse(*c, details.error());
  auto begin = [asked, details = *std::move(details), then](call_ptr asker) {
    with_label(std::move(asker), asked.barcode,
               [asked, details, then](call_ptr one, std::string label, bool from_series) {
                 auto const label_stream = stream_name(barcode::kind, label);
                 auto const stream =
                     stream_name(sample::kind, picked_id_beside(*one, sample::kind, label_stream));
                 auto made = details;
                 made.barcode = label;
                 std::vector<command_request> group;
                 group.push_back(make_request(
                     *one, asked,
                     make_command(label_stream,
                                  labels::assign{label, stream, made.name, {}, from_series})));
                 group.push_back(make_request(
                     *one, asked,
                     make_command(stream, commands::sample::register_sample{std::move(made), {}})));
                 submit_unshown(std::move(one), std::move(group), then);
               });
  };
  once(std::move(c), std::move(begin), std::move(then));
}

std::optional<sample_row> registered_row(call const& c, write_options const& why,
                                         command_reply const& reply) {
  if (reply.repeated || reply.version != reply.events.size()) return std::nullopt;
  accepted_commit first;
  first.partition = reply.partition;
  first.offset = reply.offset;
  first.commit.stream = reply.stream;
  first.commit.recorded_at = reply.recorded_at;
  first.commit.occurred_at = why.occurred_at;
  first.commit.who = c.who;
  for (auto const& event : reply.events) {
    auto decoded = decode_event(event);
    if (!decoded) return std::nullopt;
    first.events.push_back(*std::move(decoded));
  }
  return row_of_new_sample(first);
}

void relabel_one(call_ptr c, uuid const& id, relabel_sample const& asked, on_reply then) {
  std::optional<std::uint64_t> version;
  if (!read_if_match(*c, version)) return;
  auto const row = samples_query(*c->at->view()).get(id);
  auto const name = row ? row->details.name : std::string();
  auto begin = [id, name, asked, version, then](call_ptr asker) {
    with_label(
        std::move(asker), asked.barcode,
        [id, name, asked, version, then](call_ptr one, std::string label, bool from_series) {
          auto const label_stream = stream_name(barcode::kind, label);
          auto const stream = stream_name(sample::kind, id);
          std::vector<command_request> assign;
          assign.push_back(make_request(*one, asked,
                                        make_command(label_stream, labels::assign{label, stream, name, {},
                                                                                  from_series}),
                                        "assign"));
          auto put_on = [=](call_ptr two, command_reply const& assigned) {
            // Of a repeat the label that the first try made, not the one made now.
            std::string const worn(stream_key(assigned.stream));
            auto request = make_request(*two, asked,
                                        make_command(stream, commands::sample::relabel{worn}));
            request.expected_version = version;
            std::vector<command_request> group;
            group.push_back(std::move(request));
            submit(std::move(two), std::move(group), then,
                   [=](call_ptr three, error const& why) {
                     // It may be on the sample yet; the repeat goes on from here.
                     if (describe(why.code).retryable) return refuse(*three, why);
                     std::vector<command_request> release;
                     release.push_back(make_request(
                         *three, asked,
                         make_command(assigned.stream,
                                      labels::release{worn, stream, {}, {}, false, why.detail}),
                         "release"));
                     submit(
                         three, std::move(release),
                         [why](call_ptr four, command_reply const&) { refuse(*four, why); },
                         [why](call_ptr four, error const&) { refuse(*four, why); });
                   });
          };
          submit(std::move(one), std::move(assign), std::move(put_on));
        });
  };
  once(std::move(c), std::move(begin), std::move(then));
}

result<commands::sample::patch> patch_of(correct_sample const& asked, services const& at) {
  commands::sample::patch out;
  out.name = text_of(asked.name);
  out.project = text_of(asked.project);
  out.submission = text_of(asked.submission);
  out.type = asked.type;
  out.taxon_id = asked.taxon_id;
  out.organism = text_of(asked.organism);
  if (asked.donor) {
    auto donor = sealed(asked.donor->value_or(""), at);
    if (!donor) return tl::unexpected(donor.error());
    out.donor = *std::move(donor);
  }
  out.collected_at = asked.collected_at;
  out.collected_where = text_of(asked.collected_where);
  out.collected_by = text_of(asked.collected_by);
  out.concentration_ng_per_ul = asked.concentration_ng_per_ul;
  out.volume_ul = asked.volume_ul;
  out.amount_ng = asked.amount_ng;
  out.requires_temperature = asked.requires_temperature;
  out.notes = text_of(asked.notes);
  out.custom = asked.custom;
  return out;
}

}  // namespace tracseq::http
