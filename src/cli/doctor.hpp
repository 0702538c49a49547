#pragma once

/// The checks of `baton doctor`. Each has a stable id, so that an alert or a
/// runbook can name it; ids are never reused.

#include "cli/session.hpp"
#include "config/cluster_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace baton::cli {

enum class Severity {
    fine,
    warning,  ///< Works today.
    error,    ///< Will hurt when something fails.
    skipped,  ///< Could not be judged; `evidence` says why.
};

struct Finding {
    std::string id{};     ///< "BTN-D001".
    std::string title{};  ///< What is checked, as a statement that should hold.
    Severity severity = Severity::fine;
    std::string evidence{};  ///< What was seen.
    std::string why{};       ///< Why it matters.
    std::string fix{};       ///< What to do; a command where there is one.
};

/// What the checks look at. Null or empty where it could not be had.
struct Patient {
    std::optional<config::ClusterFile> file;
    std::string file_problem;
    Json cluster;  ///< /v1/cluster of the best agent.
    std::string cluster_problem;
    /// A node's clock as seen from here.
    struct Clock {
        std::int64_t ahead_milliseconds = 0;  ///< Of this machine's clock.
        std::int64_t doubt_milliseconds = 0;  ///< Half the time the question took.
    };
    struct Node {
        Agent agent;
        Json detailed;  ///< /health/detailed.
        std::string problem;
        std::optional<Clock> clock;  ///< Empty: it did not tell.
    };
    std::vector<Node> nodes;
    std::string node;  ///< This machine's node; empty: none of them.
};

/// Checks of the cluster, from what the agents say.
void check_cluster(const Patient& patient, std::vector<Finding>& findings);
/// Checks of this machine.
void check_machine(const Patient& patient, std::vector<Finding>& findings);

}  // namespace baton::cli
