#pragma once

/// What a machine keeps running whatever becomes of the agent on it: the
/// guard with its deadlines, the servers, the front, the disk. Paused as a
/// whole, nothing on it moves; crashed, all but the disk is gone.

#include "core/routing/route.hpp"
#include "ports/guard.hpp"
#include "simulation/kernel_table.hpp"
#include "simulation/redis_model.hpp"
#include "simulation/sim_log_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace baton::simulation {

/// The front's process: what it serves and who is connected through it.
struct FrontProcess {
    bool alive = false;
    std::uint64_t life = 0;
    std::map<GroupId, FrontRoute> routes;
    struct Passage {
        InstanceId server;
        std::weak_ptr<Connection> connection;
        std::function<void()> cut;
    };
    std::vector<Passage> passages;

    /// Where a write goes now; empty: nowhere.
    [[nodiscard]] InstanceId writer(const GroupId& group) const;
    /// Ends passages to servers that no longer take writes.
    void cut_stale();
    void end();
};

class Machine {
public:
    Machine(World& world, Network& network, NodeId id, Clock clock);

    void add_server(RedisModel& server);

    void crash();
    void boot();
    void pause();
    void resume();
    [[nodiscard]] bool on() const { return on_; }
    [[nodiscard]] bool paused() const { return paused_; }

    // The guard's orders.
    [[nodiscard]] Result<Supervised> launch(const std::string& name);
    void kill(const std::string& name);
    void stop(const std::string& name, Instant deadline);
    [[nodiscard]] std::vector<Supervised> list() const;
    [[nodiscard]] cluster::ProcessState look(const std::string& name) const;
    void listen(std::function<void(const std::string&)> gone) { gone_ = std::move(gone); }
    void set_deadline(const std::string& name, Instant when);
    void clear_deadline(const std::string& name);
    /// The server waits in the kernel, for a disk that stalls: it does nothing, and a
    /// signal reaches it only when it is released.
    void hang(const std::string& name);
    void release(const std::string& name);
    [[nodiscard]] bool hangs(const std::string& name) const { return hung_.contains(name); }
    /// The release positive control: deadlines pass without consequence.
    void disable_deadlines() { deadlines_enabled_ = false; }
    /// As above, and the agent knows of it.
    void remove_guard() { guarded_ = deadlines_enabled_ = false; }
    [[nodiscard]] bool guarded() const { return guarded_; }

    /// The guard's wake-ups come so much later than they would, and it does not notice.
    void delay_guard(Duration late) { guard_late_ = late; }
    /// Its clock did not run for so long, as that of a guest that was paused.
    void stop_clock(Duration time) { clock_.offset -= time; }
    [[nodiscard]] KernelTable& kernel() { return kernel_; }

    /// Runs `action` now, or when the machine is resumed.
    void run(std::function<void()> action);

    [[nodiscard]] const NodeId& id() const { return id_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] Instant now() const { return clock_.local(world_.now()); }
    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] FrontProcess& front() { return front_; }
    [[nodiscard]] std::uint64_t closed_by_guard() const { return closed_by_guard_; }

private:
    struct Child {
        RedisModel* server = nullptr;
        std::int64_t pid = 0;
        Instant started;
        bool ending = false;
    };
    struct Deadline {
        Instant when;
        bool watched = false;
    };

    void watch(const std::string& name);
    void ended(const std::string& name, std::int64_t pid);

    World& world_;
    Network& network_;
    NodeId id_;
    Clock clock_;
    bool on_ = true;
    bool paused_ = false;
    bool deadlines_enabled_ = true;
    bool guarded_ = true;
    Duration guard_late_{0};
    KernelTable kernel_;
    Instant paused_at_;
    std::uint64_t boots_ = 0;
    std::int64_t next_pid_ = 100;
    std::map<std::string, Child> servers_;
    std::map<std::string, Deadline> deadlines_;
    std::map<std::string, bool> hung_;  ///< True: killed meanwhile.
    FrontProcess front_;
    std::function<void(const std::string&)> gone_;
    std::deque<std::function<void()>> late_;
    std::uint64_t closed_by_guard_ = 0;
};

}  // namespace baton::simulation
