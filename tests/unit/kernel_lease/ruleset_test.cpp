// What the kernel is told.
#include "adapters/kernel_lease/ruleset.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

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
         {"inet t input ip daddr 10.0.0.1 tcp dport @guarded jump held_input",
          "inet t held_input tcp dport != @first counter drop",
          "inet t held_input tcp dport != @second counter drop",
          "inet t output ip saddr 10.0.0.1 tcp sport @guarded jump held_output",
          "inet t held_output tcp sport != @first counter drop",
          "inet t held_output tcp sport != @second counter drop"}) {
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

constexpr auto adds = Change::Verb::add;
constexpr auto removes = Change::Verb::remove;

TEST(Grant, ReplacesWhatTheHalfHolds) {
    const std::array grants{Grant{6379, milliseconds{640}}, Grant{6380, milliseconds{12}}};
    EXPECT_EQ(Ruleset::grant(Half::first, grants, {}),
              (std::vector<Change>{{adds, "first", 6379},
                                   {removes, "first", 6379},
                                   {adds, "first", 6379, milliseconds{640}},
                                   {adds, "first", 6380},
                                   {removes, "first", 6380},
                                   {adds, "first", 6380, milliseconds{12}}}));
}

TEST(Grant, OfTheSecondHalfGuardsThePort) {
    const std::array grants{Grant{6379, milliseconds{640}}};
    EXPECT_EQ(Ruleset::grant(Half::second, grants, {}).back(), (Change{adds, "guarded", 6379}));
}

TEST(Grant, WithdrawsWhatWouldLastTooLongInTheOtherHalf) {
    const std::array grants{Grant{6379, milliseconds{640}}};
    const std::array<std::uint16_t, 1> withdrawn{6379};
    const auto changes = Ruleset::grant(Half::first, grants, withdrawn);
    EXPECT_EQ(changes[0], (Change{adds, "second", 6379}));
    EXPECT_EQ(changes[1], (Change{removes, "second", 6379}));
}

TEST(Release, LeavesThePortToEveryone) {
    const std::array<std::uint16_t, 2> ports{6379, 6380};
    EXPECT_EQ(Ruleset::release(ports), (std::vector<Change>{{adds, "guarded", 6379},
                                                            {removes, "guarded", 6379},
                                                            {adds, "guarded", 6380},
                                                            {removes, "guarded", 6380}}));
}

}  // namespace
}  // namespace baton::kernel_lease
