#include "scenarios/failover/council.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace baton::failover::test {

namespace {

using baton::test::Command;

const GroupId the_group{"orders"};

bool yes(const std::string& text) {
    if (text == "yes" || text == "over") return true;
    if (text == "no" || text == "running") return false;
    throw std::runtime_error("\"" + text + "\" is neither yes nor no");
}

cluster::ProcessState process_named(const std::string& name) {
    using cluster::ProcessState;
    for (const ProcessState each :
         {ProcessState::absent, ProcessState::running, ProcessState::busy, ProcessState::frozen}) {
        if (cluster::name_of(each) == name) return each;
    }
    throw std::runtime_error("no process is \"" + name + "\"");
}

cluster::Duty duty_named(const std::string& name) {
    using cluster::Duty;
    for (const Duty each : {Duty::active, Duty::drained, Duty::fenced}) {
        if (cluster::name_of(each) == name) return each;
    }
    throw std::runtime_error("no duty is \"" + name + "\"");
}

/// The number behind NAME: in a list such as a:0,b:10.
std::uint32_t priority_of(const Command& command, const std::string& name) {
    for (const std::string& each : command.list("priority")) {
        if (each.starts_with(name + ":")) {
            return static_cast<std::uint32_t>(std::stoul(each.substr(name.size() + 1)));
        }
    }
    return cluster::Instance{}.priority;
}

/// "what happened" in as many lines as a reader wants to compare.
std::string described(const Plan& plan) {
    std::string text = std::string(plan.rule->id) + " " + std::string(name_of(plan.rule->step)) +
                       ": " + std::string(plan.rule->why) + "\n  " + describe(plan.facts) + "\n";
    for (const Standing& each : plan.choice.standings) {
        Choice alone;
        alone.standings = {each};
        text += "  " + describe(alone) + "\n";
    }
    if (!plan.choice.unproven.empty()) text += "  " + plan.choice.unproven + "\n";
    return text;
}

}  // namespace

std::string Council::perform(const Command& command) {
    if (command.verb == "group") return group(command);
    if (state_.groups.empty()) throw std::runtime_error("a story begins with its group");
    if (command.verb == "observe") return observe(command);
    if (command.verb == "hear") return hear(command);
    if (command.verb == "request") return request(command);
    if (command.verb == "decide") return decide();
    if (command.verb == "show") return show();
    if (command.verb == "loss") return loss();
    if (command.verb == "pause" || command.verb == "resume") return pause(command.verb == "pause");
    if (command.verb == "advance") {
        now_ = now_ + Duration{baton::test::parse_nanoseconds(command.word(0))};
        return "";
    }
    if (command.verb == "duty") {
        return apply(cluster::SetDuty{NodeId{command.word(0)}, duty_named(command.word(1)), "", 0});
    }
    if (command.verb == "fencing") {
        state_.nodes.at(NodeId{command.word(0)}).fencing =
            command.word(1) == "guard" ? cluster::FencingTier::guard : cluster::FencingTier::none;
        return "";
    }
    if (command.verb == "leader") return history_at_ = Instant::never(), "";
    if (command.verb == "quorum") return quorum_ = yes(command.word(0)), "";
    if (command.verb == "failed") return primary_failed_ = yes(command.word(0)), "";
    if (command.verb == "lease") return lease_over_ = yes(command.word(0)), "";
    throw std::runtime_error("\"" + command.verb + "\" is no command of this conversation");
}

std::string Council::group(const Command& command) {
    *this = Council{};
    cluster::GroupState state;
    state.declared.id = the_group;
    state.declared.write_port = 1;
    state.declared.failover_block =
        Duration{baton::test::parse_nanoseconds(command.value("block", "60s"))};
    state.declared.switchover_timeout =
        Duration{baton::test::parse_nanoseconds(command.value("timeout", "5s"))};
    if (command.values.contains("replicated")) {
        state.declared.durability = cluster::Durability::replicated;
        state.declared.acknowledgements =
            static_cast<std::uint32_t>(command.number("replicated", 1));
    }
    for (const std::string& name : baton::test::split(command.word(0), ',')) {
        cluster::Instance instance;
        instance.id = InstanceId{name};
        instance.node = NodeId{name};
        instance.priority = priority_of(command, name);
        state.declared.instances.push_back(instance);
        cluster::NodeState& node = state_.nodes[instance.node];
        node.declared.id = instance.node;
        node.fencing = cluster::FencingTier::guard;
    }
    state_.groups[the_group] = std::move(state);
    return "";
}

const cluster::GroupState& Council::watched() const {
    return state_.groups.at(the_group);
}

