// Orders to one server, over the modelled wire: the newest one counts, also
// when an earlier one still waits for an answer.
#include "adapters/redis/redis_server.hpp"
#include "simulation/sim_redis_link.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace baton::simulation {
namespace {

class Orders : public ::testing::Test {
protected:
    void SetUp() override {
        instance.id = InstanceId{"orders-a"};
        instance.endpoint = {"host-a", 6379};
        RedisWatch watch;
        watch.acknowledged = [](const RedisModel&, std::uint64_t) {};
        watch.opened = [](const RedisModel&) {};
        watch.began = [](const RedisModel&) {};
        watch.copied = [](const RedisModel&, const std::vector<Write>&) {};
        const FindServer find = [this](const cluster::Endpoint&) { return model.get(); };
        model = std::make_unique<RedisModel>(world, network, node, instance, find, watch);
        model->start();
        const auto link = [this,
                           find](const cluster::Endpoint& at) -> std::unique_ptr<redis::RedisLink> {
            return std::make_unique<SimRedisLink>(world, network, node, loop, find, at);
        };
        redis::Target target;
        target.instance = instance.id;
        target.endpoint = instance.endpoint;
        server = redis::make_redis_server(
            *loop, target, {},
            redis::Links{link(instance.endpoint), link(instance.endpoint), link,
                         [this, link] { return link(instance.endpoint); }});
    }
    [[nodiscard]] Instant soon() const { return loop->now() + milliseconds{500}; }
    void run() { world.run_until(world.now() + seconds{1}); }

    World world{1};
    Network network{world};
    NodeId node{"a"};
    cluster::Instance instance;
    const Clock clock;
    std::shared_ptr<SimLoop> loop = std::make_shared<SimLoop>(world, clock);
    std::unique_ptr<RedisModel> model;
    std::unique_ptr<Server> server;
    std::optional<Result<Position>> opened;
    std::optional<Result<Position>> closed;
};

TEST_F(Orders, ClosingOvertakesAnOpeningThatWaitsForAnAnswer) {
    server->promote(Epoch{1}, soon(), [this](auto result) { opened = std::move(result); });
    server->isolate(Epoch{1}, soon(), [this](auto result) { closed = std::move(result); });
    run();
    EXPECT_FALSE(model->is_primary());
    ASSERT_TRUE(opened && closed);
    EXPECT_TRUE(closed->has_value());
    ASSERT_FALSE(opened->has_value());
    EXPECT_EQ(opened->error().kind, ErrorKind::conflict);
}

TEST_F(Orders, AnEarlierEpochIsRefused) {
    server->isolate(Epoch{2}, soon(), [this](auto result) { closed = std::move(result); });
    run();
    server->promote(Epoch{1}, soon(), [this](auto result) { opened = std::move(result); });
    run();
    EXPECT_FALSE(model->is_primary());
    ASSERT_TRUE(opened.has_value());
    ASSERT_FALSE(opened->has_value());
    EXPECT_EQ(opened->error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace baton::simulation
