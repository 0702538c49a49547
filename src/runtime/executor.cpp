#include "runtime/executor.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// Between two reports, for each server of the node.
constexpr Duration report_pause = std::chrono::microseconds{50};
constexpr Duration guard_retry = std::chrono::milliseconds{200};
/// Time a server gets to end by itself when it is no longer declared.
constexpr Duration stop_grace = std::chrono::seconds{2};
/// The same when it is started again: it may have much to write to its disk.
constexpr Duration restart_grace = std::chrono::seconds{10};
constexpr const char* not_declared = "it is no longer declared as it was";
/// The guard's name for the node's HAProxy, which is no instance.
constexpr const char* front_name = "front";

/// What can be told for certain; nothing while a server starts, ends or is taken over.
std::optional<Role> role_seen(const cluster::InstanceReport& report,
                              const cluster::GroupState& group) {
    if (report.opened.value > 0) return Role{true, report.opened};
    const bool stands_by = report.process == cluster::ProcessState::running &&
                           report.role == cluster::ServerRole::standby;
    if (!stands_by) return std::nullopt;
    return Role{false, group.epoch};
}

}  // namespace

Executor::Executor(NodeId self, Loop& loop, Guard& guard, MemberLink& member,
                   std::vector<InstanceParts> instances, std::unique_ptr<Front> front, Emit emit)
    : self_(std::move(self)),
      loop_(loop),
      guard_(guard),
      member_(member),
      emit_(std::move(emit)),
      reports_(loop) {
    for (InstanceParts& parts : instances) add(std::move(parts));
    if (front) {
        front_ = std::make_unique<FrontLoop>(self_, loop_, std::move(front), member_, emit_);
    }
}

Executor::~Executor() {
    *alive_ = false;
    loop_.cancel(retry_timer_);
}

void Executor::start() {
    guard_.start([this](const std::string& name) { gone(name); });
    ask_guard();
}

void Executor::ask_guard() {
    guard_.list([this, alive = alive_](const Result<std::vector<Supervised>>& found) {
        if (!*alive) return;
        if (found) return adopt(found.value());
        emit_(Event{Severity::error,
                    "guard.silent",
                    "the guard does not say which servers run: " + found.error().message,
                    {}});
        retry_timer_ = loop_.at(loop_.now() + guard_retry, [this] { ask_guard(); });
    });
}

void Executor::adopt(const std::vector<Supervised>& found) {
    for (const Supervised& each : found) {
        if (each.pid == 0 || each.name == front_name) continue;
        if (const auto group = HookLoop::group_of(each.name)) {
            hook_of(*group).adopt();
        } else if (const auto node = Stonith::node_of(each.name); node && stonith_) {
            stonith_->adopt(*node);
        } else {
            found_.emplace(each.name, each);
        }
    }
    started_ = true;
    for (const auto& instance : instances_) begin_loop(*instance);
    if (first_view_.formed) directive(first_view_);
}

void Executor::add(InstanceParts parts) {
    instances_.push_back(std::make_unique<InstanceLoop>(loop_, guard_, member_, std::move(parts),
                                                        emit_, [this] { report_soon(); }));
    if (started_) begin_loop(*instances_.back());
}

void Executor::begin_loop(InstanceLoop& instance) {
    if (const auto running = found_.extract(instance.name())) instance.adopt(running.mapped());
    instance.start();
}

InstanceLoop* Executor::find(const std::string& name) {
    const auto found = std::ranges::find(
        instances_, name, [](const auto& each) -> const auto& { return each->name(); });
    return found == instances_.end() ? nullptr : found->get();
}

void Executor::declare(std::vector<InstanceParts> parts, const std::set<std::string>& declared,
                       std::unique_ptr<Front> front) {
    successors_.clear();
    declared_ = declared;
    told_ = true;
    for (const auto& instance : instances_) {
        if (!declared.contains(instance->name())) instance->retire();
    }
    for (InstanceParts& each : parts) {
        InstanceLoop* present = find(each.instance.id.text);
        if (present == nullptr) {
            add(std::move(each));
            continue;
        }
        cluster::Instance same = present->instance();
        same.priority = each.instance.priority;
        same.serves_reads = each.instance.serves_reads;
        if (same == each.instance && !present->retired()) {
            present->redeclare(std::move(each.group), std::move(each.instance),
                               std::move(each.launch));
            continue;
        }
        present->retire();
        std::string name = each.instance.id.text;
        successors_.insert_or_assign(std::move(name), std::move(each));
    }
    if (front && !front_) {
        front_ = std::make_unique<FrontLoop>(self_, loop_, std::move(front), member_, emit_);
    }
    report_soon();
}

