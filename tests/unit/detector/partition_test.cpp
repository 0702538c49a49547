// Who hears whom, and what was cut off last.

#include "core/cluster/partition.hpp"
#include "core/detector/incident.hpp"

#include <gtest/gtest.h>

#include <string>

namespace baton {
namespace {

using cluster::Account;
using cluster::Certainty;
using cluster::Division;

std::set<NodeId> named(const std::string& letters) {
    std::set<NodeId> nodes;
    for (const char letter : letters) nodes.insert(NodeId{std::string(1, letter)});
    return nodes;
}

/// `hears` and `misses` are letters of nodes.
Account account(const std::string& hears, const std::string& misses) {
    Account told;
    for (const NodeId& node : named(hears)) told[node] = true;
    for (const NodeId& node : named(misses)) told[node] = false;
    return told;
}

Division divided(const std::string& nodes, const std::map<std::string, Account>& accounts) {
    std::map<NodeId, Account> by_node;
    for (const auto& [node, told] : accounts) by_node[NodeId{node}] = told;
    return cluster::divide(named(nodes), named(nodes), by_node);
}

TEST(Partition, WholeWhenEveryNodeHearsEveryOther) {
    const Division found = divided(
        "abc", {{"a", account("bc", "")}, {"b", account("ac", "")}, {"c", account("ab", "")}});
    EXPECT_EQ(found.whole, Certainty::yes);
    ASSERT_EQ(found.sides.size(), 1U);
    EXPECT_EQ(found.majority, named("abc"));
    EXPECT_TRUE(found.silences.empty());
}

TEST(Partition, TwoSidesAreNamedTheLargerFirst) {
    const Division found = divided(
        "abc", {{"a", account("", "bc")}, {"b", account("c", "a")}, {"c", account("b", "a")}});
    EXPECT_EQ(found.whole, Certainty::no);
    ASSERT_EQ(found.sides.size(), 2U);
    EXPECT_EQ(found.sides[0], named("bc"));
    EXPECT_EQ(found.sides[1], named("a"));
    EXPECT_EQ(found.quorum, Certainty::yes);
    EXPECT_EQ(found.majority, named("bc"));
    EXPECT_EQ(found.silences.size(), 4U);
}

TEST(Partition, ASilenceHasADirection) {
    const Division found = divided(
        "abc", {{"a", account("bc", "")}, {"b", account("c", "a")}, {"c", account("ab", "")}});
    const cluster::Silence only{NodeId{"b"}, NodeId{"a"}};
    EXPECT_EQ(found.silences, std::vector{only});
    EXPECT_EQ(found.whole, Certainty::no);
    EXPECT_EQ(found.sides.size(), 1U) << "a and b still hang together over c";
}

TEST(Partition, ASilentNodeThatIsHeardBelongsToThoseWhoHearIt) {
    const Division found = divided("abc", {{"a", account("bc", "")}, {"b", account("ac", "")}});
    ASSERT_EQ(found.sides.size(), 1U);
    EXPECT_EQ(found.sides[0], named("abc"));
    EXPECT_EQ(found.whole, Certainty::unknown) << "whether c hears the others, nobody said";
}

TEST(Partition, OneThatIsNeitherAskedNorHeardIsNotSeen) {
    const Division found = divided("abc", {{"a", account("b", "c")}, {"b", account("a", "c")}});
    EXPECT_EQ(found.unseen, named("c"));
    EXPECT_EQ(found.sides.size(), 1U);
    EXPECT_EQ(found.majority, named("ab"));
    EXPECT_EQ(found.whole, Certainty::no);
}

TEST(Partition, FromTheSmallerSideNobodyKnowsWhetherTheOthersAreAMajority) {
    const Division found = divided("abc", {{"a", account("", "bc")}});
    EXPECT_EQ(found.quorum, Certainty::unknown);
    EXPECT_TRUE(found.majority.empty());
    EXPECT_EQ(found.unseen, named("bc"));
}

TEST(Partition, NoSideHasQuorumWhenAllAreAlone) {
    const Division found = divided(
        "abc", {{"a", account("", "bc")}, {"b", account("", "ac")}, {"c", account("", "ab")}});
    EXPECT_EQ(found.quorum, Certainty::no);
    EXPECT_EQ(found.sides.size(), 3U);
}

/// Hanging together is not enough: somebody must talk with a majority.
TEST(Partition, ALongChainHasNoQuorum) {
    const Division found = divided("abcdefg", {{"a", account("b", "cdefg")},
                                               {"b", account("ac", "defg")},
                                               {"c", account("bd", "aefg")},
                                               {"d", account("ce", "abfg")},
                                               {"e", account("df", "abcg")},
                                               {"f", account("eg", "abcd")},
                                               {"g", account("f", "abcde")}});
    EXPECT_EQ(found.sides.size(), 1U);
    EXPECT_EQ(found.quorum, Certainty::no);
}

TEST(Partition, ALearnerCountsForNoMajority) {
    const Division found = cluster::divide(named("abcd"), named("abc"),
                                           {{NodeId{"a"}, account("d", "bc")},
                                            {NodeId{"b"}, account("", "acd")},
                                            {NodeId{"c"}, account("", "abd")},
                                            {NodeId{"d"}, account("a", "bc")}});
    EXPECT_EQ(found.quorum, Certainty::no);
    EXPECT_EQ(found.sides[0], named("ad"));
}

TEST(Partition, NeverHeardProvesNothing) {
    const Division found = divided("ab", {{"a", account("", "")}, {"b", account("", "")}});
    EXPECT_EQ(found.whole, Certainty::unknown);
    EXPECT_TRUE(found.silences.empty());
    EXPECT_EQ(found.quorum, Certainty::unknown);
}

TEST(Incident, KeepsEveryNodeOfItUntilTheLastIsBack) {
    detector::IncidentMemory memory;
    memory.look({}, {}, 50);
    EXPECT_FALSE(memory.last().has_value());
    memory.look(named("d"), named("d"), 100);
    memory.look(named("de"), named("de"), 200);
    memory.look(named("e"), named("e"), 300);
    EXPECT_TRUE(memory.goes_on());
    memory.look({}, {}, 400);
    memory.look({}, {}, 500);
    EXPECT_FALSE(memory.goes_on());
    const detector::Incident expected{named("de"), 100, 400};
    EXPECT_EQ(memory.last(), expected);
}

TEST(Incident, LastsWhileItsNodesAreSilentWhateverAMajorityHolds) {
    detector::IncidentMemory memory;
    memory.look({}, named("c"), 50);
    EXPECT_FALSE(memory.last().has_value()) << "one node's opinion is none of a majority";
    memory.look(named("d"), named("de"), 100);
    memory.look({}, named("de"), 200);
    EXPECT_TRUE(memory.goes_on());
    memory.look({}, named("e"), 300);
    const detector::Incident expected{named("d"), 100, 300};
    EXPECT_EQ(memory.last(), expected);
}

TEST(Incident, ANewOneReplacesTheLast) {
    detector::IncidentMemory memory;
    memory.look(named("a"), named("a"), 100);
    memory.look({}, {}, 200);
    memory.look(named("b"), named("b"), 300);
    const detector::Incident expected{named("b"), 300, 0};
    EXPECT_EQ(memory.last(), expected);
}

}  // namespace
}  // namespace baton
