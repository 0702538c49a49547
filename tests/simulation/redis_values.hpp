#pragma once

/// What a modelled Redis exchanges with its surroundings: writes, connections,
/// and what checkers are told. Values only; the server is redis_model.hpp.

#include "adapters/redis/resp_value.hpp"
#include "core/cluster/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

class RedisModel;

/// Finds the server that listens at an endpoint; null: nobody does.
using FindServer = std::function<RedisModel*(const cluster::Endpoint&)>;

struct Write {
    std::uint64_t id = 0;
    std::uint64_t end = 0;  ///< Offset after it.
};

/// dump.rdb: what a restart finds, and what is sent as a full copy.
struct Dump {
    std::vector<Write> data;
    std::string replid;
    std::uint64_t offset = 0;
};

/// One connection to a server. `lost` runs when the server ends it.
struct Connection {
    bool open = true;
    bool killed = false;  ///< By the server: what it had not read is not executed.
    std::function<void()> lost;
    bool in_transaction = false;
    std::vector<redis::Command> queued;
};
using ConnectionPtr = std::shared_ptr<Connection>;

/// `WAIT standbys` right behind a write, and what to do when they hold it.
struct Wait {
    std::size_t standbys = 1;
    std::function<void()> confirmed;
};

/// A client in WAIT, behind a write that ends at `end`.
struct Waiter {
    std::uint64_t end = 0;
    ConnectionPtr connection;
    Wait wait;
};

/// Whether packets of a port pass now.
using PassesAt = std::function<bool(std::uint16_t port)>;

/// What the checkers want to know of servers.
struct RedisWatch {
    /// A write was executed and +OK is on its way.
    std::function<void(const RedisModel&, std::uint64_t id)> acknowledged;
    /// It became a primary.
    std::function<void(const RedisModel&)> opened;
    /// As a primary it began a history of its own: on becoming one, and again
    /// when its first standby asks and there is no backlog yet.
    std::function<void(const RedisModel&)> began;
    /// A full copy took the place of the writes that it held before.
    std::function<void(const RedisModel&, const std::vector<Write>& before)> copied;
};

}  // namespace baton::simulation
