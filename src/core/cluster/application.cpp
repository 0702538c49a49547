#include "core/cluster/state.hpp"

#include "core/cluster/departure.hpp"
#include "core/cluster/difference.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::cluster {

namespace {

std::string quoted(const GroupId& group) { return "group '" + group.text + "'"; }

void remember(GroupState& group, const Reason& reason, EntryReference at) {
    group.decisions.push_back(Decision{at.index, group.epoch, group.phase, reason.rule, reason.why,
                                       reason.inputs, reason.wall_milliseconds});
    while (group.decisions.size() > decisions_kept) group.decisions.pop_front();
}

/// The primary that opened says which history it held before and where it left
/// it. Known to be the recorded one, that is where the new one began.
Lineage continued(const Lineage& recorded, const RecordOpened& opened) {
    Lineage next{opened.replication_id, opened.offset, {}};
    const bool goes_on = !opened.former_id.empty() && opened.former_id == recorded.replication_id &&
                         recorded.offset <= opened.former_until;
    if (!goes_on) return next;
    next.offset = opened.former_until;
    next.former = {recorded.replication_id, recorded.offset, opened.former_until};
    return next;
}

/// One overload per command. Each checks everything before it changes anything.
class Application {
public:
    Application(State& state, EntryReference at) : state_(state), at_(at) {}

    Result<void> operator()(const Revoke& command) {
        BATON_TRY(auto* group, current(command.group, command.epoch));
        if (group->revoked) return conflict("epoch already revoked");
        group->revoked = true;
        group->revocation = at_;
        group->phase = Phase::fencing;
        group->successor = InstanceId{};
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const Appoint& command) {
        BATON_TRY(auto* group, known(command.group));
        if (command.epoch != group->epoch.next()) {
            return conflict(quoted(command.group) + " has moved on to epoch " +
                            std::to_string(group->epoch.value));
        }
        if (!may_appoint(*group)) return conflict("the last appointment is still in force");
        if (group->declared.find(command.instance) == nullptr) {
            return refused("instance '" + command.instance.text + "' is not declared");
        }
        // What was given up is given up: no position counts against the new history.
        if (group->request.accept_loss) group->holders.clear();
        if (group->declared.durability == Durability::replicated) {
            group->holders[command.instance] = Holder{command.run_id, at_.index, 0};
        }
        const bool changed = group->primary && group->primary != command.instance;
        replace(*group, command, changed);
        group->fallen.erase(command.instance);
        group->epoch = command.epoch;
        group->primary = command.instance;
        group->primary_run_id = command.run_id;
        group->revoked = false;
        group->revocation = EntryReference{};
        group->successor = InstanceId{};
        group->request = PendingRequest{};
        group->phase = Phase::promoting;
        if (changed) group->last_failover_wall_milliseconds = command.reason.wall_milliseconds;
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const RecordOpened& command) {
        BATON_TRY(auto* group, current(command.group, command.epoch));
        if (group->revoked) return conflict("the epoch was revoked meanwhile");
        group->lineage = continued(group->lineage, command);
        if (group->phase == Phase::promoting) group->phase = Phase::repairing;
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const RecordSteady& command) {
        BATON_TRY(auto* group, current(command.group, command.epoch));
        const Phase from = command.steady ? Phase::repairing : Phase::steady;
        if (group->revoked || group->phase != from) return conflict("the phase has moved on");
        group->phase = command.steady ? Phase::steady : Phase::repairing;
        for (const InstanceId& each : command.followers) group->fallen.erase(each);
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const RecordHolder& command) {
        BATON_TRY(auto* group, current(command.group, command.epoch));
        if (group->revoked) return conflict("the epoch was revoked meanwhile");
        if (group->declared.durability != Durability::replicated) {
            return conflict(quoted(command.group) + " is no longer replicated");
        }
        if (group->declared.find(command.instance) == nullptr) {
            return refused("instance '" + command.instance.text + "' is not declared");
        }
        const auto known = group->holders.find(command.instance);
        const bool noted = known != group->holders.end() &&
                           known->second.run_id == command.run_id && !known->second.reach;
        if (command.reach && !noted) {
            return conflict("another life of '" + command.instance.text + "' is known meanwhile");
        }
        if (command.reach) {
            known->second.reach = command.reach;
        } else {
            group->holders[command.instance] = {command.run_id, at_.index, std::nullopt};
        }
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const HandOver& command) {
        BATON_TRY(auto* group, current(command.group, command.epoch));
        const bool begins = static_cast<bool>(command.successor);
        const bool under_way = group->phase == Phase::handing_over;
        const bool may_begin = group->phase == Phase::steady || group->phase == Phase::repairing;
        if (group->revoked || (begins ? !may_begin : !under_way)) {
            return conflict("the phase has moved on");
        }
        if (begins && group->declared.find(command.successor) == nullptr) {
            return refused("instance '" + command.successor.text + "' is not declared");
        }
        group->successor = command.successor;
        group->phase = begins ? Phase::handing_over : Phase::repairing;
        if (!begins) group->request = PendingRequest{};
        remember(*group, command.reason, at_);
        return success();
    }

