// A member whose log cannot be written any more.
#include "unit/runtime/small_member.hpp"

namespace baton::runtime {
namespace {

struct FailingLog : SmallMember {
    /// It has to remember the new term before it answers.
    void ask_for_vote(Term term) {
        raft::VoteRequest request;
        request.last_index = LogIndex{9};
        request.last_term = Term{3};
        raft::Message message;
        message.from = NodeId{"c"};
        message.to = NodeId{"a"};
        message.term = term;
        message.body = request;
        transport.say(NodeId{"c"}, message);
    }
};

TEST_F(FailingLog, EndsTheProgramOnce) {
    ask_for_vote(Term{4});
    ASSERT_FALSE(store.asked.empty());
    EXPECT_EQ(log_failures, 0);
    const auto asked = store.asked;
    for (const auto& each : asked) each(unavailable("no space left on device"));
    EXPECT_EQ(log_failures, 1);
    ask_for_vote(Term{5});
    EXPECT_EQ(log_failures, 1);
    EXPECT_EQ(store.asked.size(), asked.size()) << "nothing more is written";
}

}  // namespace
}  // namespace baton::runtime
