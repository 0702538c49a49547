#pragma once

/// What may happen in the small world of world.hpp, one thing at a time.

#include <cstdint>

namespace baton::exhaustive {

enum class Act : std::uint8_t {
    pass,     ///< A step of time passes.
    beat,     ///< The holder sends a heartbeat, and answers it itself if it votes.
    hear,     ///< A heartbeat reaches a node.
    count,    ///< The answer of a node reaches the holder.
    revoke,   ///< The leader appends the revocation.
    change,   ///< The leader appends the next membership.
    take,     ///< A node appends the leader's next entry, replacing what contradicts it.
    write,    ///< A node's disk has caught up with its log.
    say,      ///< A voter tells how long ago it renewed.
    learn,    ///< The leader hears that.
    restart,  ///< A node's agent restarts; its log is what the disk has.
    close,    ///< The holder's node closes its server.
    promise,  ///< The promise not to open it again is on disk.
    prove,    ///< The leader hears of the promise.
    reopen,   ///< The holder's node opens its server again.
};

struct Action {
    Act act = Act::pass;
    std::uint8_t node = 0;
    std::uint8_t beat = 0;
};

}  // namespace baton::exhaustive
