/// Tells the conversations of this folder to the failover decision. Usage:
/// failover_scenarios [--rewrite] FILE|DIRECTORY...

#include "scenarios/conversation/conversation.hpp"
#include "scenarios/failover/council.hpp"

#include <memory>

int main(int argc, char** argv) {
    return baton::test::run_conversations(argc, argv, []() -> baton::test::Interlocutor {
        // Shared because std::function copies its target.
        auto council = std::make_shared<baton::failover::test::Council>();
        return [council](const baton::test::Command& command) { return council->perform(command); };
    });
}
