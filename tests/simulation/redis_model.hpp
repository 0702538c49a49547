#pragma once

/// One Redis server as its clients, its standbys and its operating system see
/// it: commands, history ids and offsets, partial and full copies, memory that
/// is lost when it is killed, bytes that wait in its sockets while it is
/// frozen and are executed when it is thawed. Modelled after 7.0.
/// Knows nothing of epochs or leases: what it acknowledges is what counts.

#include "simulation/access_list.hpp"
#include "simulation/network.hpp"
#include "simulation/redis_values.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace baton::simulation {

class RedisModel {
public:
    RedisModel(World& world, Network& network, NodeId node, cluster::Instance instance,
               FindServer find, RedisWatch watch);

    void start();
    void kill();
    void freeze() { frozen_ = true; }
    void thaw();
    /// Runs, but gets to nothing for so long: a slow command, say.
    void be_busy(Duration time);
    /// Writes dump.rdb: what a restart will find.
    void save_dump() { dump_ = Dump{data_, replid_, offset_}; }
    /// Its directory is emptied while it does not run.
    void forget_dump() { dump_ = Dump{}; }
    [[nodiscard]] bool alive() const { return alive_; }
    [[nodiscard]] bool frozen() const { return frozen_; }
    [[nodiscard]] bool busy() const { return world_.now() < busy_until_; }
    /// Since when it has been running without a break.
    [[nodiscard]] Instant running_since() const { return running_since_; }

    // Its clients. Calls take effect now; who calls models the way there.
    /// Null when nobody listens.
    [[nodiscard]] ConnectionPtr connect(std::function<void()> lost);
    /// The replies come once the server turns to the commands.
    void execute(const ConnectionPtr& connection, std::vector<redis::Command> pipeline,
                 std::function<void(std::vector<redis::RespValue>)> done);
    /// Empty answer: +OK; else the error.
    void write(const ConnectionPtr& connection, std::uint64_t id,
               std::function<void(std::string error)> done, Wait wait = {});

    [[nodiscard]] const NodeId& node() const { return node_; }
    [[nodiscard]] const InstanceId& id() const { return instance_.id; }
    [[nodiscard]] const cluster::Endpoint& endpoint() const { return instance_.endpoint; }
    [[nodiscard]] const std::string& history() const { return replid_; }
    [[nodiscard]] const std::string& previous_history() const { return replid2_; }
    [[nodiscard]] bool is_primary() const { return alive_ && primary_; }
    [[nodiscard]] bool in_sync() const { return link_up_ && !syncing_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] const std::vector<Write>& data() const { return data_; }
    /// Decides whether packets of its clients pass. Replication always does.
    void stands_behind(PassesAt passes) { passes_at_ = std::move(passes); }
    [[nodiscard]] bool reachable() const { return passes_at_(instance_.endpoint.port); }
    /// What its configuration says from the next start on: who belongs to its group, and its port.
    void configure(const std::vector<cluster::Instance>& instances);
    /// Somebody else's server, told by hand to copy the one at `endpoint`.
    void copy_as_stranger(cluster::Endpoint endpoint);
    /// Extra time on the way to its standbys.
    void slow_replication(Duration extra) { replication_extra_ = extra; }

private:
    struct Session {
        RedisModel* standby = nullptr;
        std::uint64_t attachment = 0;
        Instant last_arrival;
        std::uint64_t acknowledged = 0;  ///< Offset the standby said it holds.
        Instant good_until;              ///< It counts for min-replicas-to-write.
    };

    void turn_to(std::function<void()> action);
    void catch_up();
    [[nodiscard]] bool stands_still() const { return frozen_ || busy(); }
    redis::RespValue run(Connection& connection, const redis::Command& command);
    redis::RespValue replicaof(const redis::Command& command);
    redis::RespValue client(const Connection& own, const redis::Command& command);
    redis::RespValue commit(Connection& connection);
    [[nodiscard]] std::string info() const;
    [[nodiscard]] bool enough_standbys();
    void cut_clients(const Connection* except);
    void unpause();
    void become_primary();
    void follow(cluster::Endpoint primary);
    void draw_history();
    void drop_sessions();
    void drop_sessions_of(const std::string& user);
    void hang_up(const Session& session);
    void take(const Write& write);
    void feed(Session& session, const Write& write, std::uint64_t before);
    void receive(std::uint64_t attachment, const Write& write, std::uint64_t before);
    void tell_offset(std::uint64_t attachment);
    void told_offset(std::uint64_t attachment, std::uint64_t offset);
    void call_primary();
    void call_again(Duration pause);
    void link_lost(std::uint64_t attachment);
    void attach(RedisModel& standby);
    void start_copy(RedisModel& standby, Session session);
    void copied(std::uint64_t attachment, Dump dump);
    [[nodiscard]] bool can_continue(const RedisModel& standby) const;

    World& world_;
    Network& network_;
    NodeId node_;
    cluster::Instance instance_;
    cluster::Endpoint next_endpoint_ = instance_.endpoint;
    FindServer find_;
    RedisWatch watch_;
    PassesAt passes_at_ = [](std::uint16_t) { return true; };
    bool alive_ = false;
    bool frozen_ = false;
    Instant busy_until_ = Instant::never();
    std::uint64_t life_ = 0;
    Instant running_since_;
    std::string run_id_;
    std::deque<std::function<void()>> inbox_;  ///< Arrived while it stood still.
    std::vector<ConnectionPtr> connections_;
    Dump dump_;
    AccessList access_;
    std::string user_;  ///< As whom it attaches.
    bool primary_ = false;
    cluster::Endpoint following_;
    bool link_up_ = false;
    bool syncing_ = false;
    std::uint64_t attachment_ = 0;
    std::string replid_;
    std::string replid2_;
    std::uint64_t second_offset_ = 0;
    std::uint64_t offset_ = 0;
    bool backlog_ = false;
    std::uint64_t backlog_from_ = 0;
    std::vector<Write> data_;
    std::vector<Session> sessions_;
    std::uint64_t full_syncs_ = 0;
    Duration replication_extra_{0};
    std::size_t standbys_required_ = 0;
    Instant paused_until_ = Instant::never();
    std::vector<std::function<void()>> held_writes_;
    std::vector<Waiter> waiters_;
};

}  // namespace baton::simulation
