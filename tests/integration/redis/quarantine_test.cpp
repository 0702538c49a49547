// A real server's tail is read without ever opening it, and only to its end.
#include "adapters/redis/quarantine_room.hpp"
#include "certificate.hpp"
#include "core/cluster/loss.hpp"
#include "world.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace baton::adapters {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class QuarantineTest : public RedisWorld {
protected:
    ~QuarantineTest() override { loop_.destroy(quarantine_); }

    virtual void set(Member& member, const char* key) {
        EXPECT_EQ(client(member).ask({"SET", key, "1"}), "OK");
    }
    /// a wrote "shared", which b holds too, then "alone"; both follow nobody.
    cluster::Tail divergence(Member& a, Member& b) {
        EXPECT_TRUE(promote(a, 1).has_value());
        EXPECT_TRUE(follow(b, a, 1).has_value());
        EXPECT_TRUE(gets_in_sync(b));
        set(a, "shared");
        EXPECT_TRUE(
            becomes([&] { return observe(b).value().offset == observe(a).value().offset; }));
        const Position left = isolate(b, 2).value();
        set(a, "alone");
        const Position end = isolate(a, 2).value();
        return {cluster::Remains::in_memory,
                Epoch{2},
                end.replication_id,
                left.offset,
                end.offset,
                0,
                0};
    }
    Result<Kept> keep(Member& member, const cluster::Tail& tail,
                      const cluster::QuarantineBounds& bounds = {}) {
        if (!quarantine_) {
            quarantine_ = make_redis_quarantine(*loop_, group_, member.instance, password_,
                                                directory_.path() + "/quarantine");
        }
        const auto attach = [&](cluster::Endpoint at, Done<void> done) {
            member.server->follow(std::move(at), Epoch{2}, (*loop_).now() + std::chrono::seconds{1},
                                  std::move(done));
        };
        return loop_.ask<Kept>(
            [&](Instant deadline, auto done) {
                quarantine_->keep({group_.id, member.instance.id, tail, bounds,
                                   member.process->pid(), 1'700'000'000'000, attach},
                                  deadline, done);
            },
            10'000);
    }

    /// All that a wrote alone, and nothing that b holds.
    static void expect_tail_alone(const Kept& kept, const cluster::Tail& tail) {
        EXPECT_TRUE(kept.complete) << kept.why;
        const std::string stream = content_of(kept.place + "/tail.resp");
        EXPECT_EQ(stream.size(), tail.until - tail.from);
        EXPECT_NE(stream.find("alone"), std::string::npos);
        EXPECT_EQ(stream.find("shared"), std::string::npos);
    }

    std::unique_ptr<Quarantine> quarantine_;
};

