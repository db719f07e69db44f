#pragma once
// Every message between the runtime's actors, in one list. All are local to the process: a command for
// another node travels as bytes, never as one of these.
//
//   engine  → shard   submit_group, records_read, projections_applied, append_failed, stand_by, take_partition,
//                     drain_shard, bar_shard, log_ends
//   shard   → entity  host_stream, decide_command, settle_group, commit_accepted, resume_process
//   entity  → shard   command_decided, process_waits
//   entity  → itself  step_replied, outcome_replied, effect_performed, retry_commands, retry_outcome
//   shard   → itself  tick

#include <caf/all.hpp>

#include "actors/runtime/shared.hpp"

namespace tracseq::runtime {

struct submit_group { group_ptr group; };
struct records_read { std::shared_ptr<std::vector<read_back>> records; };
struct projections_applied {};
struct append_failed { std::shared_ptr<error const> why; };
struct stand_by { partition_head at; };
struct take_partition {};
struct drain_shard {};
struct bar_shard { std::shared_ptr<error const> why; };
/// The end of the partition's log, as it was when `question` was asked or later.
struct log_ends { std::uint64_t question; std::uint64_t end; };
struct tick {};

struct host_stream { std::string stream; };
struct decide_command { group_ptr group; std::size_t index; };
struct settle_group { group_ptr group; bool keep; };
struct commit_accepted { std::uint64_t version; };
struct resume_process {};
struct command_decided { group_ptr group; std::size_t index; };
/// Nothing of a process is due before `until`; `idle`: nor is anything of it under way.
struct process_waits { std::string stream; std::uint64_t version; instant until; bool idle; };

struct step_replied {
  std::string step;
  std::size_t first;  ///< of the group's commands in the step
  std::size_t count;
  std::shared_ptr<result<command_reply>> reply;
};
struct outcome_replied { std::string step; std::shared_ptr<result<command_reply>> reply; };
struct effect_performed { std::string step; effect_outcome outcome; };
struct retry_commands { std::string step; std::size_t first; std::size_t count; };
struct retry_outcome { std::string step; };

/// For `set_exception_handler`: the actor ends, and the engine says that it is broken.
[[nodiscard]] inline auto broken_by_exception(std::shared_ptr<surroundings> around, std::string actor) {
  return [around = std::move(around), actor = std::move(actor)](std::exception_ptr& caught) -> caf::error {
    try {
      std::rethrow_exception(caught);
    } catch (std::exception const& why) {
      around->broken.write(actor + ": " + why.what());
    } catch (...) {
      around->broken.write(actor + ": something was thrown that says nothing");
    }
    return caf::sec::runtime_error;
  };
}

}  // namespace tracseq::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::submit_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::records_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::projections_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::append_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::stand_by)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::take_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::drain_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::bar_shard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::log_ends)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::host_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::decide_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::settle_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::commit_accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::resume_process)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::command_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::step_replied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::outcome_replied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::effect_performed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::process_waits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::retry_commands)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::retry_outcome)
