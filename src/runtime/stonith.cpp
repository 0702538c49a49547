#include "runtime/stonith.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

constexpr std::string_view prefix = "fence:";
/// Between the end of one attempt and the next.
constexpr Duration attempt_pause = std::chrono::seconds{5};

/// What every message about a failed attempt ends with.
std::string again() {
    return "; it is tried again in " + std::to_string(whole_milliseconds(attempt_pause)) + " ms";
}

std::string name_for(const NodeId& node) {
    return std::string{prefix} + node.text;
}

/// Where the agent of `node` listened: most power switches are told by address.
std::string address_of(const MemberView& view, const NodeId& node) {
    const auto found = view.state->nodes.find(node);
    return found == view.state->nodes.end() ? "" : found->second.declared.peer.host;
}

}  // namespace

Stonith::Stonith(NodeId self, Loop& loop, Guard& guard, std::string directory, CutOff cut_off,
                 Emit emit)
    : self_(std::move(self)),
      loop_(loop),
      guard_(guard),
      directory_(std::move(directory)),
      cut_off_(std::move(cut_off)),
      emit_(std::move(emit)) {}

Stonith::~Stonith() {
    *alive_ = false;
    for (const auto& [node, run] : runs_) loop_.cancel(run.timer);
}

std::optional<NodeId> Stonith::node_of(std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    return NodeId{std::string{name.substr(prefix.size())}};
}

std::string Stonith::log_file(const NodeId& node) const {
    return directory_ + "/fence-" + node.text + ".log";
}

void Stonith::look(const MemberView& view) {
    for (const NodeId& node : view.to_cut_off) {
        Run& run = runs_[node];
        if (!run.busy && loop_.now() >= run.next) begin(node, run, view);
    }
    std::erase_if(runs_, [&](const auto& item) {
        return !item.second.busy && !view.to_cut_off.contains(item.first);
    });
}

void Stonith::begin(const NodeId& node, Run& run, const MemberView& view) {
    run.command = view.state->settings.fencing;
    run.after = view.applied;
    run.busy = true;
    run.begun = false;
    run.discarded.clear();
    say(Severity::warning, "fencing.command_begun", node,
        "is begun: time alone says nothing about what its servers still do");
    Launch launch;
    launch.name = name_for(node);
    launch.arguments = run.command.words;
    launch.environment = {"BATON_CLUSTER=" + view.state->name, "BATON_NODE=" + self_.text,
                          "BATON_FENCE_NODE=" + node.text,
                          "BATON_FENCE_ADDRESS=" + address_of(view, node)};
    launch.directory = directory_;
    launch.log_file = log_file(node);
    guard_.launch(launch, [this, alive = alive_, node](const Result<Supervised>& result) {
        if (*alive) launched(node, result);
    });
}

/// A guard that did not answer may have begun it: then `gone` follows, or the
/// timeout ends it.
void Stonith::launched(const NodeId& node, const Result<Supervised>& result) {
    const auto found = runs_.find(node);
    if (found == runs_.end() || !found->second.busy) return;
    if (result || result.error().kind == ErrorKind::outcome_unknown) {
        found->second.begun = result.has_value();
        return watch(node, found->second);
    }
    rest(found->second);
    say(Severity::error, "fencing.command_not_begun", node,
        "was not begun: " + result.error().message + again());
}

void Stonith::watch(const NodeId& node, Run& run) {
    run.timer = loop_.at(loop_.now() + run.command.timeout, [this, node] { overdue(node); });
}

void Stonith::overdue(const NodeId& node) {
    const auto found = runs_.find(node);
    if (found == runs_.end() || !found->second.busy) return;
    Run& run = found->second;
    run.discarded = "did not end within " +
                    std::to_string(whole_milliseconds(run.command.timeout)) +
                    " ms and was killed with all it had started";
    end(node, run);
    if (!run.begun) ask_whether_it_began(node);
}

/// A guard that never began it has nothing to tell the end of. That it knows of
/// nothing counts only when it says so after the order, which may wait as long as the
/// guard stands still: it answers one order after the other.
void Stonith::ask_whether_it_began(const NodeId& node) {
    const LogIndex after = runs_[node].after;
    guard_.list([this, alive = alive_, node, after](const Result<std::vector<Supervised>>& left) {
        if (!*alive || !left) return;
        const auto found = runs_.find(node);
        const bool same = found != runs_.end() && found->second.busy && !found->second.begun &&
                          found->second.after == after;
        const auto names = std::ranges::find(left.value(), name_for(node), &Supervised::name);
        if (!same || found->second.discarded.empty() || names != left.value().end()) return;
        found->second.discarded = "was never begun: the guard knows nothing of it";
        gone(node);
    });
}

void Stonith::adopt(const NodeId& node) {
    Run& run = runs_[node];
    run.busy = true;
    run.discarded = "was begun by an earlier agent and is ended: what it did is not known";
    end(node, run);
}

/// Until nothing of it is left, the next attempt waits.
void Stonith::end(const NodeId& node, Run& run) {
    guard_.kill(name_for(node), [](const Result<void>&) {});
    watch(node, run);
}

void Stonith::rest(Run& run) {
    loop_.cancel(run.timer);
    run.busy = false;
    run.next = loop_.now() + attempt_pause;
}

void Stonith::gone(const NodeId& node) {
    const auto found = runs_.find(node);
    if (found == runs_.end() || !found->second.busy) return;
    Run& run = found->second;
    rest(run);
    const std::optional<int> code = guard_.exit_code(name_for(node));
    if (!run.discarded.empty()) {
        say(Severity::error, "fencing.command_killed", node, run.discarded + again());
    } else if (code && *code == 0) {
        say(Severity::info, "fencing.command_done", node, "ended well: the node is off");
        cut_off_(node, run.after);
    } else {
        say(Severity::error, "fencing.command_failed", node,
            (code ? "ended with code " + std::to_string(*code) : std::string{"was killed"}) + "; " +
                log_file(node) + " may say why" + again());
    }
}

void Stonith::say(Severity severity, const std::string& name, const NodeId& node,
                  const std::string& what) {
    emit_(Event{severity, name, "the fencing command for node " + node.text + " " + what,
                {{"node", node.text}}});
}

}  // namespace baton::runtime
