// What every command has in common: refused, it leaves no trace, and it touches
// no group but its own.
#include "core/cluster/state.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace baton::cluster {
namespace {

const std::vector<GroupId> groups{GroupId{"cache"}, GroupId{"shop"}, GroupId{"stranger"}};

Topology two_groups() {
    Topology topology;
    topology.name = "t";
    for (const char* name : {"a", "b", "c"}) {
        topology.nodes.push_back({NodeId{name}, {name, 1}, {name, 2}, true});
    }
    for (std::uint16_t i = 0; i < 2; ++i) {
        Group group;
        group.id = groups[i];
        group.durability = i == 0 ? Durability::replicated : Durability::async;
        group.write_port = static_cast<std::uint16_t>(100 + i);
        group.read_port = static_cast<std::uint16_t>(200 + i);
        for (const Node& node : topology.nodes) {
            const InstanceId id{group.id.text + "-" + node.id.text};
            const auto port = static_cast<std::uint16_t>(300 + i);
            group.instances.push_back(
                {id, node.id, {node.peer.host, port}, "/" + id.text, "", 1, true});
        }
        topology.groups.push_back(group);
    }
    return topology;
}

/// Any command about few things, so that as many are taken as are refused.
class AnyCommand {
public:
    AnyCommand(Random& random, const State& state) : random_(random), state_(state) {}

    Command draw() {
        const GroupId group = groups[random_.below(groups.size())];
        const GroupState* known = state_.group(group);
        const Epoch present = known == nullptr ? Epoch{} : known->epoch;
        const Epoch epoch = random_.one_in(4) ? Epoch{random_.below(4)} : present;
        switch (random_.below(16)) {
            case 0: return Revoke{group, epoch, {}};
            case 1:
            case 2: return Appoint{group, epoch.next(), instance(group), run_id(), {}, {}};
            case 3: return RecordOpened{group, epoch, run_id(), 5, run_id(), 4, {}};
            case 4: return RecordSteady{group, epoch, yes(), {instance(group)}, {}};
            case 5: return RecordHolder{group, epoch, instance(group), run_id(), {}, {}};
            case 6: return RecordHolder{group, epoch, instance(group), run_id(), 7, {}};
            case 7: return HandOver{group, epoch, yes() ? instance(group) : InstanceId{}, {}};
            case 8: return Request{group, epoch, kind(), instance(group), yes(), "x", "", 0};
            case 9: return SetPaused{group, yes(), "x", "", 0};
            case 10: return RecordFencing{node(), FencingTier::guard};
            case 11: return SetDuty{node(), yes() ? Duty::leaving : Duty::active, "x", 0};
            case 12: return ForgetNode{node()};
            case 13: return ReplaceNode{node(), Incarnation{random_.below(3)}, "x", 0};
            case 14: return AdmitIncarnation{node(), Incarnation{random_.below(3)}, "x"};
            default: return declaration();
        }
    }

private:
    bool yes() { return random_.one_in(2); }
    std::string run_id() { return yes() ? "one" : "other"; }
    RequestKind kind() { return yes() ? RequestKind::switchover : RequestKind::failover; }
    NodeId node() { return NodeId{std::string(1, static_cast<char>('a' + random_.below(4)))}; }
    InstanceId instance(const GroupId& group) { return InstanceId{group.text + "-" + node().text}; }
    Command declaration() {
        Declare declare{two_groups(), "x", 0, random_.below(2)};
        if (yes()) declare.topology.groups.pop_back();
        return declare;
    }

    Random& random_;
    const State& state_;
};

TEST(State, IsTheSameAfterARefusedCommandAndDiffersInItsGroupAloneAfterAnother) {
    int taken = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Random random(seed);
        State state = form(ClusterId{"c"}, two_groups(), {});
        for (std::uint64_t index = 1; index < 100; ++index) {
            const State before = state;
            const std::uint64_t digest_before = digest(state);
            const Command command = AnyCommand(random, state).draw();
            const auto done = state.apply(command, {LogIndex{index}, Term{1}});
            ++(done ? taken : refused);
            ASSERT_EQ(digest(before), digest_before) << "a copy saw command " << command.index();
            if (!done) {
                ASSERT_EQ(state, before) << "command " << command.index();
            }
            const GroupId* own = group_of(command);
            if (own == nullptr) continue;
            EXPECT_EQ(state.nodes, before.nodes);
            for (const auto& [id, group] : state.groups.beyond(before.groups)) EXPECT_EQ(id, *own);
        }
    }
    EXPECT_GT(taken, 5'000);
    EXPECT_GT(refused, 5'000);
}

}  // namespace
}  // namespace baton::cluster
