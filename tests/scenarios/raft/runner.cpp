/// Tells the conversations of this folder to the Raft core. Usage:
/// raft_scenarios [--rewrite] FILE|DIRECTORY...

#include "scenarios/raft/cluster.hpp"

#include <memory>

int main(int argc, char** argv) {
    return baton::test::run_conversations(argc, argv, []() -> baton::test::Interlocutor {
        // Shared because std::function copies its target.
        auto cluster = std::make_shared<baton::raft::test::Cluster>();
        return [cluster](const baton::test::Command& command) { return cluster->perform(command); };
    });
}
