#include "runtime/hook_loop.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

constexpr std::string_view prefix = "hook:";

std::string word_of(const Role& role) {
    return role.primary ? "primary" : "standby";
}

}  // namespace

HookLoop::HookLoop(Loop& loop, Guard& guard, Place place, Emit emit)
    : loop_(loop), guard_(guard), place_(std::move(place)), emit_(std::move(emit)) {
    group_.id = place_.group;
}

HookLoop::~HookLoop() {
    *alive_ = false;
    loop_.cancel(timer_);
}

std::string HookLoop::name() const {
    return std::string{prefix} + place_.group.text;
}

std::optional<GroupId> HookLoop::group_of(std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    return GroupId{std::string{name.substr(prefix.size())}};
}

void HookLoop::look(const Sight& sight) {
    cluster_ = sight.cluster;
    if (group_ != sight.group) group_ = sight.group;
    instance_ = sight.instance;
    if (told_ && told_->same_as(sight.role)) {
        waiting_.reset();
        return;
    }
    waiting_ = sight.role;
    run();
}

void HookLoop::adopt() {
    busy_ = true;
    guard_.kill(name(), [](const Result<void>&) {});
}

void HookLoop::run() {
    if (busy_ || !waiting_) return;
    told_ = std::exchange(waiting_, std::nullopt);
    if (group_.hooks.on_role_change.empty()) return;
    busy_ = true;
    begun_ = killed_ = false;
    ++runs_;
    guard_.launch(launch(), [this, alive = alive_](const Result<Supervised>& result) {
        if (*alive) launched(result);
    });
}

Launch HookLoop::launch() const {
    Launch launch;
    launch.name = name();
    launch.arguments = group_.hooks.on_role_change;
    launch.environment = {
        "BATON_CLUSTER=" + cluster_,     "BATON_NODE=" + place_.node.text,
        "BATON_GROUP=" + group_.id.text, "BATON_INSTANCE=" + instance_.text,
        "BATON_ROLE=" + word_of(*told_), "BATON_EPOCH=" + std::to_string(told_->epoch.value)};
    launch.directory = place_.directory;
    launch.log_file = place_.directory + "/" + group_.id.text + ".log";
    return launch;
}

/// A guard that did not answer may have started it: then `gone` follows, or the
/// timeout ends it, or finds that there is nothing.
void HookLoop::launched(const Result<Supervised>& result) {
    if (!busy_) return;
    const bool nothing_runs = !result && result.error().kind != ErrorKind::outcome_unknown;
    if (nothing_runs) {
        say(Severity::error, "hook.not_started", "was not started: " + result.error().message);
    } else if (!result) {
        say(Severity::error, "hook.not_started",
            "may not have been started: " + result.error().message + " In " +
                std::to_string(whole_milliseconds(group_.hooks.timeout)) +
                " ms what is left of it is killed; if it never began, it is told again");
    }
    if (nothing_runs) {
        busy_ = false;
        return run();
    }
    begun_ = result.has_value();
    timer_ = loop_.at(loop_.now() + group_.hooks.timeout, [this] { overdue(); });
}

void HookLoop::overdue() {
    if (!busy_) return;
    killed_ = true;
    guard_.kill(name(), [](const Result<void>&) {});
    if (!begun_) ask_whether_it_began();
    // Until nothing of it is left, the next one waits.
    timer_ = loop_.at(loop_.now() + group_.hooks.timeout, [this] { overdue(); });
}

/// Of what the guard never began nobody will say that it ended. That it knows of
/// nothing counts only when it says so after the order, which may wait as long as the
/// guard stands still: it answers one order after the other.
void HookLoop::ask_whether_it_began() {
    guard_.list([this, alive = alive_, asked = runs_](
                    const Result<std::vector<Supervised>>& left) {
        if (!*alive || !busy_ || asked != runs_ || !left) return;
        if (std::ranges::find(left.value(), name(), &Supervised::name) != left.value().end()) {
            return;
        }
        loop_.cancel(timer_);
        busy_ = false;
        if (!waiting_) waiting_ = told_;
        run();
    });
}

void HookLoop::gone() {
    loop_.cancel(timer_);
    busy_ = false;
    if (!told_) return run();  // An earlier agent's.
    const std::optional<int> code = guard_.exit_code(name());
    if (killed_) {
        say(Severity::error, "hook.killed",
            "did not end within " + std::to_string(whole_milliseconds(group_.hooks.timeout)) +
                " ms and was killed with all it had started");
    } else if (code && *code == 0) {
        say(Severity::info, "hook.done", "ended well");
    } else {
        say(Severity::error, "hook.failed",
            (code ? "ended with code " + std::to_string(*code) : std::string{"was killed"}) + "; " +
                launch().log_file + " may say why; it is not repeated");
    }
    run();
}

void HookLoop::say(Severity severity, const std::string& name, const std::string& what) {
    const Role role = told_.value_or(Role{});
    emit_(Event{severity,
                name,
                "hook of group " + group_.id.text + ", told that " + instance_.text + " is " +
                    word_of(role) + " at epoch " + std::to_string(role.epoch.value) + ", " + what,
                {{"group", group_.id.text},
                 {"instance", instance_.text},
                 {"role", word_of(role)},
                 {"epoch", std::to_string(role.epoch.value)}}});
}

}  // namespace baton::runtime
