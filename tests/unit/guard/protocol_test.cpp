#include "guard/protocol.hpp"

#include "adapters/guard/orders.hpp"
#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace baton {
namespace {

using adapters::Datagram;
using adapters::launch_order;
using adapters::plain_order;
using guard::Kind;

Launch example() {
    return {"redis-a",
            {"/usr/bin/redis-server", "/etc/a.conf", ""},
            {"EPOCH=7", "EMPTY="},
            "/var/lib/a",
            "redis",
            "/var/log/a.log"};
}

const char* problem_of(const Datagram& datagram) {
    guard::Order order;
    guard::Program program;
    return guard::read_order(datagram, order, program);
}

template <std::size_t Size>
std::vector<std::string> strings_of(const std::array<const char*, Size>& pointers) {
    std::vector<std::string> strings;
    for (const char* const* at = pointers.data(); *at != nullptr; ++at) strings.emplace_back(*at);
    return strings;
}

TEST(GuardProtocol, ALaunchArrivesAsItWasSent) {
    const auto datagram = launch_order(example(), 42);
    ASSERT_TRUE(datagram);
    guard::Order order;
    guard::Program program;
    ASSERT_EQ(guard::read_order(datagram.value(), order, program), nullptr);
    EXPECT_EQ(order.header.number, 42U);
    EXPECT_EQ(guard::text_of(order.name), "redis-a");
    EXPECT_STREQ(program.directory, "/var/lib/a");
    EXPECT_STREQ(program.user, "redis");
    EXPECT_STREQ(program.log_file, "/var/log/a.log");
    EXPECT_EQ(strings_of(program.arguments), example().arguments);
    const auto variables = strings_of(program.variables);
    ASSERT_EQ(variables.size(), 4U);
    EXPECT_EQ(variables[0].substr(0, 5), "PATH=");
    EXPECT_EQ(variables[1], "LANG=C.UTF-8");
    EXPECT_EQ(variables[2], "EPOCH=7");
    EXPECT_EQ(variables[3], "EMPTY=");
}

TEST(GuardProtocol, EveryTruncationIsRefused) {
    const auto whole = launch_order(example(), 1).value();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Datagram part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_NE(problem_of(part), nullptr) << length;
    }
    Datagram longer = whole;
    longer.push_back('\0');
    EXPECT_NE(problem_of(longer), nullptr);
}

TEST(GuardProtocol, NoDamagedOrderIsReadBeyondItsEnd) {
    Random random{1};
    const auto whole = launch_order(example(), 1).value();
    for (int round = 0; round < 20'000; ++round) {
        Datagram damaged = whole;
        for (std::uint64_t change = random.below(8) + 1; change > 0; --change) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
        }
        // An exact allocation, so that a sanitizer sees a read beyond it.
        damaged.shrink_to_fit();
        guard::Order order;
        guard::Program program;
        if (guard::read_order(damaged, order, program) != nullptr) continue;
        if (order.header.kind != Kind::launch) continue;
        EXPECT_EQ(program.arguments[0][0], '/');
        EXPECT_LE(strings_of(program.arguments).size(), guard::arguments_max);
    }
}

TEST(GuardProtocol, PathsMustBeAbsolute) {
    for (auto break_it : {+[](Launch& launch) { launch.arguments[0] = "redis-server"; },
                          +[](Launch& launch) { launch.directory = "data"; },
                          +[](Launch& launch) { launch.log_file = ""; }}) {
        Launch launch = example();
        break_it(launch);
        const auto order = launch_order(launch, 1);
        ASSERT_FALSE(order);
        EXPECT_EQ(order.error().kind, ErrorKind::invalid);
        EXPECT_NE(order.error().message.find("absolute"), std::string::npos);
    }
}

TEST(GuardProtocol, BoundsAreRefusedWithTheirNumber) {
    Launch launch = example();
    launch.name = std::string(64, 'x');
    EXPECT_NE(launch_order(launch, 1).error().message.find("63"), std::string::npos);
    launch = example();
    launch.arguments.resize(129, "x");
    EXPECT_NE(launch_order(launch, 1).error().message.find("128"), std::string::npos);
    launch = example();
    launch.environment.resize(65, "A=1");
    EXPECT_NE(launch_order(launch, 1).error().message.find("64"), std::string::npos);
    launch = example();
    launch.arguments.push_back(std::string(40'000, 'x'));
    EXPECT_NE(launch_order(launch, 1).error().message.find("32768"), std::string::npos);
}

TEST(GuardProtocol, BadNamesArgumentsAndVariablesAreRefused) {
    Launch launch = example();
    launch.name = "";
    EXPECT_FALSE(launch_order(launch, 1));
    launch.name = "a\nb";
    EXPECT_FALSE(launch_order(launch, 1));
    launch = example();
    launch.arguments.clear();
    EXPECT_FALSE(launch_order(launch, 1));
    launch = example();
    launch.environment = {"NO_VALUE"};
    EXPECT_FALSE(launch_order(launch, 1));
    launch = example();
    launch.arguments[1] = std::string("a\0b", 3);
    EXPECT_FALSE(launch_order(launch, 1)) << "a zero inside would shift every later text";
}

TEST(GuardProtocol, AnotherVersionIsRefused) {
    auto datagram = plain_order(Kind::list, "", {}, 1).value();
    ASSERT_EQ(problem_of(datagram), nullptr);
    datagram[0] = 99;
    EXPECT_STREQ(problem_of(datagram), "the message is of another version");
}

TEST(GuardProtocol, AnAnswerHasOnlyItsEntries) {
    guard::Answer answer;
    answer.header.kind = Kind::state;
    answer.entries = 2;
    answer.entry[1].pid = 77;
    std::vector<char> datagram(answer.bytes());
    std::memcpy(datagram.data(), &answer, datagram.size());
    guard::Answer read;
    ASSERT_TRUE(guard::read_answer(datagram, read));
    EXPECT_EQ(read.entry[1].pid, 77);
    datagram.pop_back();
    EXPECT_FALSE(guard::read_answer(datagram, read));
    EXPECT_FALSE(guard::read_answer({}, read));
}

}  // namespace
}  // namespace baton
