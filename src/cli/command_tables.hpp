#pragma once

/// The parts of the command table that stand in another file. Private to the
/// table; everybody else asks `commands()`.

#include "cli/commands.hpp"

#include <string>
#include <vector>

namespace baton::cli {

[[nodiscard]] Option node_option(const std::string& help);

[[nodiscard]] std::vector<Command> cluster_diagnosis_commands();
[[nodiscard]] std::vector<Command> scale_commands();
[[nodiscard]] std::vector<Command> node_fencing_commands();
[[nodiscard]] std::vector<Command> node_duty_commands();
[[nodiscard]] std::vector<Command> raft_log_commands();
[[nodiscard]] std::vector<Command> partition_commands();
[[nodiscard]] std::vector<Command> config_commands();
[[nodiscard]] std::vector<Command> tls_commands();
[[nodiscard]] std::vector<Command> access_commands();
[[nodiscard]] std::vector<Command> local_commands();
[[nodiscard]] std::vector<Command> program_commands();

}  // namespace baton::cli
