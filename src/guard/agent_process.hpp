#pragma once

/// The guard's only child that is not a keeper: the agent. Starts it, starts it
/// again when it died, and is the guard's end of the conversation with it.
/// Orders of an agent end with that agent: nothing is kept for the next one.

#include "guard/guard.hpp"
#include "guard/protocol.hpp"
#include "guard/restarts.hpp"

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace baton::guard {

/// With this code an agent says that its configuration is bad: starting it
/// again would change nothing.
inline constexpr int exit_bad_configuration = 2;

class AgentProcess {
public:
    AgentProcess(const Options& options, int memory, int oom_score);

    /// Starts the agent if it is due, kills one that overstays.
    void turn(std::int64_t now);
    /// When `turn` has something to do next; INT64_MAX: nothing planned.
    [[nodiscard]] std::int64_t next_turn() const;

    /// No new start; SIGTERM now and SIGKILL at `deadline`.
    void end(std::int64_t deadline);
    /// SIGTERM now and SIGKILL at `deadline`; the next agent starts when it ended.
    void renew(std::int64_t deadline);
    /// Tells the agent's end, reaped by the caller.
    void ended(int status, std::int64_t now);

    [[nodiscard]] pid_t pid() const { return pid_; }      ///< 0: none runs.
    [[nodiscard]] int socket() const { return socket_; }  ///< -1: none.

    /// One datagram, into `buffer`; empty if there is none. Closes the socket at
    /// its end: an agent that hangs up has a second left to exit.
    [[nodiscard]] std::span<const char> receive(std::span<char> buffer, std::int64_t now);
    /// False if the agent does not read: what was said is lost to it.
    bool send(const Answer& answer);

private:
    [[noreturn]] void become_agent(int socket, pid_t guard);
    void start(std::int64_t now);
    void hang_up();

    const Options& options_;
    std::vector<char*> arguments_;  ///< Made once: nothing is allocated later.
    int memory_;
    int oom_score_;
    int socket_ = -1;
    pid_t pid_ = 0;
    Restarts restarts_;
    bool ending_ = false;
    std::int64_t start_at_ = 0;
    std::int64_t kill_at_ = INT64_MAX;
};

}  // namespace baton::guard
