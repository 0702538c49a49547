// The server's process and its commands. Replication is in redis_replication.cpp.
#include "simulation/redis_model.hpp"

#include "adapters/redis/redis_report.hpp"
#include "adapters/redis/standby_user.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

using redis::Command;
using redis::RespValue;

RespValue text(std::string value) {
    return {RespValue::Kind::text, std::move(value), 0, {}};
}
RespValue error(std::string value) {
    return {RespValue::Kind::error, std::move(value), 0, {}};
}
RespValue integer(std::int64_t value) {
    return {RespValue::Kind::integer, {}, value, {}};
}

std::string user_of(const InstanceId& instance) {
    return std::string(redis::standby_user_prefix) + instance.text;
}

constexpr Duration command_time_min = microseconds{10};
constexpr Duration command_time_max = microseconds{80};

}  // namespace

RedisModel::RedisModel(World& world, Network& network, NodeId node, cluster::Instance instance,
                       FindServer find, RedisWatch watch)
    : world_(world),
      network_(network),
      node_(std::move(node)),
      instance_(std::move(instance)),
      find_(std::move(find)),
      watch_(std::move(watch)),
      user_(user_of(instance_.id)) {}

/// Started with `replicaof` nobody; what its dump holds is all it remembers.
void RedisModel::start() {
    alive_ = true;
    frozen_ = false;
    running_since_ = world_.now();
    ++life_;
    run_id_ = std::to_string(world_.random().next());
    primary_ = false;
    following_ = redis::nobody();
    link_up_ = syncing_ = backlog_ = false;
    replid2_.clear();
    data_ = dump_.data;
    offset_ = dump_.offset;
    replid_ = dump_.replid;
    if (replid_.empty()) draw_history();
    second_offset_ = 0;
    full_syncs_ = 0;
    standbys_required_ = 0;
    access_.start();
    instance_.endpoint = next_endpoint_;
    call_again(milliseconds{1});
}

void RedisModel::configure(const std::vector<cluster::Instance>& instances) {
    std::set<std::string> users;
    for (const cluster::Instance& each : instances) {
        users.insert(user_of(each.id));
        if (each.id == instance_.id) next_endpoint_ = each.endpoint;
    }
    access_.configure(std::move(users));
}

void RedisModel::copy_as_stranger(cluster::Endpoint endpoint) {
    user_ = "default";
    if (!alive_) start();
    follow(std::move(endpoint));
}

void RedisModel::kill() {
    if (!alive_) return;
    alive_ = false;
    frozen_ = false;
    busy_until_ = Instant::never();
    ++life_;
    inbox_.clear();
    held_writes_.clear();
    waiters_.clear();
    paused_until_ = Instant::never();
    drop_sessions();
    primary_ = link_up_ = syncing_ = false;
    attachment_ = 0;
    data_.clear();
    cut_clients(nullptr);
}

void RedisModel::thaw() {
    if (!frozen_) return;
    frozen_ = false;
    running_since_ = world_.now();
    catch_up();
}

void RedisModel::be_busy(Duration time) {
    if (!alive_ || busy()) return;
    busy_until_ = world_.now() + time;
    world_.at(busy_until_, [this, life = life_] {
        if (life == life_ && !frozen_) catch_up();
    });
}

void RedisModel::catch_up() {
    for (auto& action : std::exchange(inbox_, {})) turn_to(std::move(action));
}

/// Runs `action` when the server gets to it. What arrived while it was frozen
/// is in its sockets, and is executed even if the sender hung up meanwhile.
void RedisModel::turn_to(std::function<void()> action) {
    const Duration pause = world_.random().between(command_time_min, command_time_max);
    world_.after(pause, [this, life = life_, action = std::move(action)]() mutable {
        if (life != life_) return;
        if (stands_still() || !network_.present(node_)) {
            inbox_.push_back(std::move(action));
            return;
        }
        action();
    });
}

ConnectionPtr RedisModel::connect(std::function<void()> lost) {
    if (!alive_ || !reachable()) return nullptr;
    std::erase_if(connections_, [](const ConnectionPtr& each) { return !each->open; });
    auto connection = std::make_shared<Connection>();
    connection->lost = std::move(lost);
    connections_.push_back(connection);
    return connection;
}

void RedisModel::cut_clients(const Connection* except) {
    for (const ConnectionPtr& each : std::exchange(connections_, {})) {
        if (each.get() == except) {
            connections_.push_back(each);
        } else if (each->open) {
            each->open = false;
            each->killed = true;
            world_.after(microseconds{50}, [lost = each->lost] { lost(); });
        }
    }
}