    Result<void> operator()(const Request& command) {
        BATON_TRY(auto* group, known(command.group));
        if (command.epoch != group->epoch) {
            return conflict(quoted(command.group) + " is at epoch " +
                            std::to_string(group->epoch.value) + ", the request was made for " +
                            std::to_string(command.epoch.value) +
                            "; look at the group again and repeat the request if it still applies");
        }
        const bool asks = command.kind != RequestKind::none;
        if (asks && !may_replace(group->request.kind, command.kind)) {
            return conflict("another request (" + std::string(name_of(group->request.kind)) +
                            ") is still under way");
        }
        group->request = PendingRequest{command.kind, command.target, command.accept_loss,
                                        command.by, command.reason};
        const bool withdrawn = command.kind == RequestKind::none;
        remember(*group,
                 Reason{withdrawn ? "request.withdrawn" : "request.made",
                        withdrawn ? "the request was withdrawn: " + command.reason
                                  : command.by + " asked for a " +
                                        std::string(name_of(command.kind)) +
                                        (command.target ? " to " + command.target.text : "") +
                                        (command.reason.empty() ? "" : ": " + command.reason),
                        "", command.wall_milliseconds},
                 at_);
        return success();
    }

    Result<void> operator()(const SetPaused& command) {
        BATON_TRY(auto* group, known(command.group));
        group->paused = command.paused;
        remember(*group,
                 Reason{command.paused ? "group.paused" : "group.resumed",
                        command.by + (command.paused ? " paused" : " resumed") +
                            " automatic failover" +
                            (command.reason.empty() ? "" : ": " + command.reason),
                        "", command.wall_milliseconds},
                 at_);
        return success();
    }

    Result<void> operator()(const RecordFencing& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        node->second.fencing = command.tier;
        return success();
    }

    Result<void> operator()(const RecordCutOff& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (command.after >= at_.index) return refused("nothing was cut off after what is to come");
        node->second.cut_off = std::max(node->second.cut_off, command.after);
        return success();
    }

    Result<void> operator()(const AdmitIncarnation& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (node->second.replacing != command.incarnation) {
            return conflict("node '" + command.node.text +
                            "' is not being replaced by that data directory");
        }
        node->second.incarnation = command.incarnation;
        node->second.fencing = FencingTier::none;
        return success();
    }

    Result<void> operator()(const ReplaceNode& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (command.incarnation.value == 0) return refused("a data directory has no number 0");
        node->second.replacing = command.incarnation;
        return success();
    }

    Result<void> operator()(const SetDuty& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (command.duty == Duty::leaving) {
            BATON_TRY(may_leave(command.node));
        }
        node->second.duty = command.duty;
        node->second.duty_by = command.by;
        return success();
    }

    Result<void> operator()(const AddNode& command) {
        Topology wanted = topology_of(state_);
        wanted.nodes.push_back(command.node);
        BATON_TRY(check_soundness(wanted));
        const auto voters = std::ranges::count_if(wanted.nodes, &Node::voter);
        if (static_cast<std::size_t>(voters) > voters_max) {
            return refused("with node '" + command.node.id.text + "' there would be more than " +
                           std::to_string(voters_max) + " voters; add it with voter: false");
        }
        state_.nodes[command.node.id] = NodeState{
            command.node, Incarnation{}, FencingTier::none, Incarnation{}, Duty::active, "", {}};
        return success();
    }

    Result<void> operator()(const ForgetNode& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (node->second.duty != Duty::leaving) {
            return conflict("node '" + command.node.text + "' is to stay by now");
        }
        BATON_TRY(may_leave(command.node));
        state_.nodes.erase(node);
        return success();
    }

