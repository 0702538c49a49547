#include "loop_thread.hpp"
#include "plain_guard.hpp"
#include "services.hpp"

#include <pwd.h>
#include <sys/stat.h>

#include <fstream>

namespace baton::adapters {
namespace {

using std::chrono::milliseconds;

constexpr Duration lease = milliseconds{750};
const std::string healthy = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

class FrontTest : public testing::Test {
protected:
    FrontTest()
        : a_("a", false),
          b_("b", false),
          agent_a_(healthy, true),
          agent_b_(healthy, true),
          guard_(*loop_),
          write_(free_port()),
          read_(free_port()) {
        start_agent();
    }
    ~FrontTest() override { loop_.destroy(front_); }

    /// What a restarted agent begins with: a front object that knows nothing.
    void start_agent(const std::string& run_as = "") {
        if (front_) loop_.destroy(front_);
        front_ = make_haproxy(*loop_, guard_,
                              {NodeId{"n1"}, directory_.path() + "/front", "", lease, run_as});
    }
    FrontServer server(const char* name, const TcpService& service, const TcpService& agent,
                       const std::string& writer) {
        return {InstanceId{name},
                {"127.0.0.1", service.port()},
                {"127.0.0.1", agent.port()},
                writer == name,
                writer != name};
    }
    std::vector<FrontRoute> routes(const std::string& writer, std::uint64_t epoch) {
        return {{GroupId{"cache"},
                 Epoch{epoch},
                 {"127.0.0.1", write_},
                 {"127.0.0.1", read_},
                 {server("a", a_, agent_a_, writer), server("b", b_, agent_b_, writer)}}};
    }
    Result<void> apply(std::vector<FrontRoute> wanted) {
        return loop_.ask<void>(
            [&](Instant deadline, auto done) { front_->apply(wanted, deadline, done); });
    }
    Result<void> apply(const std::string& writer, std::uint64_t epoch) {
        return apply(routes(writer, epoch));
    }