void RedisModel::execute(const ConnectionPtr& connection, std::vector<Command> pipeline,
                         std::function<void(std::vector<RespValue>)> done) {
    if (!reachable()) return;
    turn_to([this, connection, pipeline = std::move(pipeline), done = std::move(done)] {
        if (connection->killed) return;
        std::vector<RespValue> replies;
        for (const Command& command : pipeline) replies.push_back(run(*connection, command));
        if (connection->open && reachable()) done(std::move(replies));
    });
}

void RedisModel::write(const ConnectionPtr& connection, std::uint64_t id,
                       std::function<void(std::string)> done, Wait wait) {
    if (!reachable()) return;
    turn_to([this, connection, id, done = std::move(done), wait = std::move(wait)] {
        if (connection->killed) return;
        if (world_.now() < paused_until_) {
            held_writes_.push_back(
                [this, connection, id, done, wait] { write(connection, id, done, wait); });
            return;
        }
        if (!primary_) return done("READONLY You can't write against a read only replica.");
        if (!enough_standbys()) return done("NOREPLICAS Not enough good replicas to write.");
        take(Write{id, offset_ + 60});
        if (!connection->open || !reachable()) return;
        watch_.acknowledged(*this, id);
        done({});
        if (wait.confirmed) waiters_.push_back({offset_, connection, wait});
    });
}

void RedisModel::unpause() {
    paused_until_ = Instant::never();
    for (auto& write : std::exchange(held_writes_, {})) write();
}

RespValue RedisModel::run(Connection& connection, const Command& command) {
    const std::string& name = command.front();
    if (connection.in_transaction && name != "EXEC") {
        connection.queued.push_back(command);
        return text("QUEUED");
    }
    if (name == "MULTI") {
        connection.in_transaction = true;
        return text("OK");
    }
    if (name == "EXEC") return commit(connection);
    if (name == "INFO") return text(info());
    if (name == "REPLICAOF") return replicaof(command);
    if (name == "CLIENT") return client(connection, command);
    if (name == "REPLCONF") return text("OK");
    if (name == "ACL") {
        if (command[1] == "DELUSER") drop_sessions_of(command[2]);
        return access_.run(command);
    }
    if (name == "CONFIG") {
        if (command[2] == "min-replicas-to-write") standbys_required_ = std::stoul(command[3]);
        return text("OK");
    }
    if (name == "PSYNC") {
        if (primary_ && !backlog_) draw_history();
        if (primary_) backlog_ = true;
        return {};
    }
    return error("ERR unknown command '" + name + "'");
}

RespValue RedisModel::commit(Connection& connection) {
    connection.in_transaction = false;
    RespValue list;
    list.kind = RespValue::Kind::list;
    for (const Command& each : std::exchange(connection.queued, {})) {
        list.elements.push_back(run(connection, each));
    }
    return list;
}

RespValue RedisModel::replicaof(const Command& command) {
    if (command[1] == "NO") {
        become_primary();
    } else {
        follow({command[1], static_cast<std::uint16_t>(std::stoi(command[2]))});
    }
    return text("OK");
}

RespValue RedisModel::client(const Connection& own, const Command& command) {
    const std::string& verb = command[1];
    if (verb == "PAUSE") {
        paused_until_ = world_.now() + milliseconds{std::stoi(command[2])};
        world_.at(paused_until_, [this, until = paused_until_, life = life_] {
            if (life == life_ && paused_until_ == until) unpause();
        });
        return text("OK");
    }
    if (verb == "UNPAUSE") {
        unpause();
        return text("OK");
    }
    if (command.size() > 3 && command[3] == "normal") cut_clients(&own);
    if (command.size() > 5 && command[3] == "replica") drop_sessions_of(command[5]);
    return integer(0);
}

std::string RedisModel::info() const {
    std::string out = "run_id:" + run_id_ + "\nrole:" + (primary_ ? "master" : "slave") +
                      "\nmaster_replid:" + replid_ + "\n";
    if (primary_) {
        out += "master_repl_offset:" + std::to_string(offset_) + "\n";
    } else {
        out += "master_host:" + following_.host +
               "\nmaster_port:" + std::to_string(following_.port) +
               "\nmaster_link_status:" + (link_up_ ? "up" : "down") +
               "\nmaster_sync_in_progress:" + (syncing_ ? "1" : "0") +
               "\nslave_repl_offset:" + std::to_string(std::max<std::uint64_t>(1, offset_)) + "\n";
    }
    if (!replid2_.empty()) {
        out += "master_replid2:" + replid2_ +
               "\nsecond_repl_offset:" + std::to_string(second_offset_) + "\n";
    }
    out += std::string("repl_backlog_active:") + (backlog_ ? "1" : "0") +
           "\nsync_full:" + std::to_string(full_syncs_) + "\n";
    if (standbys_required_ > 0) out += "min_slaves_good_slaves:0\n";
    if (!data_.empty()) out += "db0:keys=" + std::to_string(data_.size()) + ",expires=0\n";
    return out;
}

}  // namespace baton::simulation
