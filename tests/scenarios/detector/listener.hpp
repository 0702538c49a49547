#pragma once

/// One observer that hears heartbeats, steered by the lines of a conversation:
///
///     settings threshold=8 failed=16 adaptive=yes window=200 jitter=0.3 lease=750ms
///     heartbeat PEER [every=50ms times=20 jitter=10ms]   time passes between them
///     advance 300ms
///     pause 2s       nothing of ours ran meanwhile; the next turn notices
///     turn           our own loop runs
///     stall          our disk stalled
///     forget PEER
///     show [PEER...]
///     opinions about=PEER voters=a,b,c failed=a,b doubting=b
///
/// Knows nothing of clocks: time is what the lines say.

#include "core/detector/phi.hpp"
#include "core/detector/self_doubt.hpp"
#include "scenarios/conversation/conversation.hpp"

#include <set>
#include <string>

namespace baton::detector::test {

class Listener {
public:
    Listener();

    [[nodiscard]] std::string perform(const baton::test::Command& command);

private:
    [[nodiscard]] std::string settings(const baton::test::Command& command);
    [[nodiscard]] std::string heartbeat(const baton::test::Command& command);
    [[nodiscard]] std::string turn();
    [[nodiscard]] std::string show(const baton::test::Command& command) const;
    [[nodiscard]] std::string show_peer(const NodeId& peer) const;

    PhiDetector detector_;
    SelfDoubt self_doubt_;
    std::set<NodeId> known_;
    Instant now_;
};

}  // namespace baton::detector::test