cluster::InstanceReport Council::seen(const Command& command) const {
    using cluster::ServerRole;
    cluster::InstanceReport report;
    report.instance = InstanceId{command.word(0)};
    const std::string what = command.words.size() > 1 ? command.word(1) : "follows";
    const bool dead = what == "dead";
    report.process = process_named(command.value("process", dead ? "absent" : "running"));
    report.role = dead                ? ServerRole::unknown
                  : what == "primary" ? ServerRole::primary
                                      : ServerRole::standby;
    if (what == "primary") report.opened = Epoch{command.number("epoch", watched().epoch.value)};
    report.following = InstanceId{command.value("follows", "")};
    report.link_up = report.following && command.value("link", "up") == "up";
    report.loading = command.values.contains("loading");
    report.run_id = command.value("run", dead ? "" : "r1");
    report.replication_id = command.value("history", dead ? "" : "H");
    report.replication_id2 = command.value("before", "");
    report.offset2 = command.number("until", 0);
    report.offset = command.number("at", 0);
    report.asked_at = LogIndex{command.number("asked", entries_)};
    report.keys = command.number("keys", report.offset > 0 ? 10 : 0);
    report.closed = Epoch{command.number("closed", 0)};
    report.severed = Epoch{command.number("severed", 0)};
    report.handed_over_to = InstanceId{command.value("handed_over_to", "")};
    if (command.values.contains("gave_up")) {
        report.hand_over_failed = cluster::phase_began_at(watched());
    }
    report.cannot_save = command.values.contains("cannot_save");
    report.problem = command.value("problem", "");
    return report;
}

std::string Council::observe(const Command& command) {
    const NodeId node{command.word(0)};
    if (!state_.nodes.contains(node)) throw std::runtime_error("no node " + node.text);
    if (command.words.size() > 1 && command.word(1) == "silent") {
        reports_.erase(node);
        return "";
    }
    cluster::NodeReport report;
    report.node = node;
    report.instances[InstanceId{command.word(0)}] = seen(command);
    report.disk_stalled = command.value("disk", "sound") == "stalled";
    const std::string front = command.value("front", "current");
    const std::uint64_t behind = front == "stale" ? 1 : 0;
    if (front != "none") report.fronts[the_group] = Epoch{watched().epoch.value - behind};
    reports_[node] = std::move(report);
    return "";
}

std::string Council::hear(const Command& command) {
    using cluster::Liveness;
    const std::string& how = command.word(1);
    if (how != "alive" && how != "suspect") throw std::runtime_error("alive or suspect");
    hearings_[NodeId{command.word(0)}] = {
        how == "suspect" ? Liveness::suspect : Liveness::alive,
        Duration{baton::test::parse_nanoseconds(command.value("age", "50ms"))}};
    return "";
}

std::string Council::apply(const cluster::Command& command) {
    const Phase phase_before = watched().phase;
    const InstanceId primary_before = watched().primary;
    const Epoch epoch_before = watched().epoch;
    ++entries_;
    const auto applied = state_.apply(command, {.index = LogIndex{entries_}, .term = Term{1}});
    if (!applied) {
        return "  " + std::string(baton::name_of(applied.error().kind)) + ": " +
               applied.error().message + "\n";
    }
    if (watched().phase != phase_before) phase_since_ = now_;
    if (std::holds_alternative<cluster::RecordOpened>(command)) history_at_ = now_;
    if (primary_before && watched().epoch != epoch_before) failover_at_ = now_;
    return "";
}

std::string Council::request(const Command& command) {
    cluster::Request wanted;
    wanted.group = the_group;
    wanted.epoch = watched().epoch;
    wanted.kind = command.word(0) == "failover" ? RequestKind::failover : RequestKind::switchover;
    wanted.target = InstanceId{command.value("to", "")};
    wanted.accept_loss = command.values.contains("accept_loss");
    wanted.by = "operator";
    return apply(wanted);
}

std::string Council::pause(bool paused) {
    return apply(cluster::SetPaused{the_group, paused, "operator", "", 0});
}

Situation Council::situation() const {
    Situation situation;
    situation.state = &state_;
    situation.group = &watched();
    situation.reports = &reports_;
    situation.hearings = &hearings_;
    situation.quorum = quorum_;
    situation.primary_node_failed = primary_failed_;
    situation.now = now_;
    if (lease_over_) situation.lease_over = now_;
    situation.phase_since = phase_since_;
    situation.failover_at = failover_at_;
    situation.sick_since = sick_since_;
    situation.history_at = history_at_;
    return situation;
}

std::string Council::decide() {
    const Sickness sickness = sickness_of(watched(), reports_);
    if (std::exchange(sickness_, sickness) != sickness) sick_since_ = now_;
    const Plan plan = assess(situation());
    std::string text = described(plan);
    if (plan.command) text += apply(*plan.command);
    return text + show();
}

std::string Council::loss() const {
    const cluster::Loss& last = watched().loss;
    return describe(last) + "; its successor held everything up to " +
           std::to_string(last.promoted) + "\n";
}

std::string Council::show() const {
    const cluster::GroupState& now = watched();
    std::string text = "=> " + std::string(cluster::name_of(now.phase)) + ", epoch " +
                       std::to_string(now.epoch.value) + ", primary " +
                       (now.primary ? now.primary.text : "nobody");
    if (now.revoked) text += " (revoked)";
    if (now.successor) text += ", successor " + now.successor.text;
    if (now.request.kind != RequestKind::none) {
        text += ", asked for a " + std::string(cluster::name_of(now.request.kind));
    }
    return text + "\n";
}

}  // namespace baton::failover::test