TEST_F(QuarantineTest, the_stream_is_read_to_the_byte_while_the_server_refuses_writes) {
    Member& a = add("a");
    Member& b = add("b");
    const cluster::Tail tail = divergence(a, b);
    const auto kept = keep(a, tail);
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    EXPECT_EQ(kept.value().bytes, tail.until - tail.from);
    expect_tail_alone(kept.value(), tail);
    EXPECT_NE(content_of(kept.value().place + "/manifest.json").find("\"complete\": true"),
              std::string::npos);
    struct stat status {};
    ASSERT_EQ(::stat((kept.value().place + "/tail.resp").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(client(a).ask({"SET", "x", "1"}).substr(0, 8), "READONLY");
    EXPECT_EQ(observe(a).value().offset, tail.until) << "nothing was written to it";
}

class QuarantineOverTls : public QuarantineTest {
protected:
    QuarantineOverTls() {
        make_certificate(directory_.path(), "good");
        const std::string name = directory_.path() + "/good";
        group_.tls = {true, name + ".crt", name + ".crt", name + ".key"};
    }
    void set(Member& member, const char* key) override {
        Launch launch;
        launch.arguments = {"/usr/bin/redis-cli", "-e", "--tls", "--cacert", group_.tls.ca_file,
                            "-p", std::to_string(member.instance.endpoint.port),
                            "SET", key, "1"};
        launch.environment = {"REDISCLI_AUTH=" + password_};
        launch.directory = directory_.path();
        launch.log_file = directory_.path() + "/redis-cli.log";
        const Process process(launch);
        int status = 0;
        ASSERT_EQ(::waitpid(process.pid(), &status, 0), process.pid());
        EXPECT_EQ(status, 0) << content_of(launch.log_file);
    }
};

TEST_F(QuarantineOverTls, the_stream_is_read_to_the_byte) {
    Member& a = add("a");
    Member& b = add("b");
    const cluster::Tail tail = divergence(a, b);
    const auto kept = keep(a, tail);
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    expect_tail_alone(kept.value(), tail);
    EXPECT_EQ(observe(a).value().offset, tail.until) << "nothing was written to it";
}

TEST_F(QuarantineOverTls, a_key_that_cannot_be_read_is_named) {
    Member& a = add("a");
    Member& b = add("b");
    const cluster::Tail tail = divergence(a, b);
    ASSERT_TRUE(fs::remove(group_.tls.key_file));
    const auto kept = keep(a, tail);
    ASSERT_FALSE(kept.has_value());
    EXPECT_NE(kept.error().message.find(group_.tls.key_file), std::string::npos);
}

TEST_F(QuarantineTest, what_the_backlog_no_longer_holds_is_said_and_the_files_are_kept) {
    Member& a = add("a");
    Member& b = add("b");
    cluster::Tail tail = divergence(a, b);
    tail.from = 0;
    tail.replication_id = std::string(40, 'f');
    const auto kept = keep(a, tail);
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    EXPECT_FALSE(kept.value().complete);
    EXPECT_FALSE(kept.value().why.empty());
}

TEST_F(QuarantineTest, of_a_server_that_lost_its_memory_the_files_are_kept) {
    Member& a = add("a");
    std::ofstream(a.instance.data + "/dump.rdb") << "the last snapshot";
    std::ofstream(a.instance.data + "/temp-4711.rdb") << "half a";
    std::ofstream(a.instance.data + "/redis.conf.bak") << "requirepass secret";
    const cluster::Tail tail{cluster::Remains::on_disk, Epoch{2}, "", 100, 0, 40, 90};
    const auto kept = keep(a, tail);
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    EXPECT_FALSE(kept.value().complete);
    EXPECT_EQ(content_of(kept.value().place + "/dump.rdb"), "the last snapshot");
    EXPECT_FALSE(fs::exists(kept.value().place + "/redis.conf.bak"));
    EXPECT_FALSE(fs::exists(kept.value().place + "/temp-4711.rdb"));
    EXPECT_NE(content_of(kept.value().place + "/manifest.json").find("\"bytes_likely\": 90"),
              std::string::npos);
}

TEST_F(QuarantineTest, without_files_it_says_that_nothing_is_recoverable) {
    Member& a = add("a");
    const auto kept = keep(a, {cluster::Remains::on_disk, Epoch{2}, "", 100, 0, 40, 90});
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    EXPECT_EQ(kept.value().place, "");
    EXPECT_NE(kept.value().why.find("not recoverable"), std::string::npos);
}

TEST_F(QuarantineTest, the_oldest_makes_room_and_what_never_fits_is_refused) {
    Member& a = add("a");
    std::ofstream(a.instance.data + "/dump.rdb") << std::string(1000, 'x');
    cluster::Tail tail{cluster::Remains::on_disk, Epoch{2}, "", 100, 0, 40, 90};
    const auto first = keep(a, tail, {2, 1'000'000});
    tail.epoch = Epoch{3};
    const auto second = keep(a, tail, {2, 1'000'000});
    tail.epoch = Epoch{4};
    const auto third = keep(a, tail, {2, 1'000'000});
    ASSERT_TRUE(first && second && third);
    EXPECT_EQ(third.value().removed, std::vector<std::string>{first.value().place});
    EXPECT_EQ(quarantine_->kept().size(), 2U);
    tail.epoch = Epoch{5};
    const auto refused = keep(a, tail, {2, 500});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("quarantine.bytes"), std::string::npos);
    EXPECT_EQ(quarantine_->kept().size(), 2U) << "and nothing was removed for it";
}

}  // namespace
}  // namespace baton::adapters