void Executor::keep_hooks(std::string directory) {
    hook_directory_ = std::move(directory);
    stonith_ = std::make_unique<Stonith>(
        self_, loop_, guard_, hook_directory_,
        [this](const NodeId& node, LogIndex after) { member_.cut_off(node, after); }, emit_);
}

Result<void> Executor::reinitialise(const InstanceId& instance) {
    InstanceLoop* found = find(instance.text);
    if (found == nullptr || found->retired()) {
        return invalid("instance " + instance.text + " is not managed by node " + self_.text);
    }
    if (!found->may_stop()) {
        return refused("instance " + instance.text + " is open as a primary: its data stays");
    }
    found->throw_away();
    if (!found->idle()) stop(instance.text, "its data is thrown away, as asked", Duration{0});
    return success();
}

void Executor::restart(const std::set<InstanceId>& servers) {
    for (const InstanceId& server : servers) {
        const InstanceLoop* instance = find(server.text);
        if (instance == nullptr || instance->idle() || !instance->may_stop()) continue;
        stop(server.text, "it is restarted, as asked", restart_grace);
    }
}

void Executor::directive(const MemberView& view) {
    if (!started_) first_view_ = view;
    if (!started_ || !view.formed) return;
    for (const auto& instance : instances_) instance->directive(view);
    if (front_) front_->directive(view);
    if (stonith_) stonith_->look(view);
    if (view.caught_up) agreed_ = view.state;
    tell_hooks();
    if (view.caught_up) stop_retired();
}

/// Stops what is no longer declared, and lets its successor start when nothing
/// of it is left. Runs again with every view.
void Executor::stop_retired() {
    for (const auto& [name, running] : found_) {
        if (told_ && !declared_.contains(name)) stop(name, not_declared, stop_grace);
    }
    std::vector<std::string> over;
    for (const auto& instance : instances_) {
        if (!instance->retired()) continue;
        if (instance->idle()) {
            over.push_back(instance->name());
        } else if (instance->may_stop()) {
            stop(instance->name(), not_declared, stop_grace);
        }
    }
    if (over.empty()) return;
    std::erase_if(instances_, [](const auto& each) { return each->retired() && each->idle(); });
    for (const std::string& name : over) {
        if (auto successor = successors_.extract(name)) add(std::move(successor.mapped()));
    }
    report_soon();
}

void Executor::stop(const std::string& name, const std::string& why, Duration grace) {
    if (!stopping_.insert(name).second) return;
    emit_(Event{Severity::info,
                "instance.stopped",
                "instance " + name + " is stopped: " + why,
                {{"instance", name}}});
    guard_.stop(name, loop_.now() + grace, [this, alive = alive_, name](const Result<void>&) {
        if (*alive) stopping_.erase(name);
    });
}

void Executor::gone(const std::string& name) {
    if (found_.erase(name) > 0) return;
    if (InstanceLoop* instance = find(name)) return instance->gone();
    if (const auto group = HookLoop::group_of(name)) return hook_of(*group).gone();
    const auto fenced = Stonith::node_of(name);
    if (fenced && stonith_) return stonith_->gone(*fenced);
    if (front_ && name == front_name) front_->gone();
}

HookLoop& Executor::hook_of(const GroupId& group) {
    auto& hook = hooks_[group];
    if (!hook) {
        hook = std::make_unique<HookLoop>(loop_, guard_,
                                          HookLoop::Place{group, self_, hook_directory_}, emit_);
    }
    return *hook;
}

/// After everything else: what is told has happened.
void Executor::tell_hooks() {
    if (hook_directory_.empty() || !agreed_) return;
    for (const auto& instance : instances_) {
        const cluster::GroupState* group = agreed_->group(instance->group());
        if (group == nullptr || instance->retired()) continue;
        const bool wanted = !group->declared.hooks.on_role_change.empty();
        const auto role = role_seen(instance->report(), *group);
        if (wanted && role) {
            hook_of(instance->group())
                .look({agreed_->name, group->declared, instance->instance().id, *role});
        }
    }
}

/// Several changes in one turn of the loop become one report.
void Executor::report_soon() {
    reports_.soon(report_pause * instances_.size(), [this] {
        report();
        tell_hooks();
    });
}

void Executor::report() {
    std::vector<cluster::InstanceReports::value_type> fresh;
    for (const auto& instance : instances_) {
        const cluster::InstanceReport& present = instance->report();
        const auto known = reported_.find(present.instance);
        const bool same = known != reported_.end() && known->second == present;
        if (!same) fresh.emplace_back(present.instance, present);
    }
    reported_.overlay(cluster::InstanceReports(fresh.begin(), fresh.end()));
    if (reported_.size() > instances_.size()) {
        reported_.erase_if([&](const auto& item) { return find(item.first.text) == nullptr; });
    }
    member_.instances(reported_);
}

}  // namespace baton::runtime
