#pragma once

/// The port to the guard, the small process that is the parent of the agent
/// and of every server, outlives agents, and kills a server whose deadline
/// passes unextended.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/report.hpp"
#include "ports/done.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton {

/// How to start one server process.
struct Launch {
    std::string name;  ///< The instance id, or "front" for the node's HAProxy. Unique per node.
    std::vector<std::string> arguments;    ///< argv; [0] is an absolute path. Never secrets.
    std::vector<std::string> environment;  ///< KEY=value, added to a minimal environment.
    std::string directory;                 ///< Working directory; must exist.
    std::string run_as;                    ///< User name; empty: unchanged.
    std::string log_file;                  ///< Receives stdout and stderr, appended.

    friend bool operator==(const Launch&, const Launch&) = default;
};

/// A server under the guard.
struct Supervised {
    std::string name;
    std::int64_t pid = 0;  ///< 0: nothing of it is left.
    Instant started;
};

class Guard {
public:
    /// Runs when no process of `name` is left. That is proof of death.
    using Gone = std::function<void(const std::string& name)>;

    virtual ~Guard() = default;

    /// Called once, after construction; `Gone` runs on the owner's loop.
    virtual void start(Gone gone) = 0;
    /// What runs now, also what an earlier agent started.
    virtual void list(Done<std::vector<Supervised>> done) = 0;
    /// Starts a server, or answers the running one of that name. The program
    /// must stay in the foreground: when its first process ends, the guard ends
    /// the others. Errors: invalid (binary, directory or user missing),
    /// unavailable (fork failed, or the last process of that name still ends).
    virtual void launch(Launch launch, Done<Supervised> done) = 0;
    /// Kills every process of `name` (SIGKILL); `Gone` tells when it is over.
    virtual void kill(const std::string& name, Done<void> done) = 0;
    /// Asks the server to end (SIGTERM), then kills it at `deadline`.
    virtual void stop(const std::string& name, Instant deadline, Done<void> done) = 0;
    /// How the first process of `name` looks from outside, since the previous
    /// look at it; cheap, never blocks. absent: `Gone` was told, or it was never
    /// known. frozen: stopped (state T or t) or its cgroup is frozen. busy:
    /// runnable, or it used CPU time (counted in 10 ms), or it ended and the
    /// others are being killed. running: asleep without progress, which is normal
    /// for an idle server, and uninterruptible sleep, which is the disk's affair.
    /// Whether a server that looks `running` hangs is for the caller to judge,
    /// from how long it has not answered.
    [[nodiscard]] virtual cluster::ProcessState look(const std::string& name) = 0;
    /// How the first process of `name` ended that `Gone` was last told of: its code,
    /// or nothing when a signal ended it or nobody knows.
    [[nodiscard]] virtual std::optional<int> exit_code(const std::string& /*name*/) const {
        return std::nullopt;
    }
};

/// Measured by the guard since it started.
struct GuardLateness {
    std::uint64_t closed = 0;   ///< Servers killed because their deadline passed.
    Duration last{0};           ///< From the latest such deadline to its SIGKILL.
    Duration max{0};            ///< The longest of these.
    Duration oversleep_max{0};  ///< Longest that any wake-up of the guard came too late.
    Duration recent_max{0};     ///< Longest delay of its latest wake-ups and deadlines, some 10 s.
    Duration recent_p99{0};     ///< Of one in a hundred of them, over a minute.

    friend bool operator==(const GuardLateness&, const GuardLateness&) = default;
};

/// The deadlines shared with the guard through memory. May be called from the
/// consensus thread; never blocks.
class Deadlines {
public:
    virtual ~Deadlines() = default;

    /// From now on the guard kills `name` at `when` unless set again, also if
    /// it dies and is launched anew before: clear it before launching a standby.
    /// `set` and `clear` are for one thread.
    virtual void set(const std::string& name, Instant when) = 0;
    /// The server is a confirmed standby: nothing to kill.
    virtual void clear(const std::string& name) = 0;
    /// Whether a guard is there and answers within its bound.
    [[nodiscard]] virtual bool verified() = 0;
    /// How late the guard was so far, to judge whether a margin holds.
    [[nodiscard]] virtual GuardLateness lateness() { return {}; }
};

}  // namespace baton
