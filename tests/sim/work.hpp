#pragma once
// The commands of a client's wishes, as the HTTP routes make them of what the asked node shows.

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/clients.hpp"

namespace tracseq::sim {

using command_group = result<std::vector<command_request>>;

/// One command of an operation; `step` names the ones before the last of a group.
[[nodiscard]] command_request request_for(operation const& of, outgoing_command command, std::string_view step = {});

[[nodiscard]] command_group registration(operation const& of, std::string const& label, std::string const& name,
                                         uuid const& fresh, partition_id partitions);
[[nodiscard]] command_group movement(process& at, operation const& of, std::string const& thing,
                                     std::optional<uuid> const& to, std::string const& slot);
[[nodiscard]] command_group discarding(process& at, operation const& of, std::string const& tube);
[[nodiscard]] command_group resuming(operation const& of, std::string const& stopped);

}  // namespace tracseq::sim
