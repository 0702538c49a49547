// Whom a member talks to: data directories that the cluster knows.
#include "unit/runtime/small_member.hpp"

namespace baton::runtime {
namespace {

/// Node a was down while the directory of b was replaced.
struct Admission : SmallMember {
    [[nodiscard]] bool admits(const char* node, Incarnation directory) const {
        return member->admit(NodeId{node}, directory, ClusterId{"cluster"}).has_value();
    }
};

TEST_F(Admission, TheDirectoryThatTheLogAdmitsIsTalkedTo) {
    EXPECT_TRUE(admits("b", after));
    EXPECT_TRUE(admits("b", before)) << "until the entry is applied";
    EXPECT_TRUE(admits("c", before));
}

TEST_F(Admission, ADirectoryThatNobodyNamedIsRefused) {
    EXPECT_FALSE(admits("b", Incarnation{3}));
    EXPECT_FALSE(admits("c", after));
}

}  // namespace
}  // namespace baton::runtime
