#pragma once

/// Those for whom it is all done: clients that write through the fronts, one that
/// asks who is primary, and hostile ones that hold a connection to each server from
/// before any fault and write on it whatever happens. They reach every machine that
/// is on; cuts are between nodes. Every write ends acknowledged, failed or unknown.

#include "simulation/api_client.hpp"
#include "simulation/machine.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

enum class Outcome {
    pending,
    acknowledged,
    failed,  ///< Certainly not executed by a primary.
    unknown,
};

struct WriteRecord {
    Instant invoked;
    Instant ended = Instant::never();
    Outcome outcome = Outcome::pending;
    bool through_front = true;
    bool confirmed = false;  ///< `WAIT K` returned K.
};

class History {
public:
    std::uint64_t begin(Instant now, bool through_front);
    void end(std::uint64_t id, Instant now, Outcome outcome);
    void confirm(std::uint64_t id) { writes_[id].confirmed = true; }

    [[nodiscard]] const std::vector<WriteRecord>& writes() const { return writes_; }
    [[nodiscard]] std::uint64_t count(Outcome outcome, bool through_front) const;
    [[nodiscard]] Instant last_front_acknowledgement() const { return last_; }
    /// Longest time between two acknowledgements through the fronts in [from, to].
    [[nodiscard]] Duration longest_gap(Instant from, Instant to) const;
    /// All such times of at least `least`, in order.
    [[nodiscard]] std::vector<Duration> gaps(Instant from, Instant to, Duration least) const;

private:
    std::vector<WriteRecord> writes_;  ///< The id is the place.
    Instant last_;
};

/// What clients of a group know of it.
struct Doors {
    std::vector<Machine*> machines;  ///< Their fronts.
    GroupId group;
    std::function<RedisModel*(const InstanceId&)> server;
    std::function<std::size_t()> confirmations;  ///< Declared for a write now.
    /// So many standbys have confirmed a write.
    std::function<void(std::uint64_t id, std::size_t standbys)> confirmed;
};

/// Writes through one front at a time, and goes to the next one on trouble.
class FrontClient {
public:
    /// `first`: the front it begins with. `doors` outlive it, and may become more.
    FrontClient(World& world, History& history, const Doors& doors, std::size_t first);

    /// `pace`: from an acknowledgement to the next write.
    void start(Duration pace);

private:
    void write();
    void reach(std::uint64_t id);
    [[nodiscard]] ConnectionPtr connected();
    [[nodiscard]] Machine& machine() { return *doors_.machines[at_ % doors_.machines.size()]; }
    void finish(std::uint64_t id, Outcome outcome);
    void cut();

    World& world_;
    History& history_;
    const Doors& doors_;
    std::size_t at_;
    Duration pace_{0};
    std::uint64_t current_ = 0;
    bool busy_ = false;
    InstanceId server_;
    ConnectionPtr connection_;
};

/// Writes to one server directly and never hangs up by itself.
class DirectClient {
public:
    DirectClient(World& world, History& history, RedisModel& server)
        : world_(world), history_(history), server_(server) {}

    void start() { write(); }

private:
    void write();
    void again();

    World& world_;
    History& history_;
    RedisModel& server_;
    ConnectionPtr connection_;
    std::uint64_t current_ = 0;
    bool busy_ = false;
};

/// Needs no front: asks one node after the other over the API who is primary, and
/// writes to the server of the one that says it is, until that refuses or is gone.
class SeekingClient {
public:
    struct Surroundings {
        ApiClient* api = nullptr;
        std::function<std::vector<NodeId>()> nodes;
        GroupId group;
        std::function<RedisModel*(const NodeId&)> server;
    };

    SeekingClient(World& world, History& history, Surroundings around)
        : world_(world), history_(history), around_(std::move(around)) {}

    void start() { seek(); }

private:
    void seek();
    void found(const NodeId& node);
    void write();
    void ended(std::uint64_t id, Outcome outcome);

    World& world_;
    History& history_;
    Surroundings around_;
    std::size_t at_ = 0;
    RedisModel* server_ = nullptr;
    ConnectionPtr connection_;
    std::uint64_t current_ = 0;
    bool busy_ = false;
    std::size_t writes_left_ = 0;
};

}  // namespace baton::simulation
