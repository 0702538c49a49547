#include "adapters/redis/redis_server.hpp"

#include "adapters/redis/standby_user.hpp"
#include "model.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace baton::redis {
namespace {

using Lines = std::vector<std::string>;

const std::string cut =
    "CLIENT KILL TYPE normal SKIPME yes | CLIENT KILL TYPE pubsub | EXEC | INFO replication";
const std::string to_nobody = "MULTI | REPLICAOF 127.0.0.1 1 | CLIENT UNPAUSE | " + cut;
const std::string open = "MULTI | REPLICAOF NO ONE | CLIENT UNPAUSE | EXEC | INFO replication";

class RedisServerTest : public testing::Test {
protected:
    RedisServerTest() {
        script_.answer =
            [this](const std::string& whom,
                   const std::vector<Command>& pipeline) -> Result<std::vector<RespValue>> {
            if (fail_next_) return *std::exchange(fail_next_, std::nullopt);
            if (whom == "n2:6380") return next_.replies(pipeline);
            return self_.replies(pipeline);
        };
        next_.primary = false;
        next_.following = {"n1", 6379};
        next_.link_up = true;
        server_ = make(password_);
    }

    std::unique_ptr<Server> make(const std::string& password) {
        Links links{std::make_unique<ScriptedLink>(loop_, script_, "probe"),
                    std::make_unique<ScriptedLink>(loop_, script_, "orders"),
                    [this](const cluster::Endpoint& endpoint) {
                        return std::make_unique<ScriptedLink>(loop_, script_, text_of(endpoint));
                    },
                    [this] { return std::make_unique<ScriptedLink>(loop_, script_, "standby"); }};
        return make_redis_server(
            loop_,
            {GroupId{"cache"}, InstanceId{"cache-n1"}, {"n1", 6379}, "/etc/baton/cache.password"},
            password, std::move(links));
    }

    template <typename T>
    auto keep(std::optional<Result<T>>& place) {
        return [&place](Result<T> result) { place = std::move(result); };
    }
    Instant in(int milliseconds) { return loop_.now() + std::chrono::milliseconds{milliseconds}; }

