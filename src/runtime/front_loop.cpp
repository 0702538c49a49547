#include "runtime/front_loop.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

constexpr Duration apply_deadline = std::chrono::seconds{2};
constexpr Duration retry_pause = std::chrono::milliseconds{200};

/// A group's holder says that it is open, or that is already on record: a
/// restarting agent of the primary must not close the fronts.
routing::Heard heard_in(const MemberView& view) {
    routing::Heard heard;
    for (const auto& [id, group] : view.state->groups) {
        const bool recorded = group.phase == cluster::Phase::repairing ||
                              group.phase == cluster::Phase::steady ||
                              group.phase == cluster::Phase::handing_over;
        if (recorded || view.open.contains({id, group.epoch})) {
            heard.open.emplace_hint(heard.open.end(), id, group.epoch);
        }
    }
    heard.reports = view.reports;
    return heard;
}

}  // namespace

FrontLoop::FrontLoop(NodeId self, Loop& loop, std::unique_ptr<Front> front, MemberLink& member,
                     Emit emit)
    : self_(std::move(self)),
      loop_(loop),
      front_(std::move(front)),
      member_(member),
      emit_(std::move(emit)) {}

FrontLoop::~FrontLoop() {
    *alive_ = false;
    loop_.cancel(retry_timer_);
}

void FrontLoop::directive(const MemberView& view) {
    // The doors an earlier agent left are right until this one knows better.
    if (!view.caught_up) return;
    const bool same = known_ && view.state == state_ && view.open == open_ &&
                      routing::same_servers(view.reports, reports_);
    state_ = view.state;
    open_ = view.open;
    reports_ = view.reports;
    known_ = true;
    if (same) return;
    wanted_ = routing::routes(*view.state, heard_in(view), self_);
    apply_if_needed();
}

void FrontLoop::gone() {
    emit_(Event{Severity::error,
                "front.gone",
                "the front of this node (HAProxy) ended; baton starts it again",
                {}});
    applied_once_ = false;
    member_.fronts({});
    apply_if_needed();
}

void FrontLoop::apply_if_needed() {
    if (!known_ || applying_ || retry_timer_ != 0 || (applied_once_ && wanted_ == current_)) return;
    applying_ = true;
    front_->apply(wanted_, loop_.now() + apply_deadline,
                  [this, alive = alive_, routes = wanted_](const Result<void>& result) {
                      if (!*alive) return;
                      applying_ = false;
                      applied(result, routes);
                  });
}

void FrontLoop::applied(const Result<void>& result, std::vector<FrontRoute> routes) {
    if (!result) {
        applied_once_ = false;
        member_.fronts({});
        if (last_failure_ != result.error().message) {
            last_failure_ = result.error().message;
            emit_(Event{Severity::error,
                        "front.failed",
                        "the front of this node could not be switched: " + last_failure_,
                        {}});
        }
        return retry_after(retry_pause);
    }
    last_failure_.clear();
    applied_once_ = true;
    current_ = std::move(routes);
    report(current_);
    apply_if_needed();
}

/// A door behind which nobody takes writes yet serves no epoch.
void FrontLoop::report(const std::vector<FrontRoute>& routes) {
    std::map<GroupId, Epoch> served;
    for (const FrontRoute& route : routes) {
        if (std::ranges::any_of(route.servers, &FrontServer::writes)) {
            served[route.group] = route.epoch;
        }
    }
    member_.fronts(SharedMap<GroupId, Epoch>(served.begin(), served.end()));
}

void FrontLoop::retry_after(Duration pause) {
    retry_timer_ = loop_.at(loop_.now() + pause, [this] {
        retry_timer_ = 0;
        apply_if_needed();
    });
}

}  // namespace baton::runtime
