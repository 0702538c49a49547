#pragma once

/// One thing that goes wrong or is asked for, as a value: the nemesis draws it, the
/// sabotage or an operator carries it out, and a schedule of them is written down, read
/// again and made smaller. A line of text is one fault, exact to the nanosecond:
///
///     at=12345678901 isolate node=a direction=outward time=2100000000

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::simulation {

enum class FaultKind {
    kill_server,
    freeze_server,  ///< For `time`.
    kill_front,
    kill_agent,
    freeze_agent,   ///< For `time`.
    roll_agents,    ///< All agents restart, one after the other.
    crash_node,     ///< Power loss, for `time`.
    pause_machine,  ///< The whole machine, for `time`.
    isolate,        ///< From all others, in `direction`, for `time`.
    cut_pair,       ///< `node` from `other`, in `direction`, for `time`.
    delay_packets,  ///< By up to `delay`, for `time`.
    lose_packets,   ///< One in `one_in`, for `time`.
    reset_connections,
    stall_disk,        ///< For `time`.
    hang_server,       ///< The same, and the server waits for it in the kernel.
    slow_replication,  ///< By `delay`, for `time`.
    attach_stranger,  ///< To the server of `node`, for `time`.
    replace_directory,
    // What operators ask for, over the API.
    ask_switchover,  ///< To the server of `other`, if that is named.
    ask_failover,    ///< The same; with `consent` losses are accepted.
    pause_group,
    resume_group,
    drain_node,
    fence_node,       ///< With `consent` also if it is not heard.
    rejoin_node,      ///< With `consent` also if that discards data.
    restart_node,     ///< Its agent; with `consent` its servers as well.
    reinit_standby,   ///< The one of `node` throws its data away.
    pass_leadership,  ///< To `node`.
    compact_log,      ///< Of `node`, up to a new snapshot.
    declare,          ///< `change`, with `node` and `number`, by `config apply`.
    add_node,         ///< `node`.
    remove_node,      ///< `node`, with whatever is declared on it.
};

enum class Direction {
    both,
    outward,  ///< Packets from `node` are dropped.
    inward,   ///< Packets to `node` are dropped.
};

/// What is declared anew.
enum class Change {
    none,
    add_group,         ///< With a name that carries `number`.
    remove_group,      ///< The last one that was added.
    add_instance,      ///< Of the first group, on `node`.
    remove_instance,   ///< The same.
    durability,        ///< `async` for number 0, else `replicated`.
    acknowledgements,  ///< `number`.
    priority,          ///< Of the instance on `node`: `number`.
    load_balance,      ///< The instance on `node` serves no reads for number 0.
    lease,             ///< `number` milliseconds: has to be refused.
};

struct Fault {
    Instant at;  ///< True time since the run began.
    FaultKind kind = FaultKind::kill_server;
    NodeId node;
    NodeId other;
    Direction direction = Direction::both;
    Duration time{0};   ///< Until it is undone.
    Duration delay{0};  ///< What is added to every way.
    std::uint64_t one_in = 0;
    Change change = Change::none;
    std::uint64_t number = 0;
    bool consent = false;

    friend bool operator==(const Fault&, const Fault&) = default;
};

using Schedule = std::vector<Fault>;

/// Of `kind`, on `node`, for `time`.
[[nodiscard]] Fault fault_on(const NodeId& node, FaultKind kind, Duration time = Duration{0});

[[nodiscard]] std::string_view name_of(FaultKind kind);
[[nodiscard]] std::string_view name_of(Change change);
[[nodiscard]] std::string to_text(const Fault& fault);
/// Errors: invalid, naming the line.
[[nodiscard]] Result<Fault> read_fault(const std::string& line);

[[nodiscard]] Result<Schedule> read_schedule(const std::string& path);
[[nodiscard]] Result<void> write_schedule(const std::string& path, const Schedule& schedule);

}  // namespace baton::simulation