    ManualLoop loop_;
    Script script_;
    Model self_;
    Model next_;
    std::optional<Error> fail_next_;
    std::string password_ = "secret";
    std::unique_ptr<Server> server_;
    std::optional<Result<Position>> position_;
    std::optional<Result<void>> done_;
};

TEST_F(RedisServerTest, promotes_and_verifies_the_role) {
    self_.primary = false;
    server_->promote(Epoch{3}, in(100), keep(position_));
    loop_.run();
    EXPECT_EQ(script_.transcript, (Lines{"orders: INFO replication", "orders: " + open}));
    ASSERT_TRUE(position_->has_value());
    EXPECT_EQ(position_->value(), (Position{"cccc", 1000, {}, 0}));
}

TEST_F(RedisServerTest, promoting_twice_answers_the_same_history) {
    self_.primary = false;
    server_->promote(Epoch{3}, in(100), keep(position_));
    loop_.run();
    const auto first = position_->value();
    server_->promote(Epoch{3}, in(100), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->value(), first);
}

TEST_F(RedisServerTest, a_primary_without_backlog_gets_a_lasting_history_before_the_answer) {
    self_.primary = false;
    self_.backlog = false;
    server_->promote(Epoch{1}, in(100), keep(position_));
    loop_.run();
    ASSERT_TRUE(position_->has_value());
    EXPECT_EQ(position_->value().replication_id, "bbbb");
    EXPECT_NE(
        std::find(script_.transcript.begin(), script_.transcript.end(), "standby: PSYNC ? -1"),
        script_.transcript.end());
}

TEST_F(RedisServerTest, requires_standbys_before_it_executes_writes) {
    server_->require_standbys({2, {InstanceId{"cache-n2"}}}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    ASSERT_TRUE(done_->has_value()) << done_->error().message;
    ASSERT_EQ(script_.transcript.size(), 2U);
    EXPECT_EQ(script_.transcript[0], "orders: ACL USERS");
    const std::string& orders = script_.transcript[1];
    EXPECT_TRUE(orders.starts_with("orders: ACL SETUSER baton:cache-n2 on #")) << orders;
    EXPECT_TRUE(
        orders.ends_with(" +psync +sync +replconf +ping | ACL DELUSER baton:cache-n9 | "
                         "ACL SETUSER default -psync -sync | "
                         "CLIENT KILL TYPE replica USER default | "
                         "CONFIG SET min-replicas-max-lag 3 | "
                         "CONFIG SET min-replicas-to-write 2 | INFO replication"))
        << orders;
}

TEST_F(RedisServerTest, where_no_standby_is_required_anybody_may_copy) {
    server_->require_standbys({0, {InstanceId{"cache-n2"}}}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    ASSERT_TRUE(done_->has_value()) << done_->error().message;
    EXPECT_TRUE(script_.transcript.back().ends_with(
        " | ACL DELUSER baton:cache-n9 | ACL SETUSER default +psync +sync | "
        "CONFIG SET min-replicas-max-lag 3 | CONFIG SET min-replicas-to-write 0 | "
        "INFO replication"))
        << script_.transcript.back();
}

TEST_F(RedisServerTest, requiring_standbys_ends_when_a_newer_order_comes) {
    server_->require_standbys({1, {}}, Epoch{3}, in(100), keep(done_));
    server_->isolate(Epoch{3}, in(100), keep(position_));
    loop_.run();
    ASSERT_FALSE(done_->has_value());
    EXPECT_EQ(done_->error().kind, ErrorKind::conflict);
    EXPECT_EQ(script_.transcript, (Lines{"orders: ACL USERS", "orders: " + to_nobody}));
}

TEST_F(RedisServerTest, a_half_received_copy_is_never_opened) {
    self_.primary = false;
    self_.syncing = true;
    server_->promote(Epoch{3}, in(100), keep(position_));
    loop_.run();
    ASSERT_FALSE(position_->has_value());
    EXPECT_EQ(position_->error().kind, ErrorKind::refused);
    EXPECT_FALSE(self_.primary);
}

TEST_F(RedisServerTest, isolating_cuts_clients_in_the_same_transaction) {
    server_->isolate(Epoch{3}, in(100), keep(position_));
    loop_.run();
    EXPECT_EQ(script_.transcript, Lines{"orders: " + to_nobody});
    EXPECT_EQ(position_->value(), (Position{"aaaa", 1000, {}, 0}));
    EXPECT_FALSE(self_.primary);
}

TEST_F(RedisServerTest, the_position_of_an_isolated_server_is_read_after_severing) {
    self_.moves_at_close = 40;
    server_->isolate(Epoch{3}, in(100), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->value().offset, 1040U);
}

TEST_F(RedisServerTest, a_refused_isolation_is_an_error) {
    self_.refuses = "LOADING Redis is loading the dataset in memory";
    server_->isolate(Epoch{3}, in(100), keep(position_));
    loop_.run();
    ASSERT_FALSE(position_->has_value());
    EXPECT_EQ(position_->error().kind, ErrorKind::unavailable);
}

TEST_F(RedisServerTest, an_order_of_an_older_epoch_is_a_conflict_and_sends_nothing) {
    server_->isolate(Epoch{3}, in(100), keep(position_));
    loop_.run();
    script_.transcript.clear();
    server_->promote(Epoch{2}, in(100), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->error().kind, ErrorKind::conflict);
    EXPECT_TRUE(script_.transcript.empty());
}

TEST_F(RedisServerTest, following_says_as_whom_first_and_cuts_the_clients_of_a_primary) {
    const StandbyUser user = standby_user(GroupId{"cache"}, InstanceId{"cache-n1"}, password_);
    server_->follow({"n2", 6380}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    EXPECT_EQ(script_.transcript,
              (Lines{"orders: CONFIG SET masteruser " + user.name + " | CONFIG SET masterauth " +
                         user.secret + " | INFO replication",
                     "orders: MULTI | REPLICAOF n2 6380 | CLIENT UNPAUSE | " + cut}));
    EXPECT_TRUE(done_->has_value());
}

TEST_F(RedisServerTest, a_standby_keeps_its_readers_when_it_follows_another) {
    self_.primary = false;
    server_->follow({"n2", 6380}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    EXPECT_EQ(script_.transcript.back(),
              "orders: MULTI | REPLICAOF n2 6380 | CLIENT UNPAUSE | EXEC | INFO replication");
}

TEST_F(RedisServerTest, a_running_sync_is_not_restarted) {
    self_.primary = false;
    self_.following = {"n2", 6380};
    self_.syncing = true;
    server_->follow({"n2", 6380}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    EXPECT_EQ(script_.transcript.size(), 1U);
    EXPECT_TRUE(done_->has_value());
}

TEST_F(RedisServerTest, a_server_never_follows_itself) {
    server_->follow({"n1", 6379}, Epoch{3}, in(100), keep(done_));
    loop_.run();
    EXPECT_EQ(done_->error().kind, ErrorKind::invalid);
    EXPECT_TRUE(script_.transcript.empty());
}

TEST_F(RedisServerTest, hands_over_closing_only_when_the_successor_has_everything) {
    server_->hand_over({"n2", 6380}, Epoch{3}, in(5000), keep(position_));
    loop_.run();
    EXPECT_EQ(script_.transcript, (Lines{"orders: INFO replication", "n2:6380: INFO replication",
                                         "orders: CLIENT PAUSE 1000 WRITE | INFO replication",
                                         "n2:6380: INFO replication", "orders: " + to_nobody,
                                         "n2:6380: INFO replication"}));
    EXPECT_EQ(position_->value(), (Position{"aaaa", 1000, {}, 0}));
}

TEST_F(RedisServerTest, nothing_is_held_back_while_nothing_flows_to_the_successor) {
    next_.offset = 990;
    const auto answer = script_.answer;
    script_.answer = [&, answer](
                         const std::string& whom,
                         const std::vector<Command>& pipeline) -> Result<std::vector<RespValue>> {
        // The primary goes on; the successor hears of it only after a while.
        if (pipeline.size() == 1 && whom == "orders" && (self_.offset += 10) > 1100) {
            next_.offset = self_.offset;
        }
        if (pipeline.size() == 2) {
            EXPECT_EQ(next_.offset, self_.offset) << "held back too early";
        }
        return answer(whom, pipeline);
    };
    server_->hand_over({"n2", 6380}, Epoch{3}, in(5000), keep(position_));
    loop_.run();
    ASSERT_TRUE(position_->has_value());
    EXPECT_EQ(position_->value().offset, self_.offset);
}

TEST_F(RedisServerTest, writes_go_on_when_the_successor_stops_short) {
    const auto answer = script_.answer;
    script_.answer = [&, answer](
                         const std::string& whom,
                         const std::vector<Command>& pipeline) -> Result<std::vector<RespValue>> {
        if (joined(pipeline).starts_with("CLIENT PAUSE")) self_.offset += 10;
        return answer(whom, pipeline);
    };
    server_->hand_over({"n2", 6380}, Epoch{3}, in(5000), keep(position_));
    loop_.run();
    ASSERT_FALSE(position_->has_value());
    EXPECT_EQ(position_->error().kind, ErrorKind::refused);
    EXPECT_NE(position_->error().message.find("lacks 10 bytes"), std::string::npos);
    EXPECT_TRUE(self_.primary);
    EXPECT_FALSE(self_.paused);
}

TEST_F(RedisServerTest, writes_are_not_held_back_for_a_successor_of_another_history) {
    next_.history = "dddd";
    server_->hand_over({"n2", 6380}, Epoch{3}, in(50), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->error().kind, ErrorKind::refused);
    EXPECT_NE(position_->error().message.find("another history (dddd)"), std::string::npos);
    for (const std::string& line : script_.transcript) {
        EXPECT_EQ(line.find("PAUSE 1000"), std::string::npos) << line;
    }
}

TEST_F(RedisServerTest, a_successor_without_link_is_refused) {
    next_.link_up = false;
    server_->hand_over({"n2", 6380}, Epoch{3}, in(50), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->error().kind, ErrorKind::refused);
    EXPECT_NE(position_->error().message.find("no replication link"), std::string::npos);
}

TEST_F(RedisServerTest, what_slipped_in_before_the_close_must_reach_the_successor_too) {
    self_.moves_at_close = 14;
    server_->hand_over({"n2", 6380}, Epoch{3}, in(50), keep(position_));
    loop_.run();
    ASSERT_FALSE(position_->has_value());
    EXPECT_EQ(position_->error().kind, ErrorKind::outcome_unknown);
    EXPECT_NE(position_->error().message.find("closed at offset 1014"), std::string::npos);
    next_.offset = 1014;
    server_->hand_over({"n2", 6380}, Epoch{3}, in(50), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->value(), (Position{"aaaa", 1014, {}, 0}));
}

TEST_F(RedisServerTest, a_refused_close_lets_writes_go_on) {
    self_.refuses = "BUSY Redis is busy running a script";
    server_->hand_over({"n2", 6380}, Epoch{3}, in(5000), keep(position_));
    loop_.run();
    EXPECT_EQ(position_->error().kind, ErrorKind::refused);
    EXPECT_FALSE(self_.paused);
}

TEST_F(RedisServerTest, isolation_overtakes_a_switchover) {
    next_.offset = 1;
    std::optional<Result<Position>> switched;
    server_->hand_over({"n2", 6380}, Epoch{3}, in(5000), keep(switched));
    loop_.run_ready();
    server_->isolate(Epoch{3}, in(100), keep(position_));
    EXPECT_EQ(switched->error().kind, ErrorKind::conflict);
    loop_.run();
    EXPECT_TRUE(position_->has_value());
    EXPECT_EQ(script_.transcript.back(), "orders: " + to_nobody);
}

TEST_F(RedisServerTest, a_probe_cut_by_an_order_asks_once_more) {
    fail_next_ = outcome_unknown("the connection was lost");
    std::optional<Result<cluster::InstanceReport>> report;
    server_->observe(in(100), keep(report));
    loop_.run();
    ASSERT_TRUE(report->has_value());
    EXPECT_EQ(report->value().role, cluster::ServerRole::primary);
}

TEST_F(RedisServerTest, a_refused_connection_is_unavailable) {
    fail_next_ = unavailable("connection refused");
    std::optional<Result<cluster::InstanceReport>> report;
    server_->observe(in(100), keep(report));
    loop_.run();
    EXPECT_EQ(report->error().kind, ErrorKind::unavailable);
}

TEST_F(RedisServerTest, every_failed_step_answers_the_failure) {
    for (int step = 0; step < 2; ++step) {
        self_ = Model{};
        self_.primary = false;
        int left = step;
        const auto answer = script_.answer;
        script_.answer =
            [&, answer](const std::string& whom,
                        const std::vector<Command>& pipeline) -> Result<std::vector<RespValue>> {
            if (left-- == 0) return outcome_unknown("lost at step " + std::to_string(step));
            return answer(whom, pipeline);
        };
        server_->promote(Epoch{3}, in(100), keep(position_));
        loop_.run();
        EXPECT_EQ(position_->error().message, "lost at step " + std::to_string(step));
        script_.answer = answer;
    }
}

}  // namespace
}  // namespace baton::redis
