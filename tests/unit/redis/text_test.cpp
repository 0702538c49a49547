#include "adapters/redis/redis_codec.hpp"
#include "adapters/redis/redis_configuration.hpp"
#include "adapters/redis/redis_errors.hpp"
#include "adapters/redis/redis_report.hpp"
#include "adapters/redis/standby_user.hpp"

#include <gtest/gtest.h>

#include <set>

namespace baton::redis {
namespace {

const char* const standby_info =
    "# Server\r\nredis_version:7.0.15\r\nprocess_id:4711\r\nrun_id:0123abcd\r\n"
    "# Replication\r\nrole:slave\r\nmaster_host:10.0.0.2\r\nmaster_port:6379\r\n"
    "master_link_status:up\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:5000\r\n"
    "master_replid:aaaa\r\nmaster_replid2:bbbb\r\nmaster_repl_offset:5000\r\n"
    "second_repl_offset:4001\r\nrepl_backlog_active:1\r\n"
    "# Stats\r\nsync_full:2\r\n# Keyspace\r\ndb0:keys=10,expires=1,avg_ttl=0\r\n"
    "db7:keys=5,expires=0,avg_ttl=0\r\n# Persistence\r\nloading:0\r\nasync_loading:0\r\n";

TEST(RedisReport, reads_a_standby) {
    const auto report = read_report(standby_info).value();
    EXPECT_EQ(report.role, cluster::ServerRole::standby);
    EXPECT_EQ(report.following_endpoint, (cluster::Endpoint{"10.0.0.2", 6379}));
    EXPECT_TRUE(report.link_up);
    EXPECT_FALSE(report.loading);
    EXPECT_EQ(report.pid, 4711);
    EXPECT_EQ(report.run_id, "0123abcd");
    EXPECT_EQ(report.replication_id, "aaaa");
    EXPECT_EQ(report.replication_id2, "bbbb");
    EXPECT_EQ(report.offset2, 4001U);
    EXPECT_EQ(report.offset, 5000U);
    EXPECT_EQ(report.keys, 15U);
    EXPECT_EQ(report.full_syncs, 2U);
}

TEST(RedisReport, reads_a_primary_without_earlier_history) {
    const auto report = read_report(
                            "role:master\r\nmaster_replid:aaaa\r\n"
                            "master_replid2:0000000000000000000000000000000000000000\r\n"
                            "master_repl_offset:77\r\nsecond_repl_offset:-1\r\nloading:1\r\n")
                            .value();
    EXPECT_EQ(report.role, cluster::ServerRole::primary);
    EXPECT_EQ(report.offset, 77U);
    EXPECT_TRUE(report.replication_id2.empty());
    EXPECT_EQ(report.offset2, 0U);
    EXPECT_TRUE(report.loading);
    EXPECT_EQ(report.keys, 0U);
}

TEST(RedisReport, a_standby_of_nobody_follows_nobody_and_holds_no_position_of_its_own) {
    const auto replication =
        read_replication(
            "role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:1\r\n"
            "master_link_status:down\r\nmaster_sync_in_progress:0\r\n"
            "slave_repl_offset:1\r\nmaster_replid:aaaa\r\nrepl_backlog_active:0\r\n")
            .value();
    EXPECT_FALSE(replication.following.has_value());
    EXPECT_EQ(replication.position.offset, 0U);
    EXPECT_FALSE(replication.backlog);
    EXPECT_FALSE(replication.link_up);
}

TEST(RedisReport, a_failed_write_to_disk_is_told) {
    const auto cannot_save = [](const std::string& persistence) {
        return read_report("role:master\r\nmaster_replid:aaaa\r\n" + persistence)
            .value()
            .cannot_save;
    };
    EXPECT_FALSE(cannot_save("rdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\n"));
    EXPECT_TRUE(cannot_save("rdb_last_bgsave_status:err\r\naof_last_write_status:ok\r\n"));
    EXPECT_TRUE(cannot_save("aof_enabled:1\r\naof_last_write_status:err\r\n"));
    EXPECT_FALSE(cannot_save("aof_enabled:0\r\naof_last_write_status:err\r\n"));
}

TEST(RedisReport, that_writes_take_standbys_is_told) {
    const std::string info = "role:master\r\nmaster_replid:aaaa\r\n";
    EXPECT_FALSE(read_report(info).value().needs_standbys);
    EXPECT_TRUE(read_report(info + "min_slaves_good_slaves:0\r\n").value().needs_standbys);
}

TEST(RedisReport, a_standby_receiving_a_copy_has_no_link_yet) {
    const auto report = read_report(
                            "role:slave\r\nmaster_host:10.0.0.2\r\nmaster_port:6379\r\n"
                            "master_link_status:up\r\nmaster_sync_in_progress:1\r\n")
                            .value();
    EXPECT_FALSE(report.link_up);
    EXPECT_TRUE(report.loading);
}

TEST(RedisReport, something_else_than_redis_is_refused) {
    EXPECT_EQ(read_report("role:sentinel\r\n").error().kind, ErrorKind::refused);
    EXPECT_EQ(read_report("").error().kind, ErrorKind::refused);
}

TEST(RedisErrors, tell_repeat_from_fix) {
    const Target target{GroupId{"cache"}, InstanceId{"cache-n1"}, {"n1", 6379}, "/etc/pw"};
    const auto kind = [&](const char* reply) { return classify(reply, target).kind; };
    EXPECT_EQ(kind("LOADING Redis is loading the dataset in memory"), ErrorKind::unavailable);
    EXPECT_EQ(kind("BUSY Redis is busy running a script"), ErrorKind::unavailable);
    EXPECT_EQ(kind("MASTERDOWN Link with MASTER is down"), ErrorKind::unavailable);
    EXPECT_EQ(kind("READONLY You can't write against a read only replica."), ErrorKind::refused);
    EXPECT_EQ(kind("MISCONF Errors writing to the AOF file"), ErrorKind::refused);
    EXPECT_EQ(kind("ERR unknown command"), ErrorKind::refused);
    for (const char* reply : {"NOAUTH Authentication required.",
                              "WRONGPASS invalid username-password pair or user is disabled."}) {
        const Error error = classify(reply, target);
        EXPECT_EQ(error.kind, ErrorKind::refused);
        EXPECT_EQ(error.message,
                  "instance cache-n1 of group cache at n1:6379: wrong password; check that /etc/pw "
                  "is the same on every node and holds this server's requirepass");
    }
}

TEST(RedisErrors, an_address_of_six_gets_brackets) {
    EXPECT_EQ(text_of({"::1", 6379}), "[::1]:6379");
}

cluster::Group local_group() {
    cluster::Group group;
    group.id = GroupId{"cache"};
    return group;
}
cluster::Instance local_instance() {
    cluster::Instance instance;
    instance.id = InstanceId{"cache-n1"};
    instance.endpoint = {"127.0.0.1", 7001};
    instance.data = "/data/cache";
    return instance;
}

std::string with(std::string text, const std::string& place, const std::string& value) {
    return text.replace(text.find(place), place.size(), value);
}

TEST(RedisConfiguration, starts_as_a_standby_of_nobody) {
    const StandbyUser user = standby_user(GroupId{"cache"}, InstanceId{"cache-n1"}, "pa\"ss\n");
    EXPECT_EQ(server_configuration(local_group(), local_instance(), "pa\"ss\n").value(),
              with(R"(# Written by baton at every start of the server; changes are lost.
bind "127.0.0.1"
port 7001
protected-mode no
dir "/data/cache"
replicaof 127.0.0.1 1
replica-read-only yes
replica-serve-stale-data yes
repl-diskless-sync yes
repl-diskless-sync-delay 0
repl-backlog-size 64mb
repl-backlog-ttl 0
repl-timeout 30
tcp-keepalive 60
daemonize no
supervised no
requirepass "pa\"ss\x0a"
masteruser "baton:cache-n1"
masterauth "SECRET"
)",
                   "SECRET", user.secret));
}

TEST(RedisConfiguration, knows_the_user_of_each_instance_and_not_their_secrets) {
    auto group = local_group();
    group.instances = {local_instance(), local_instance()};
    group.instances[1].id = InstanceId{"cache-n2"};
    const auto text = server_configuration(group, local_instance(), "").value();
    for (const cluster::Instance& each : group.instances) {
        const StandbyUser user = standby_user(group.id, each.id, "");
        const std::string line = "user \"" + user.name + "\" on #";
        EXPECT_NE(text.find(line), std::string::npos) << text;
    }
    const StandbyUser other = standby_user(group.id, group.instances[1].id, "");
    EXPECT_EQ(text.find(other.secret), std::string::npos);
}

TEST(StandbyUser, its_secret_follows_from_group_instance_and_password) {
    const auto secret = [](const char* group, const char* instance, const char* password) {
        return standby_user(GroupId{group}, InstanceId{instance}, password).secret;
    };
    const std::string one = secret("cache", "cache-n1", "word");
    EXPECT_EQ(one, secret("cache", "cache-n1", "word"));
    EXPECT_EQ(one.size(), 64U);
    std::set<std::string> all{one, secret("queue", "cache-n1", "word"),
                              secret("cache", "cache-n2", "word"), secret("cache", "cache-n1", "")};
    EXPECT_EQ(all.size(), 4U);
    EXPECT_EQ(standby_user(GroupId{"cache"}, InstanceId{"cache-n1"}, "word").name,
              "baton:cache-n1");
}

TEST(RedisConfiguration, with_tls_there_is_no_plain_port) {
    auto group = local_group();
    group.tls = {true, "/ca.pem", "/cert.pem", "/key.pem"};
    const auto text = server_configuration(group, local_instance(), "x").value();
    EXPECT_NE(text.find("port 0\ntls-port 7001\ntls-replication yes\n"), std::string::npos);
    EXPECT_NE(text.find("tls-ca-cert-file \"/ca.pem\""), std::string::npos);
}

TEST(RedisConfiguration, arguments_that_would_open_the_fence_are_refused) {
    auto group = local_group();
    group.server_arguments = {"--maxmemory", "1gb"};
    EXPECT_TRUE(server_configuration(group, local_instance(), "").has_value());
    for (const char* bad : {"--replicaof", "--port", "--tls-port", "--requirepass", "--user"}) {
        group.server_arguments = {bad, "x"};
        const auto refused = server_configuration(group, local_instance(), "");
        ASSERT_FALSE(refused.has_value()) << bad;
        EXPECT_NE(refused.error().message.find(bad), std::string::npos);
    }
}

TEST(RedisConfiguration, no_server_listens_beyond_loopback_without_password) {
    auto instance = local_instance();
    instance.endpoint.host = "10.0.0.1";
    EXPECT_EQ(server_configuration(local_group(), instance, "").error().kind, ErrorKind::invalid);
    EXPECT_TRUE(server_configuration(local_group(), instance, "x").has_value());
}

TEST(RedisCodec, replies_may_come_in_any_pieces) {
    const std::string bytes = "*2\r\n+OK\r\n$3\r\na\r\n\r\n:42\r\n-ERR no\r\n$-1\r\n";
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        ReplyReader reader;
        std::vector<RespValue> replies;
        for (const auto& piece : {bytes.substr(0, split), bytes.substr(split)}) {
            ASSERT_TRUE(reader.feed(piece));
            while (auto reply = reader.next().value()) replies.push_back(*reply);
        }
        ASSERT_EQ(replies.size(), 4U);
        EXPECT_EQ(replies[0].elements[1].text, "a\r\n");
        EXPECT_EQ(replies[1].integer, 42);
        EXPECT_EQ(replies[2].kind, RespValue::Kind::error);
        EXPECT_EQ(replies[3].kind, RespValue::Kind::nil);
    }
}

TEST(RedisCodec, other_protocols_are_refused) {
    ReplyReader reader;
    ASSERT_TRUE(reader.feed("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_EQ(reader.next().error().kind, ErrorKind::refused);
}

TEST(RedisCodec, arguments_are_binary_safe) {
    EXPECT_EQ(encode({{"SET", "a b", std::string("\0\r\n", 3)}}),
              std::string("*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\0\r\n\r\n", 31));
}

}  // namespace
}  // namespace baton::redis
