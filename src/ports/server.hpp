#pragma once

/// The port to one managed server of a group, whatever its kind. An adapter
/// translates and decides nothing. Every call may be repeated after a timeout,
/// a crash or a change of leader with the same effect as one call. Calls carry
/// the epoch they were decided in; an adapter that has obeyed a newer epoch
/// answers `conflict`, which keeps a late order harmless.
///
/// Errors: unavailable (not reached, nothing happened), outcome_unknown
/// (perhaps reached: observe), conflict (newer epoch), refused (understood but
/// impossible, for example a wrong password: the message says what to do).

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/topology.hpp"
#include "ports/done.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace baton {

/// A place in a data history, and the history before that, of which the server holds
/// what comes before the offset `previous_until`.
struct Position {
    std::string replication_id;
    std::uint64_t offset = 0;
    std::string previous_id;  ///< Empty: none.
    std::uint64_t previous_until = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Who makes the writes of a primary safe.
struct Standbys {
    std::uint32_t required = 0;        ///< A write is executed only with so many; 0: always.
    std::vector<InstanceId> admitted;  ///< The declared instances of the group.

    friend bool operator==(const Standbys&, const Standbys&) = default;
};

inline Standbys all_standbys(const cluster::Group& declared, std::uint32_t required) {
    Standbys all{required, {}};
    for (const cluster::Instance& each : declared.instances) all.admitted.push_back(each.id);
    return all;
}

class Server {
public:
    virtual ~Server() = default;

    /// The process that the guard runs as this server now; 0: none. Secrets are
    /// told to nobody else who may answer at the server's address.
    virtual void belongs_to(std::int64_t /*pid*/) {}

    /// Fills every field of the report that the server itself knows; process
    /// state, epochs and `following` as an instance id are the caller's.
    virtual void observe(Instant deadline, Done<cluster::InstanceReport> done) = 0;

    /// Accept writes. Answers the history it opened with.
    virtual void promote(Epoch epoch, Instant deadline, Done<Position> done) = 0;

    /// From now on, while it is primary, execute no write unless so many of them
    /// are attached and have been heard lately. Of the group's servers only those
    /// may copy it; where any are required, nobody else may either: one who is
    /// not known could confirm a write, and nobody would look for it there.
    virtual void require_standbys(const Standbys& standbys, Epoch epoch, Instant deadline,
                                  Done<void> done) = 0;

    /// Stop accepting writes, follow nobody, drop client connections; then
    /// answer the position, which can no longer move.
    virtual void isolate(Epoch epoch, Instant deadline, Done<Position> done) = 0;

    /// Replicate from `primary`, refusing writes.
    virtual void follow(cluster::Endpoint primary, Epoch epoch, Instant deadline,
                        Done<void> done) = 0;

    /// Planned switchover on the primary: hold writes back, wait until
    /// `successor` has everything, then become a standby of nobody and drop
    /// clients. Fails without effect (writes go on) if `successor` does not
    /// catch up before `deadline`.
    virtual void hand_over(cluster::Endpoint successor, Epoch epoch, Instant deadline,
                           Done<Position> done) = 0;

    /// From now on keep so many bytes of the history for standbys that come back.
    virtual void keep_history(std::uint64_t bytes, Instant deadline, Done<void> done) = 0;

    /// Drops pooled connections, for a server that was killed.
    virtual void disconnect() = 0;
};

}  // namespace baton
