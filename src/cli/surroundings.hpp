#pragma once

/// Everything a command touches outside the process besides the network:
/// streams, terminal, environment, time. Handed in, so that a test decides.

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>

namespace baton::cli {

struct Surroundings {
    std::ostream& out;  ///< Data only.
    std::ostream& err;  ///< Everything else: plans, questions, progress, warnings.
    std::istream& in;
    bool out_is_terminal = false;
    bool in_is_terminal = false;
    bool err_is_terminal = false;
    /// Value of an environment variable; empty when unset.
    std::function<std::string(const std::string&)> environment{};
    /// Waits that long; false as soon as the operator interrupts.
    std::function<bool(Duration)> pause{};
    std::function<bool()> interrupted{};
    /// Gives Ctrl-C back its usual meaning, for a program that runs on.
    std::function<void()> release_interrupts{};
    std::function<Instant()> now{};
    /// For comparing with the clocks of the nodes; milliseconds since 1970.
    std::function<std::int64_t()> wall_milliseconds{};
    std::string user{};  ///< Who asks, as the cluster records it: "user@host".
};

/// Those of this process; from here on Ctrl-C ends waits instead of the process.
[[nodiscard]] Surroundings process_surroundings();

}  // namespace baton::cli
