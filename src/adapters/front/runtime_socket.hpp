#pragma once

/// The administration socket of a running HAProxy, and the check of a
/// configuration file by its binary.

#include "base/time.hpp"
#include "ports/done.hpp"
#include "ports/loop.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace baton::front {

inline constexpr std::size_t answer_bytes_max = 4 * 1024 * 1024;
/// HAProxy reads a line of commands into one buffer of 16 KiB.
inline constexpr std::size_t line_bytes_max = 8 * 1024;

class RuntimeSocket {
public:
    virtual ~RuntimeSocket() = default;

    /// Runs the commands in order and answers what they printed. Errors:
    /// unavailable (nobody listens), outcome_unknown.
    virtual void ask(std::vector<std::string> commands, Instant deadline,
                     Done<std::string> done) = 0;

    /// Runs a program to its end: what it printed when it ended with 0, else
    /// `refused` with what it printed. It is killed at `deadline`.
    virtual void run(std::vector<std::string> arguments, std::string directory, Instant deadline,
                     Done<std::string> done) = 0;
};

/// `directory` holds the socket. Destroying it drops what is unanswered.
[[nodiscard]] std::unique_ptr<RuntimeSocket> make_runtime_socket(Loop& loop, void* io_context,
                                                                 std::string directory);

}  // namespace baton::front
