#pragma once

/// What the cluster file declares for the cluster as a whole, as the log keeps it.

#include "base/time.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace baton::cluster {

/// The operator's program that cuts a node off for certain: a power switch, a
/// virtual machine's host, a cloud's interface. When it ends with code 0, no server of that
/// node acknowledges anything any more, until the node's guard has started anew.
/// It may be run again at any time, also for a node that is off.
struct FencingCommand {
    std::vector<std::string> words;               ///< argv; [0] an absolute path; empty: none.
    Duration timeout = std::chrono::seconds{30};  ///< Then it is killed, with its descendants.

    friend bool operator==(const FencingCommand&, const FencingCommand&) = default;
};

struct Settings {
    /// Fixed at bootstrap: with two lengths of lease in one cluster, waiting proves nothing.
    Duration lease = std::chrono::milliseconds{750};
    FencingCommand fencing;

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace baton::cluster
