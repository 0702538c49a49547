#include "simulation/sim_redis_link.hpp"

#include <utility>

namespace baton::simulation {

using redis::RespValue;

SimRedisLink::SimRedisLink(World& world, Network& network, NodeId from,
                           std::shared_ptr<SimLoop> loop, FindServer find,
                           cluster::Endpoint endpoint)
    : world_(world),
      network_(network),
      from_(std::move(from)),
      loop_(std::move(loop)),
      find_(std::move(find)),
      endpoint_(std::move(endpoint)) {}

void SimRedisLink::request(std::vector<redis::Command> pipeline, Instant deadline,
                           Done<std::vector<RespValue>> done) {
    if (waiting_.size() >= redis::link_queue_max) {
        loop_->post([done = std::move(done)] { done(unavailable("too many requests wait")); });
        return;
    }
    waiting_.push_back({std::move(pipeline), deadline, std::move(done)});
    next();
}

void SimRedisLink::next() {
    if (under_way_ || waiting_.empty()) return;
    under_way_ = true;
    sent_ = false;
    const std::uint64_t number = ++number_;
    timer_ = loop_->at(waiting_.front().deadline, [this, number, alive = alive_] {
        if (*alive) expired(number);
    });
    RedisModel* server = find_(endpoint_);
    const NodeId to = server == nullptr ? from_ : server->node();
    world_.after(network_.delay(from_, to), [this, number, alive = alive_] {
        if (*alive) arrived(number);
    });
}

/// The request reaches the server's machine, if the path is open.
void SimRedisLink::arrived(std::uint64_t number) {
    if (number != number_ || !under_way_ || loop_->stopped()) return;
    RedisModel* server = find_(endpoint_);
    if (server != nullptr && !network_.open_both(from_, server->node())) return;
    if (server != nullptr && !server->reachable()) return;
    const bool connected = connection_ && connection_->open;
    if (!connected) {
        connection_ = server == nullptr ? nullptr : server->connect([this, alive = alive_] {
            if (*alive)
                loop_->arrive(microseconds{20}, [this, alive] {
                    if (*alive) lost();
                });
        });
    }
    if (!connection_) {
        loop_->post([this, number, alive = alive_] {
            if (*alive) finish(number, unavailable("connection refused"));
        });
        return;
    }
    sent_ = true;
    const Duration back = network_.delay(server->node(), from_);
    server->execute(connection_, waiting_.front().pipeline,
                    [this, number, back, alive = alive_](std::vector<RespValue> replies) {
                        if (!*alive) return;
                        loop_->arrive(back, [this, number, alive, replies = std::move(replies)] {
                            if (*alive) finish(number, replies);
                        });
                    });
}

void SimRedisLink::expired(std::uint64_t number) {
    if (number != number_ || !under_way_) return;
    const bool sent = sent_;
    drop();
    finish(number,
           sent ? outcome_unknown("no answer in time") : unavailable("not reached in time"));
}

void SimRedisLink::lost() {
    if (connection_ && connection_->open) return;
    connection_ = nullptr;
    if (under_way_ && sent_) finish(number_, outcome_unknown("the connection was lost"));
}

void SimRedisLink::finish(std::uint64_t number, Result<std::vector<RespValue>> result) {
    if (number != number_ || !under_way_ || waiting_.empty()) return;
    under_way_ = false;
    loop_->cancel(timer_);
    const auto done = std::move(waiting_.front().done);
    waiting_.pop_front();
    const auto alive = alive_;
    done(std::move(result));
    if (*alive) next();
}

/// Hanging up does not take back what the server's socket already holds.
void SimRedisLink::drop() {
    if (connection_) connection_->open = false;
    connection_ = nullptr;
}

void SimRedisLink::disconnect() {
    drop();
    ++number_;
    under_way_ = false;
    loop_->cancel(timer_);
    for (Request& each : std::exchange(waiting_, {})) {
        loop_->post(
            [done = std::move(each.done)] { done(unavailable("the connection was closed")); });
    }
}

}  // namespace baton::simulation
