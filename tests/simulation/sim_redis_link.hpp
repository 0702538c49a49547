#pragma once

/// The conversation of an agent with a modelled Redis, so that the real
/// adapter runs on top: connects when needed, one request after the other,
/// and forgets nothing that it already sent to a frozen server.

#include "adapters/redis/redis_link.hpp"
#include "simulation/redis_model.hpp"
#include "simulation/sim_loop.hpp"

#include <deque>
#include <memory>

namespace baton::simulation {

class SimRedisLink final : public redis::RedisLink {
public:
    SimRedisLink(World& world, Network& network, NodeId from, std::shared_ptr<SimLoop> loop,
                 FindServer find, cluster::Endpoint endpoint);
    ~SimRedisLink() override { *alive_ = false; }

    void request(std::vector<redis::Command> pipeline, Instant deadline,
                 Done<std::vector<redis::RespValue>> done) override;
    void disconnect() override;

private:
    struct Request {
        std::vector<redis::Command> pipeline;
        Instant deadline;
        Done<std::vector<redis::RespValue>> done;
    };

    void next();
    void arrived(std::uint64_t number);
    void expired(std::uint64_t number);
    void lost();
    void finish(std::uint64_t number, Result<std::vector<redis::RespValue>> result);
    void drop();

    World& world_;
    Network& network_;
    NodeId from_;
    std::shared_ptr<SimLoop> loop_;
    FindServer find_;
    cluster::Endpoint endpoint_;
    std::deque<Request> waiting_;  ///< The first one is under way if `under_way_`.
    bool under_way_ = false;
    bool sent_ = false;
    std::uint64_t number_ = 0;
    TimerId timer_ = 0;
    ConnectionPtr connection_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