    [[nodiscard]] std::string configuration() const {
        std::ifstream file(directory_.path() + "/front/front.cfg");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    TemporaryDirectory directory_;
    LoopThread loop_;
    TcpService a_;
    TcpService b_;
    TcpService agent_a_;
    TcpService agent_b_;
    PlainGuard guard_;
    std::uint16_t write_;
    std::uint16_t read_;
    std::unique_ptr<Front> front_;
};

TEST_F(FrontTest, a_switch_takes_effect_at_once_and_cuts_what_is_stale) {
    ASSERT_TRUE(apply("a", 1).has_value());
    EXPECT_EQ(who_answers(write_), "a");
    EXPECT_EQ(who_answers(read_), "b");
    for (std::uint64_t epoch = 2; epoch < 30; ++epoch) {
        const std::string before = epoch % 2 == 0 ? "a" : "b";
        const std::string after = epoch % 2 == 0 ? "b" : "a";
        const Caller stale(write_);
        ASSERT_EQ(stale.ask(), before);
        const auto begin = std::chrono::steady_clock::now();
        const auto switched = apply(after, epoch);
        const auto took = std::chrono::steady_clock::now() - begin;
        ASSERT_TRUE(switched.has_value()) << switched.error().message;
        EXPECT_EQ(who_answers(write_), after);
        EXPECT_EQ(stale.ask(), "");
        RecordProperty("switch_us_" + std::to_string(epoch),
                       static_cast<int>(took / std::chrono::microseconds{1}));
    }
    EXPECT_EQ(guard_.launches, 1);
}

TEST_F(FrontTest, without_a_primary_connections_end_at_once) {
    ASSERT_TRUE(apply("nobody", 1).has_value());
    EXPECT_EQ(who_answers(write_), "");
    EXPECT_NE(who_answers(read_), "");
}

TEST_F(FrontTest, a_server_that_opens_survives_a_failed_check) {
    agent_a_.stop();
    agent_b_.stop();
    ASSERT_TRUE(apply("a", 1).has_value());
    EXPECT_EQ(who_answers(write_), "a");
    std::this_thread::sleep_for(milliseconds{500});  // At least one check has failed.
    EXPECT_EQ(who_answers(write_), "a");
    ASSERT_TRUE(apply("b", 2).has_value());
    std::this_thread::sleep_for(milliseconds{500});
    EXPECT_EQ(who_answers(write_), "b");
}

TEST_F(FrontTest, an_agent_away_for_less_than_a_lease_changes_nothing) {
    ASSERT_TRUE(apply("a", 1).has_value());
    const Caller open(write_);
    ASSERT_EQ(open.ask(), "a");
    for (int i = 0; i < 3; ++i) {
        const auto seen = agent_a_.answered();
        ASSERT_TRUE(becomes([&] { return agent_a_.answered() > seen; }));
        agent_a_.stop();
        std::this_thread::sleep_for(lease * 2 / 3);
        EXPECT_EQ(open.ask(), "a");
        agent_a_.start();
    }
}

TEST_F(FrontTest, an_agent_away_for_good_takes_its_server_out_without_any_order) {
    ASSERT_TRUE(apply("a", 1).has_value());
    const Caller open(write_);
    ASSERT_EQ(open.ask(), "a");
    agent_a_.stop();
    EXPECT_TRUE(becomes([&] { return open.ask().empty(); }));
    EXPECT_EQ(who_answers(write_), "");
    agent_a_.start();
    EXPECT_TRUE(becomes([&] { return who_answers(write_) == "a"; }));
}

TEST_F(FrontTest, a_restarted_agent_adopts_the_running_one_and_its_connections) {
    ASSERT_TRUE(apply("a", 1).has_value());
    const pid_t pid = guard_.pid();
    const Caller open(write_);
    ASSERT_EQ(open.ask(), "a");
    start_agent();
    ASSERT_TRUE(apply("a", 1).has_value());
    EXPECT_EQ(open.ask(), "a");
    ASSERT_TRUE(apply("b", 2).has_value());
    EXPECT_EQ(open.ask(), "");
    EXPECT_EQ(who_answers(write_), "b");
    EXPECT_EQ(guard_.pid(), pid);
    EXPECT_EQ(guard_.launches, 1);
}

TEST_F(FrontTest, a_killed_front_comes_back_with_its_routes) {
    ASSERT_TRUE(apply("a", 1).has_value());
    ASSERT_TRUE(apply("b", 2).has_value());
    ASSERT_EQ(::kill(guard_.pid(), SIGKILL), 0);
    // Its ports close a moment before it has ended, and until then it is no dead front.
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(guard_.pid()), &ended, WEXITED | WNOWAIT), 0);
    ASSERT_TRUE(becomes([&] { return who_answers(write_).empty(); }));
    const auto again = apply("b", 2);
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(who_answers(write_), "b");
    EXPECT_EQ(who_answers(read_), "a");
    EXPECT_EQ(guard_.launches, 2);
    EXPECT_NE(configuration().find("# group cache epoch 2"), std::string::npos);
}

/// The disk under the old primary may be what has failed.
TEST_F(FrontTest, a_switch_needs_no_disk) {
    ASSERT_TRUE(apply("a", 1).has_value());
    const std::string before = configuration();
    ASSERT_TRUE(apply("b", 2).has_value());
    EXPECT_EQ(who_answers(write_), "b");
    EXPECT_EQ(configuration(), before);
}

TEST_F(FrontTest, another_port_means_a_restart) {
    ASSERT_TRUE(apply("a", 1).has_value());
    const std::uint16_t old = std::exchange(write_, free_port());
    const auto moved = apply("a", 1);
    ASSERT_TRUE(moved.has_value()) << moved.error().message;
    EXPECT_EQ(who_answers(write_), "a");
    EXPECT_EQ(who_answers(old), "");
    EXPECT_EQ(guard_.launches, 2);
}

TEST_F(FrontTest, a_busy_port_is_named) {
    const TcpService squatter("x", false);
    write_ = squatter.port();
    const auto refused = apply("a", 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::refused);
    EXPECT_NE(refused.error().message.find("127.0.0.1:" + std::to_string(write_)),
              std::string::npos)
        << refused.error().message;
}

TEST_F(FrontTest, a_file_that_haproxy_refuses_stops_nothing) {
    ASSERT_TRUE(apply("a", 1).has_value());
    auto bad = routes("a", 1);
    bad[0].servers[1].instance = InstanceId{"no such/name"};
    const auto refused = apply(bad);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::refused);
    EXPECT_NE(refused.error().message.find("front.cfg.new"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ(who_answers(write_), "a");
}

TEST_F(FrontTest, epochs_never_go_back) {
    ASSERT_TRUE(apply("b", 2).has_value());
    EXPECT_EQ(apply("a", 1).error().kind, ErrorKind::conflict);
    EXPECT_EQ(who_answers(write_), "b");
}

TEST_F(FrontTest, a_directory_with_a_long_name_works_too) {
    const std::string deep = directory_.path() + "/" + std::string(120, 'd');
    loop_.destroy(front_);
    front_ = make_haproxy(*loop_, guard_, {NodeId{"n1"}, deep, "", lease});
    ASSERT_TRUE(apply("a", 1).has_value());
    ASSERT_TRUE(apply("b", 2).has_value());
    EXPECT_EQ(who_answers(write_), "b");
}

/// Owner of a file or, by its directory in /proc, of a process.
uid_t owner_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_uid;
}

TEST_F(FrontTest, it_runs_as_the_user_that_is_named_who_can_change_nothing_root_reads) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can start a front as another user";
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
    start_agent("nobody");
    const auto started = apply("a", 1);
    ASSERT_TRUE(started.has_value()) << started.error().message;
    EXPECT_EQ(owner_of("/proc/" + std::to_string(guard_.pid())), nobody->pw_uid);
    EXPECT_EQ(who_answers(write_), "a");
    ASSERT_TRUE(apply("b", 2).has_value());
    EXPECT_EQ(who_answers(write_), "b");
    EXPECT_EQ(guard_.launches, 1);
    const std::string front = directory_.path() + "/front";
    for (const auto& path : {front, front + "/front.cfg", front + "/front.cfg.new"}) {
        EXPECT_EQ(owner_of(path), 0U) << path;
    }
}

TEST_F(FrontTest, another_user_means_a_restart) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can start a front as another user";
    ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
    for (const std::string user : {"", "nobody", ""}) {
        start_agent(user);
        const auto applied = apply("a", 1);
        ASSERT_TRUE(applied.has_value()) << applied.error().message;
        EXPECT_EQ(who_answers(write_), "a");
        EXPECT_EQ(owner_of("/proc/" + std::to_string(guard_.pid())) == 0, user.empty());
    }
    EXPECT_EQ(guard_.launches, 3);
}

TEST_F(FrontTest, a_user_who_does_not_exist_is_named) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can start a front as another user";
    start_agent("no-such-user");
    const auto refused = apply("a", 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("no-such-user"), std::string::npos)
        << refused.error().message;
}

TEST_F(FrontTest, without_routes_nothing_runs) {
    EXPECT_TRUE(apply(std::vector<FrontRoute>{}).has_value());
    EXPECT_EQ(guard_.launches, 0);
    ASSERT_TRUE(apply("a", 1).has_value());
    EXPECT_TRUE(apply(std::vector<FrontRoute>{}).has_value());
    EXPECT_TRUE(becomes([&] { return who_answers(write_).empty(); }));
}

}  // namespace
}  // namespace baton::adapters
