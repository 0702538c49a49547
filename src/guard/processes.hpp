#pragma once

/// Which processes descend from a process, and kill them. Works on /proc alone,
/// without allocation and without privilege. Refuses to promise that one walk is
/// enough: a fork can outrun it, so whoever calls it repeats it.

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace baton::guard {

/// CLOCK_BOOTTIME in nanoseconds.
[[nodiscard]] std::int64_t boot_nanoseconds();

inline constexpr std::int64_t millisecond = 1'000'000;
inline constexpr std::int64_t second = 1'000 * millisecond;

/// Pause between two walks while descendants refuse to vanish: the first, and
/// the bound up to which it doubles.
inline constexpr std::int64_t walk_pause_min = millisecond;
inline constexpr std::int64_t walk_pause_max = 100 * millisecond;

/// The parts of /proc/<pid>/stat that are used here.
struct ProcessStat {
    char state = '?';  ///< R, S, D, T, t, Z, X ... (proc(5)).
    pid_t parent = 0;
    std::uint64_t cpu_ticks = 0;  ///< User and system time of all its threads.
    std::uint64_t started = 0;    ///< Ticks since boot: with the pid, its identity.
};

/// What reading a process can answer: an unreadable process is not an absent one.
enum class Found { yes, no, unreadable };

/// False if the text is not a complete stat line. The command name in it may
/// contain spaces and parentheses.
[[nodiscard]] bool parse_stat(std::string_view text, ProcessStat& stat);

/// `proc` is a descriptor of /proc, of this process alone: reading moves it.
[[nodiscard]] Found read_stat(int proc, pid_t pid, ProcessStat& stat);

/// -1 if there is no such process.
[[nodiscard]] int open_pidfd(pid_t pid);

/// A signal through a pidfd cannot hit a stranger that got the same number.
void send_signal(int pidfd, int signal);

/// What one walk found below a process.
struct Descendants {
    int alive = 0;         ///< Each was sent SIGKILL.
    int dead = 0;          ///< Ended, and waiting for their parent.
    bool complete = true;  ///< Every process of the machine could be looked at.

    [[nodiscard]] bool none() const { return complete && alive == 0 && dead == 0; }
};

/// Sends SIGKILL to every descendant of `root`, not to `root` itself, parents
/// before children. Whoever is in `spared`, and its descendants, is left
/// alone. A process that forks while it is being killed leaves a child to the
/// next walk. If `root` is the caller, and reaps nobody meanwhile, `none()` is
/// proof: an orphan has an ancestor among the caller's children, alive or dead,
/// and those cannot vanish during the walk.
Descendants kill_descendants(int proc, pid_t root, std::span<const pid_t> spared);

}  // namespace baton::guard
