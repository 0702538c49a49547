#include "adapters/front/front_files.hpp"
#include "adapters/front/render_haproxy.hpp"

#include <gtest/gtest.h>

namespace baton::front {
namespace {

constexpr Duration lease = std::chrono::milliseconds{750};
using Lines = std::vector<std::string>;

FrontServer server(const char* name, std::uint16_t port, bool writes, bool reads) {
    return {InstanceId{name},
            {"127.0.0.1", port},
            {"127.0.0.1", std::uint16_t(port + 1000)},
            writes,
            reads};
}

std::vector<FrontRoute> two(bool a_writes) {
    return {{GroupId{"cache"},
             Epoch{4},
             {"127.0.0.1", 6400},
             {"::1", 6401},
             {server("a", 7001, a_writes, !a_writes), server("b", 7002, !a_writes, a_writes)}}};
}

TEST(RenderHaproxy, the_file_holds_every_server_and_opens_those_with_traffic) {
    const std::string text = render_configuration(two(true), {lease});
    EXPECT_EQ(text.substr(text.find("\nlisten")), R"(
listen cache-write
    bind 127.0.0.1:6400
    balance first
    option httpchk
    http-check send meth GET uri /primary?group=cache ver HTTP/1.1 hdr Host baton
    http-check expect status 200
    server a 127.0.0.1:7001 check addr 127.0.0.1 port 8001
    server b 127.0.0.1:7002 check addr 127.0.0.1 port 8002 disabled

listen cache-read
    bind [::1]:6401
    balance leastconn
    option httpchk
    http-check send meth GET uri /read-only?group=cache ver HTTP/1.1 hdr Host baton
    http-check expect status 200
    server a 127.0.0.1:7001 check addr 127.0.0.1 port 8001 disabled
    server b 127.0.0.1:7002 check addr 127.0.0.1 port 8002
)");
    EXPECT_NE(text.find("# group cache epoch 4\n"), std::string::npos);
    EXPECT_NE(text.find("stats socket unix@front.sock mode 600 level admin\n"), std::string::npos);
    EXPECT_NE(text.find(" fall 4 rise 1 on-marked-down shutdown-sessions"), std::string::npos);
    EXPECT_NE(text.find("timeout connect 100ms\n"), std::string::npos);
}

TEST(RenderHaproxy, an_attempt_lasts_a_small_part_of_a_lease) {
    EXPECT_EQ(connect_timeout(std::chrono::milliseconds{300}), std::chrono::milliseconds{100});
    EXPECT_EQ(connect_timeout(std::chrono::seconds{4}), std::chrono::milliseconds{500});
}

TEST(RenderHaproxy, checks_act_no_sooner_than_a_lease) {
    EXPECT_EQ(checks_until_down(std::chrono::milliseconds{750}), 4);
    EXPECT_EQ(checks_until_down(std::chrono::milliseconds{751}), 5);
    EXPECT_EQ(checks_until_down(std::chrono::milliseconds{1}), 2);
}

TEST(RenderHaproxy, a_switch_keeps_the_mark_and_another_port_changes_it) {
    auto other = two(false);
    other[0].epoch = Epoch{5};
    EXPECT_EQ(topology_mark(two(true), {lease}), topology_mark(other, {lease}));
    other[0].write.port = 6402;
    EXPECT_NE(topology_mark(two(true), {lease}), topology_mark(other, {lease}));
    EXPECT_NE(topology_mark(two(true), {lease}), topology_mark(two(true), {lease * 2}));
}

TEST(RenderHaproxy, a_user_of_its_own_has_the_socket_in_a_place_of_its_own) {
    const Surroundings own{lease, "nobody"};
    const std::string text = render_configuration(two(true), own);
    EXPECT_NE(text.find("stats socket unix@run/front.sock mode 600"), std::string::npos) << text;
    EXPECT_NE(topology_mark(two(true), own), topology_mark(two(true), {lease}));
}

TEST(RenderHaproxy, with_an_authority_checks_speak_tls_and_verify) {
    const Surroundings secure{lease, "", "/etc/baton/it's/ca.crt"};
    const std::string text = render_configuration(two(true), secure);
    EXPECT_NE(text.find("server a 127.0.0.1:7001 check addr 127.0.0.1 port 8001 check-ssl verify "
                        "required ca-file '/etc/baton/it'\\''s/ca.crt'\n"),
              std::string::npos)
        << text;
    EXPECT_NE(topology_mark(two(true), secure), topology_mark(two(true), {lease}));
}

TEST(RenderHaproxy, the_old_side_closes_before_the_new_one_opens) {
    EXPECT_EQ(
        runtime_commands(wanted_traffic(two(true)), wanted_traffic(two(false)), false),
        (Lines{"set server cache-read/b state maint", "shutdown sessions server cache-read/b",
               "set server cache-write/a state maint", "shutdown sessions server cache-write/a",
               "set server cache-read/a state ready", "set server cache-read/a health up",
               "set server cache-write/b state ready", "set server cache-write/b health up"}));
}

TEST(RenderHaproxy, nothing_to_change_is_nothing_to_say) {
    const auto traffic = wanted_traffic(two(true));
    EXPECT_TRUE(runtime_commands(traffic, traffic, false).empty());
    EXPECT_EQ(runtime_commands(traffic, traffic, true),
              (Lines{"set server cache-read/b health up", "set server cache-write/a health up"}));
}

TEST(RenderHaproxy, reads_what_a_running_one_says) {
    const Running running = read_running(
        "Name: HAProxy\nnode: n\ndescription: baton-00ff\n\n1\n# be_id be_name ...\n"
        "2 cache-write 1 a 127.0.0.1 2 0 1 1 0 8 2 4 6 0 0 0 - 7001 - 0 0 - - 0\n"
        "2 cache-write 2 b 127.0.0.1 0 5 1 1 0 1 0 0 14 0 0 0 - 7002 - 0 0 - - 0\n"
        "3 cache-read 1 a 127.0.0.1 2 4 1 1 0 1 0 0 14 0 0 0 - 7001 - 0 0 - - 0\n"
        "3 cache-read 2 b 127.0.0.1 0 1 1 1 0 1 0 0 14 0 0 0 - 7002 - 0 0 - - 0\n\n");
    EXPECT_EQ(running.mark, "baton-00ff");
    EXPECT_EQ(running.traffic, (Traffic{{{"cache-write", "a"}, true},
                                        {{"cache-write", "b"}, false},
                                        {{"cache-read", "a"}, true},
                                        {{"cache-read", "b"}, false}}));
}

TEST(RenderHaproxy, a_door_without_port_does_not_exist) {
    auto routes = two(true);
    routes[0].read.port = 0;
    EXPECT_EQ(wanted_traffic(routes).size(), 2U);
    EXPECT_EQ(render_configuration(routes, {lease}).find("cache-read"), std::string::npos);
}

TEST(FrontFailure, a_busy_port_is_named) {
    const Error error = explain_failure(
        "[NOTICE]   (9) : haproxy version is 2.6.12\n"
        "[ALERT]    (9) : Binding [front.cfg:17] for proxy cache-write: cannot bind socket "
        "(Address already in use) for [127.0.0.1:6400]\n");
    EXPECT_EQ(error.kind, ErrorKind::refused);
    EXPECT_NE(error.message.find("cannot listen on 127.0.0.1:6400"), std::string::npos);
}

TEST(FrontFailure, other_alerts_are_passed_on) {
    const Error error = explain_failure(
        "[NOTICE]   (9) : path\n[ALERT]    (9) : config : parsing [front.cfg:6] : unknown\n");
    EXPECT_EQ(error.message, "HAProxy does not start: config : parsing [front.cfg:6] : unknown");
}

TEST(FrontFiles, a_missing_binary_says_what_to_install) {
    EXPECT_EQ(find_haproxy("/nowhere/haproxy").error().kind, ErrorKind::invalid);
    const auto missing = find_haproxy("no-such-haproxy-anywhere");
    EXPECT_NE(missing.error().message.find("apt-get install haproxy"), std::string::npos);
}

}  // namespace
}  // namespace baton::front
