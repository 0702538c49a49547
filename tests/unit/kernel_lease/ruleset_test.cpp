// The text the kernel gets.
#include "adapters/kernel_lease/ruleset.hpp"

#include <gtest/gtest.h>

#include <array>

namespace baton::kernel_lease {
namespace {

using std::chrono::milliseconds;

TEST(Table, IsNamedAfterClusterNodeAndPlace) {
    const std::string name = table_name("shop", "web-1", "/var/lib/baton");
    EXPECT_TRUE(name.starts_with("baton/shop/web-1/")) << name;
    EXPECT_EQ(name, table_name("shop", "web-1", "/var/lib/baton"));
    EXPECT_NE(name, table_name("shop", "web-1", "/var/lib/other"));
}

TEST(Rules, DropInBothDirectionsUnlessBothHalvesHoldThePort) {
    const std::string text = Ruleset("t", "10.0.0.1").setup();
    for (const char* rule :
         {"inet t input ip daddr 10.0.0.1 tcp dport @guarded tcp dport != @first counter drop",
          "inet t input ip daddr 10.0.0.1 tcp dport @guarded tcp dport != @second counter drop",
          "inet t output ip saddr 10.0.0.1 tcp sport @guarded tcp sport != @first counter drop",
          "inet t output ip saddr 10.0.0.1 tcp sport @guarded tcp sport != @second counter drop"}) {
        EXPECT_NE(text.find(std::string("add rule ") + rule + "\n"), std::string::npos) << text;
    }
}

TEST(Rules, KnowTheFamilyOfAnAddress) {
    EXPECT_NE(Ruleset("t", "::1").setup().find("ip6 daddr ::1 tcp dport"), std::string::npos);
}

/// A name may stand for any address of the machine.
TEST(Rules, OfANameHoldForEveryAddress) {
    const std::string text = Ruleset("t", "web-1").setup();
    EXPECT_NE(text.find("input tcp dport @guarded"), std::string::npos);
    EXPECT_EQ(text.find("daddr"), std::string::npos);
}

TEST(Grant, ReplacesWhatTheHalfHolds) {
    const std::array grants{Grant{6379, milliseconds{640}}, Grant{6380, milliseconds{12}}};
    EXPECT_EQ(Ruleset("t", "").grant(Half::first, grants, {}),
              "add element inet t first { 6379 timeout 640ms, 6380 timeout 12ms }\n"
              "delete element inet t first { 6379, 6380 }\n"
              "add element inet t first { 6379 timeout 640ms, 6380 timeout 12ms }\n");
}

TEST(Grant, OfTheSecondHalfGuardsThePort) {
    const std::array grants{Grant{6379, milliseconds{640}}};
    EXPECT_TRUE(Ruleset("t", "")
                    .grant(Half::second, grants, {})
                    .ends_with("add element inet t guarded { 6379 }\n"));
}

TEST(Grant, WithdrawsWhatWouldLastTooLongInTheOtherHalf) {
    const std::array grants{Grant{6379, milliseconds{640}}};
    const std::array<std::uint16_t, 1> withdrawn{6379};
    EXPECT_TRUE(Ruleset("t", "")
                    .grant(Half::first, grants, withdrawn)
                    .starts_with("add element inet t second { 6379 }\n"
                                 "delete element inet t second { 6379 }\n"));
}

TEST(Release, LeavesThePortToEveryone) {
    const std::array<std::uint16_t, 2> ports{6379, 6380};
    EXPECT_EQ(Ruleset("t", "").release(ports),
              "add element inet t guarded { 6379, 6380 }\n"
              "delete element inet t guarded { 6379, 6380 }\n");
}

}  // namespace
}  // namespace baton::kernel_lease