    Result<void> operator()(const EndReplacement& command) {
        const auto node = state_.nodes.find(command.node);
        if (node == state_.nodes.end()) return unknown_node(command.node);
        if (node->second.replacing != command.incarnation) {
            return conflict("another replacement of node '" + command.node.text + "' has begun");
        }
        node->second.replacing = Incarnation{};
        return success();
    }

    Result<void> operator()(const Declare& command) {
        if (command.expected != 0 && command.expected != digest(topology_of(state_))) {
            return conflict("the declared configuration is no longer the one the plan was made "
                            "for; look at the differences again");
        }
        BATON_TRY(may_declare(state_, command.topology));
        state_.settings = command.topology.settings;
        for (const Node& node : command.topology.nodes) state_.nodes[node.id].declared = node;
        for (const Group& group : command.topology.groups) redeclare(group);
        state_.groups.erase_if(
            [&](const auto& item) { return command.topology.find(item.first) == nullptr; });
        return success();
    }

private:
    Result<GroupState*> known(const GroupId& id) {
        if (!state_.groups.contains(id)) return refused(quoted(id) + " does not exist");
        return &state_.groups[id];
    }

    Result<GroupState*> current(const GroupId& id, Epoch epoch) {
        BATON_TRY(auto* group, known(id));
        if (group->epoch != epoch) {
            return conflict(quoted(id) + " has moved on to epoch " +
                            std::to_string(group->epoch.value));
        }
        return group;
    }

    Result<void> may_leave(const NodeId& node) const {
        const auto stays = [&](const auto& item) {
            return item.first != node && item.second.declared.voter;
        };
        if (std::ranges::none_of(state_.nodes, stays)) {
            return refused("node '" + node.text + "' is the last voter");
        }
        const std::string bound = bound_to(state_, node);
        if (!bound.empty()) return refused("node '" + node.text + "' cannot leave: " + bound);
        return success();
    }

    /// With other standbys, or another number of confirmations, what is known
    /// about positions answers another question: it is collected anew.
    void redeclare(const Group& fresh) {
        GroupState& group = state_.groups[fresh.id];
        const auto names = [](const Group& of) {
            std::set<InstanceId> all;
            for (const Instance& each : of.instances) all.insert(each.id);
            return all;
        };
        const bool same = fresh.durability == group.declared.durability &&
                          fresh.acknowledgements == group.declared.acknowledgements &&
                          names(fresh) == names(group.declared);
        if (!same) group.holders.clear();
        std::erase_if(group.fallen,
                      [&](const auto& item) { return fresh.find(item.first) == nullptr; });
        group.declared = fresh;
    }

    /// Unless it handed everything over, the old primary may hold what the new
    /// one does not: that is looked for when it comes back. One that comes back to
    /// office without its memory may hold less than it left others with.
    static void replace(GroupState& group, const Appoint& command, bool changed) {
        const bool costs = command.loss.epoch.value > 0;
        if (!changed && !costs) return;
        group.loss = command.loss;
        if (command.loss.promise == Promise::handed_over) return;
        for (auto& [instance, fallen] : group.fallen) {
            if (costs) fall_back(fallen, command.epoch, command.loss.promoted);
        }
        if (!changed) return;
        group.fallen[group.primary] = {
            command.epoch,         group.primary_run_id,       group.lineage.replication_id,
            command.loss.promoted, command.loss.bytes_known(), command.loss.bytes_likely()};
    }

    /// The new primary goes on from before the place where a former one was left.
    static void fall_back(Fallen& fallen, Epoch epoch, std::uint64_t promoted) {
        if (promoted >= fallen.until) return;
        const std::uint64_t more = fallen.until - promoted;
        fallen.epoch = epoch;
        fallen.until = promoted;
        fallen.bytes_known += more;
        fallen.bytes_likely += more;
    }

    static Error unknown_node(const NodeId& node) {
        return refused("node '" + node.text + "' is not part of the cluster");
    }

    /// A new epoch may begin only when the last one is over: never begun,
    /// revoked, or being handed over (the proof is checked before proposing).
    static bool may_appoint(const GroupState& group) {
        return group.phase == Phase::vacant || group.phase == Phase::fencing ||
               group.phase == Phase::handing_over;
    }

    State& state_;
    EntryReference at_;
};

}  // namespace

Result<void> State::apply(const Command& command, EntryReference at) {
    return std::visit(Application{*this, at}, command);
}

}  // namespace baton::cluster
