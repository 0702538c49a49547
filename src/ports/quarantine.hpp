#pragma once

/// The port to the place where a node keeps what a returning server holds and
/// its group does not, for a person to look at. An adapter reads and writes; what
/// has to be kept, and when it is given up, is decided elsewhere.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/loss.hpp"
#include "core/cluster/topology.hpp"
#include "ports/done.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace baton {

struct KeepOrder {
    GroupId group;
    InstanceId instance;
    cluster::Tail tail;
    cluster::QuarantineBounds bounds;
    std::int64_t pid = 0;  ///< The server's process, the only one that is told a secret.
    std::int64_t wall_milliseconds = 0;
    /// Makes the server replicate from an endpoint, at which nothing is ever
    /// written, so that it lets itself be read. Replaced by the next order.
    std::function<void(cluster::Endpoint, Done<void>)> attach;
};

struct Kept {
    std::string place;  ///< Directory; empty: there was nothing that could be kept.
    std::uint64_t bytes = 0;
    bool complete = false;  ///< All of the tail is there; else `why` not.
    std::string why;
    std::vector<std::string> removed;  ///< Older directories that made room.
};

class Quarantine {
public:
    virtual ~Quarantine() = default;

    /// Answers once, unless this is destroyed first, by `deadline` at the latest.
    /// Errors: unavailable (try again), refused (no room, or the server does not
    /// give it: the message says what to do).
    virtual void keep(KeepOrder order, Instant deadline, Done<Kept> done) = 0;

    /// Ends what is under way, without an answer.
    virtual void stop() = 0;

    /// Directories that hold something, oldest first.
    [[nodiscard]] virtual std::vector<std::string> kept() const = 0;
};

}  // namespace baton
