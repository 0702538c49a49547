#include "certificate.hpp"
#include "world.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <utility>

namespace baton::adapters {
namespace {

class RedisTest : public RedisWorld {};

TEST_F(RedisTest, a_server_starts_fenced) {
    Member& a = add("a");
    EXPECT_EQ(client(a).ask({"SET", "x", "1"}).substr(0, 8), "READONLY");
    EXPECT_EQ(client(a).ask({"PSYNC", "?", "-1"}).substr(0, 12), "NOMASTERLINK");
    const auto report = observe(a).value();
    EXPECT_EQ(report.role, cluster::ServerRole::standby);
    EXPECT_EQ(report.following_endpoint, cluster::Endpoint{});
    EXPECT_EQ(report.offset, 0U);
    struct stat file{};
    ASSERT_EQ(::stat((a.instance.data + "/redis.conf").c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(RedisTest, the_history_of_a_new_primary_keeps_its_id_when_the_first_standby_comes) {
    Member& a = add("a");
    Member& b = add("b");
    const auto opened = promote(a, 1);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(client(a).ask({"SET", "x", "1"}), "OK");
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    EXPECT_EQ(observe(a).value().replication_id, opened.value().replication_id);
    EXPECT_EQ(observe(b).value().replication_id, opened.value().replication_id);
    EXPECT_EQ(promote(a, 1).value().replication_id, opened.value().replication_id);
    const auto report = observe(b).value();
    EXPECT_EQ(report.following_endpoint, a.instance.endpoint);
    EXPECT_EQ(report.keys, 1U);
    EXPECT_GT(report.offset, 0U);
    EXPECT_FALSE(report.loading);
}

TEST_F(RedisTest, a_primary_that_needs_standbys_is_copied_by_those_of_its_group_alone) {
    Member& a = add("a");
    Member& b = add("b");
    Member& stranger = add("c");
    ASSERT_TRUE(promote(a, 1).has_value());
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    // As anybody who knows the password of the group's clients attaches a copy.
    client(stranger).ask({"CONFIG", "SET", "masteruser", ""});
    client(stranger).ask({"CONFIG", "SET", "masterauth", password_});
    client(stranger).ask({"REPLICAOF", "127.0.0.1", std::to_string(a.instance.endpoint.port)});
    ASSERT_TRUE(gets_in_sync(stranger));
    const auto replicas = [&] { return client(a).ask({"CLIENT", "LIST", "TYPE", "replica"}); };
    EXPECT_NE(replicas().find("user=default"), std::string::npos);

    const Standbys wanted{1, {InstanceId{"a"}, InstanceId{"b"}}};
    const auto required = require_standbys(a, wanted);
    ASSERT_TRUE(required.has_value()) << required.error().message;
    EXPECT_EQ(replicas().find("user=default"), std::string::npos);
    EXPECT_TRUE(becomes([&] { return !observe(stranger).value().link_up; }));
    EXPECT_EQ(client(a).ask({"PSYNC", "?", "-1"}).substr(0, 6), "NOPERM");
    EXPECT_NE(replicas().find("user=baton:b"), std::string::npos);
    EXPECT_TRUE(observe(b).value().link_up);
    // It is told again and changes nothing for those who belong there.
    ASSERT_TRUE(require_standbys(a, wanted).has_value());
    EXPECT_TRUE(observe(b).value().link_up);

    ASSERT_TRUE(require_standbys(a, {0, wanted.admitted}).has_value());
    EXPECT_TRUE(gets_in_sync(stranger));
}

TEST_F(RedisTest, a_standby_that_is_no_longer_declared_is_cut_off) {
    Member& a = add("a");
    Member& b = add("b");
    Member& c = add("c");
    ASSERT_TRUE(promote(a, 1).has_value());
    for (Member* each : {&b, &c}) {
        ASSERT_TRUE(follow(*each, a, 1).has_value());
        ASSERT_TRUE(gets_in_sync(*each));
    }
    ASSERT_TRUE(require_standbys(a, {1, {InstanceId{"a"}, InstanceId{"b"}}}).has_value());
    EXPECT_TRUE(becomes([&] { return !observe(c).value().link_up; }));
    EXPECT_EQ(client(a).ask({"CLIENT", "LIST", "TYPE", "replica"}).find("user=baton:c"),
              std::string::npos);
    ASSERT_TRUE(
        require_standbys(a, {1, {InstanceId{"a"}, InstanceId{"b"}, InstanceId{"c"}}}).has_value());
    EXPECT_TRUE(gets_in_sync(c));
}

/// Writes unique keys one after the other and remembers what was acknowledged.
class Writer {
public:
    Writer(std::string name, std::function<Client()> connect)
        : name_(std::move(name)), thread_([this, connect] { run(connect); }) {}
    ~Writer() { stop(); }
    void stop() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::size_t acknowledged() const { return count_; }
    [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

private:
    void run(const std::function<Client()>& connect) {
        std::size_t next = 0;
        while (!stopping_) {
            Client client = connect();
            for (;;) {
                const std::string key = name_ + std::to_string(next++);
                const std::string answer = client.ask({"SET", key, "1"});
                if (answer == "OK") {
                    keys_.push_back(key);
                    ++count_;
                }
                if (answer != "OK" || stopping_) break;
            }
        }
    }
    std::string name_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> count_ = 0;
    std::vector<std::string> keys_;
    std::thread thread_;
};

TEST_F(RedisTest, a_switchover_under_load_loses_nothing_and_copies_nothing) {
    Member& a = add("a");
    Member& b = add("b");
    ASSERT_TRUE(promote(a, 1).has_value());
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    Writer first("first", [&] { return client(a); });
    Writer second("second", [&] { return client(a); });
    ASSERT_TRUE(becomes([&] { return first.acknowledged() > 500 && second.acknowledged() > 500; }));
    const auto position = hand_over(a, b, 1);
    ASSERT_TRUE(position.has_value()) << position.error().message;
    const auto repeated = hand_over(a, b, 1);
    ASSERT_TRUE(repeated.has_value()) << repeated.error().message;
    EXPECT_EQ(repeated.value(), position.value());
    ASSERT_TRUE(promote(b, 2).has_value());
    first.stop();
    second.stop();
    Client reader = client(b);
    std::size_t lost = 0;
    for (const Writer* writer : {&first, &second}) {
        for (const std::string& key : writer->keys()) lost += reader.ask({"GET", key}) != "1";
    }
    EXPECT_EQ(lost, 0U) << "of " << first.keys().size() + second.keys().size();
    EXPECT_EQ(reader.ask({"SET", "after", "1"}), "OK");
    ASSERT_TRUE(follow(a, b, 2).has_value());
    ASSERT_TRUE(gets_in_sync(a));
    EXPECT_EQ(observe(b).value().full_syncs, 0U);
    EXPECT_EQ(client(a).ask({"GET", "after"}), "1");
}

TEST_F(RedisTest, a_switchover_to_a_frozen_successor_lets_writes_go_on) {
    Member& a = add("a");
    Member& b = add("b");
    ASSERT_TRUE(promote(a, 1).has_value());
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    b.process->signal(SIGSTOP);
    const auto position = hand_over(a, b, 1);
    b.process->signal(SIGCONT);
    ASSERT_FALSE(position.has_value());
    EXPECT_EQ(client(a).ask({"SET", "x", "1"}), "OK");
}

TEST_F(RedisTest, an_isolated_primary_drops_its_clients_and_rejoins_by_partial_sync) {
    Member& a = add("a");
    Member& b = add("b");
    ASSERT_TRUE(promote(a, 1).has_value());
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    Client old = client(a);
    ASSERT_EQ(old.ask({"SET", "x", "1"}), "OK");
    ASSERT_TRUE(becomes([&] { return observe(b).value().offset == observe(a).value().offset; }));
    ASSERT_TRUE(isolate(a, 1).has_value());
    EXPECT_EQ(old.ask({"SET", "y", "1"}), "");
    EXPECT_EQ(client(a).ask({"SET", "y", "1"}).substr(0, 8), "READONLY");
    const auto severed = isolate(b, 1);
    ASSERT_TRUE(severed.has_value()) << severed.error().message;
    EXPECT_EQ(severed.value().offset, isolate(a, 1).value().offset);
    ASSERT_TRUE(promote(b, 2).has_value());
    ASSERT_TRUE(follow(a, b, 2).has_value());
    ASSERT_TRUE(gets_in_sync(a));
    EXPECT_EQ(observe(b).value().full_syncs, 0U);
    EXPECT_EQ(promote(a, 1).error().kind, ErrorKind::conflict);
}

TEST_F(RedisTest, an_emptied_primary_does_not_wipe_its_standby) {
    Member& a = add("a");
    Member& b = add("b");
    ASSERT_TRUE(promote(a, 1).has_value());
    ASSERT_EQ(client(a).ask({"SET", "x", "1"}), "OK");
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    a.process->kill();
    std::filesystem::remove_all(a.instance.data);
    start(a);
    ASSERT_TRUE(becomes([&] { return observe(a).has_value(); }));
    // The standby asks again and again; the emptied server must refuse every time.
    ASSERT_TRUE(becomes([&] {
        std::ifstream log(b.instance.data + "/redis.log");
        const std::string text{std::istreambuf_iterator<char>(log), {}};
        return text.find("NOMASTERLINK") != std::string::npos;
    }));
    EXPECT_EQ(observe(b).value().keys, 1U);
}

TEST_F(RedisTest, a_wrong_password_is_refused_without_showing_it) {
    Member& a = add("a");
    auto stranger = make_redis(*loop_, group_, a.instance, "hunter2");
    belongs_to(*stranger, a.process->pid());
    const auto report = loop_.ask<cluster::InstanceReport>(
        [&](Instant deadline, auto done) { stranger->observe(deadline, done); });
    loop_.destroy(stranger);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().kind, ErrorKind::refused);
    for (const char* part : {"a of group cache", "127.0.0.1:", "/etc/baton/cache.password"}) {
        EXPECT_NE(report.error().message.find(part), std::string::npos) << report.error().message;
    }
    EXPECT_EQ(report.error().message.find("hunter2"), std::string::npos);
}

/// Another server at the address of ours must not see the password, whichever
/// process the guard runs.
TEST_F(RedisTest, a_foreign_server_is_not_told_the_password) {
    Member& a = add("a");
    a.process->kill();
    const std::string ours = std::exchange(password_, "");
    start(a);
    const std::int64_t stranger = a.process->pid();
    ASSERT_TRUE(becomes([&] { return client(a).ask({"PING"}) == "PONG"; }));
    Client watcher = client(a);
    for (const std::int64_t pid : {std::int64_t{0}, std::int64_t{::getpid()}}) {
        belongs_to(*a.server, pid);
        const auto report = observe(a);
        ASSERT_TRUE(report.has_value()) << "without a password anybody may look";
        EXPECT_EQ(report.value().pid, stranger);
        EXPECT_EQ(watcher.ask({"INFO", "commandstats"}).find("cmdstat_auth"), std::string::npos);
    }
    belongs_to(*a.server, stranger);
    static_cast<void>(observe(a));
    EXPECT_NE(watcher.ask({"INFO", "commandstats"}).find("cmdstat_auth"), std::string::npos)
        << "the test sees an AUTH when there is one";
    password_ = ours;
}

TEST_F(RedisTest, a_foreign_server_that_wants_a_password_is_named_and_not_told_ours) {
    Member& a = add("a");
    belongs_to(*a.server, ::getpid());
    const auto report = observe(a);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().kind, ErrorKind::refused);
    EXPECT_NE(report.error().message.find("not the process that baton started"), std::string::npos)
        << report.error().message;
}

TEST_F(RedisTest, a_frozen_server_is_unknown_a_dead_one_unavailable_and_both_come_back) {
    Member& a = add("a");
    a.process->signal(SIGSTOP);
    const auto frozen = observe(a, 100);
    ASSERT_FALSE(frozen.has_value());
    EXPECT_EQ(frozen.error().kind, ErrorKind::outcome_unknown) << frozen.error().message;
    a.process->signal(SIGCONT);
    EXPECT_TRUE(becomes([&] { return observe(a).has_value(); }));
    a.process->kill();
    const auto dead = observe(a, 100);
    ASSERT_FALSE(dead.has_value());
    EXPECT_EQ(dead.error().kind, ErrorKind::unavailable) << dead.error().message;
    start(a);
    EXPECT_TRUE(becomes([&] { return observe(a).has_value(); }));
}

TEST_F(RedisTest, a_binary_that_is_missing_or_too_old_is_named) {
    cluster::Instance instance;
    instance.endpoint = {"127.0.0.1", 1};
    instance.data = directory_.path() + "/never";
    group_.server_binary = directory_.path() + "/redis-server";
    const auto missing = launch_redis(group_, instance, password_);
    EXPECT_EQ(missing.error().kind, ErrorKind::invalid);
    EXPECT_NE(missing.error().message.find(group_.server_binary), std::string::npos);
    std::ofstream(group_.server_binary) << "#!/bin/sh\necho 'Redis server v=5.0.7 sha=0'\n";
    ASSERT_EQ(::chmod(group_.server_binary.c_str(), 0700), 0);
    const auto old = launch_redis(group_, instance, password_);
    EXPECT_EQ(old.error().kind, ErrorKind::invalid);
    EXPECT_NE(old.error().message.find("5.0.7; 6.2 or newer"), std::string::npos)
        << old.error().message;
    EXPECT_FALSE(std::filesystem::exists(instance.data));
}

class RedisTlsTest : public RedisWorld {
protected:
    RedisTlsTest() {
        make_certificate(directory_.path(), "good");
        make_certificate(directory_.path(), "other");
        group_.tls = {true, file("good.crt"), file("good.crt"), file("good.key")};
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return directory_.path() + "/" + name;
    }
};

TEST_F(RedisTlsTest, everything_works_over_tls) {
    Member& a = add("a");
    Member& b = add("b");
    const auto opened = promote(a, 1);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    ASSERT_TRUE(follow(b, a, 1).has_value());
    ASSERT_TRUE(gets_in_sync(b));
    ASSERT_TRUE(hand_over(a, b, 1).has_value());
    ASSERT_TRUE(promote(b, 2).has_value());
    EXPECT_EQ(observe(b).value().role, cluster::ServerRole::primary);
}

TEST_F(RedisTlsTest, a_certificate_of_another_authority_is_refused) {
    Member& a = add("a");
    cluster::Group wrong = group_;
    wrong.tls.ca_file = file("other.crt");
    auto stranger = make_redis(*loop_, wrong, a.instance, password_);
    const auto report = loop_.ask<cluster::InstanceReport>(
        [&](Instant deadline, auto done) { stranger->observe(deadline, done); });
    loop_.destroy(stranger);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().kind, ErrorKind::refused);
    EXPECT_NE(report.error().message.find("TLS"), std::string::npos);
}

}  // namespace
}  // namespace baton::adapters
