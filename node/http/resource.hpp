#pragma once
// What the routes of one kind of thing have in common. A resource says how its things are found and shown:
//
//   struct sample_resource {
//     using command = commands::sample::command;
//     using view = sample_view;
//     static constexpr std::string_view kind = sample::kind;      // of its streams
//     static constexpr std::string_view path = "/samples", noun = "sample", cli = "sample";
//     static result<uuid> find(read_view const&, std::string_view what_a_person_typed);
//     static void show(call_ptr const&, uuid const&, answer_facts);
//   };
//
// Its verbs need no more than their command. A command that has a `summary` is one: it asks one thing for
// something and needs its own fields alone. From
//
//   struct hold {
//     static constexpr std::string_view name = "sample.hold";
//     static constexpr std::string_view summary = "Put a sample on hold";
//     std::string reason;
//   };
//
// come POST /api/v1/samples/{id}:hold, the checks of its body, its place in the OpenAPI document, and
// `tracseq sample hold --reason …`. Include this from .cpp files only.

#include <algorithm>
#include <string>

#include "actors/command_codec.hpp"
#include "node/http/commands.hpp"
#include "node/http/history.hpp"
#include "node/http/route.hpp"
#include "node/http/views.hpp"

namespace tracseq::http {

inline constexpr auto missing = errors(errc::not_found);
inline constexpr auto ruled = errors(errc::not_found, errc::rule_violation);

/// Runs `then` with the thing's id; refuses where there is none.
template <class Resource, class Then>
void with_thing(call_ptr c, Then then) {
  auto const view = c->at->view();
  auto const id = Resource::find(*view, c->id());
  if (!id) return refuse(*c, id.error());
  then(std::move(c), *id);
}

/// A command on the thing's own stream, answered with the thing.
template <class Resource, class Command>
void command_thing(call_ptr c, write_options const& why, Command const& command) {
  with_thing<Resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    submit(std::move(asker), why, make_command(stream_name(Resource::kind, id), command),
           [id](call_ptr done, command_reply const& reply) {
             Resource::show(done, id, facts_of(*done, reply));
           });
  });
}

template <class Resource>
void thing_history(call_ptr c, history_query asked, none) {
  when_readable(std::move(c), [asked](call_ptr asker) {
    with_thing<Resource>(std::move(asker), [&](call_ptr one, uuid const& id) {
      answer_history(std::move(one), stream_name(Resource::kind, id), asked);
    });
  });
}

// ---- verbs -------------------------------------------------------------------------------------

template <class Command>
concept is_verb = requires { std::string_view(Command::summary); };

/// The body of a verb: the command's own fields, and what every write takes.
template <is_verb Command>
struct verb : Command, write_options {
  [[nodiscard]] static std::string component() {
    std::string name(Command::name);
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
  }
  BOOST_DESCRIBE_CLASS(verb, (Command, write_options), (), (), ())
};

template <class Resource, class Command>
void give_verb(call_ptr c, none, verb<Command> asked) {
  command_thing<Resource>(std::move(c), asked, static_cast<Command const&>(asked));
}

template <class Resource, is_verb Command>
[[nodiscard]] route verb_route() {
  static std::string const name(Command::name.substr(Command::name.find('.') + 1));
  static std::string const dashed = [] {
    auto out = name;
    std::replace(out.begin(), out.end(), '_', '-');
    return out;
  }();
  static std::string const path = std::string(Resource::path) + "/{id}:" + dashed;
  // "hold_sample", and where the verb is more than a word "end_hold_of_sample".
  static std::string const operation =
      name + (name.find('_') == name.npos ? "_" : "_of_") + std::string(Resource::noun);
  static std::string const cli = std::string(Resource::cli) + " " + dashed;
  return post<typename Resource::view, &give_verb<Resource, Command>>(path, operation, cli,
                                                                      Command::summary, ruled);
}

/// `own`, and a route for each verb of the resource.
template <class Resource>
[[nodiscard]] std::vector<route> with_verbs(std::vector<route> own) {
  using all = boost::mp11::mp_transform<boost::mp11::mp_identity, typename Resource::command>;
  boost::mp11::mp_for_each<all>([&](auto identity) {
    using command = typename decltype(identity)::type;
    if constexpr (is_verb<command>) own.push_back(verb_route<Resource, command>());
  });
  return own;
}

}  // namespace tracseq::http
