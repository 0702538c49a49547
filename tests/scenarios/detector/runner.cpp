/// Tells the conversations of this folder to the failure detector. Usage:
/// detector_scenarios [--rewrite] FILE|DIRECTORY...

#include "scenarios/conversation/conversation.hpp"
#include "scenarios/detector/listener.hpp"

#include <memory>

int main(int argc, char** argv) {
    return baton::test::run_conversations(argc, argv, []() -> baton::test::Interlocutor {
        // Shared because std::function copies its target.
        auto listener = std::make_shared<baton::detector::test::Listener>();
        return [listener](const baton::test::Command& command) {
            return listener->perform(command);
        };
    });
}
