#include "runtime/tail_keeper.hpp"

#include "core/failover/tail.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

constexpr Duration retry_pause = std::chrono::seconds{1};

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const KeepOrder& order) {
    const cluster::Tail& tail = order.tail;
    Fields fields{{"group", order.group.text},
                  {"instance", order.instance.text},
                  {"epoch", std::to_string(tail.epoch.value)},
                  {"remains", std::string(cluster::name_of(tail.remains))},
                  {"from_offset", std::to_string(tail.from)}};
    if (tail.remains == cluster::Remains::in_memory) {
        fields.emplace_back("until_offset", std::to_string(tail.until));
        fields.emplace_back("bytes", std::to_string(tail.until - tail.from));
    } else {
        fields.emplace_back("bytes_known", std::to_string(tail.bytes_known));
        fields.emplace_back("bytes_likely", std::to_string(tail.bytes_likely));
    }
    return fields;
}

std::string subject_of(const KeepOrder& order) {
    return "instance " + order.instance.text + " of group " + order.group.text + " comes back " +
           failover::describe(order.tail) + " that the primary of epoch " +
           std::to_string(order.tail.epoch.value) + " lacks";
}

KeepOrder order_for(const cluster::GroupState& group, const cluster::InstanceReport& report,
                    std::int64_t wall_milliseconds,
                    std::function<void(cluster::Endpoint, Done<void>)> attach) {
    return {group.declared.id,         report.instance, failover::tail_of(group, report),
            group.declared.quarantine, report.pid,      wall_milliseconds,
            std::move(attach)};
}

}  // namespace

TailKeeper::TailKeeper(Loop& loop, std::unique_ptr<Quarantine> quarantine, Emit emit)
    : loop_(loop), quarantine_(std::move(quarantine)), emit_(std::move(emit)) {}

bool TailKeeper::due(const cluster::GroupState& group,
                     const cluster::InstanceReport& report) const {
    const cluster::Tail tail = failover::tail_of(group, report);
    return tail.remains != cluster::Remains::nothing && tail.epoch > followed_ &&
           settled_ != Subject{tail.epoch, report.run_id};
}

void TailKeeper::missed(const cluster::GroupState& group, const cluster::InstanceReport& report) {
    const KeepOrder order = order_for(group, report, loop_.wall_milliseconds(), {});
    settled_ = {order.tail.epoch, report.run_id};
    emit_(Event{Severity::error, "tail.dropped",
                subject_of(order) +
                    ", and attached to that primary by itself before it could be kept: the way "
                    "between the two was open again before this agent knew of the change",
                fields_of(order)});
}

void TailKeeper::stop() {
    if (std::exchange(keeping_, false)) quarantine_->stop();
}

void TailKeeper::keep(const cluster::GroupState& group, const cluster::InstanceReport& report,
                      std::function<void(cluster::Endpoint, Done<void>)> attach,
                      std::function<void()> done) {
    const KeepOrder order = order_for(group, report, loop_.wall_milliseconds(), std::move(attach));
    const Subject subject{order.tail.epoch, report.run_id};
    if (trying_ != subject) {
        trying_ = subject;
        until_ = loop_.now() + keeping_patience;
        last_failure_.clear();
    }
    const Instant deadline = std::max(until_, loop_.now() + std::chrono::seconds{1});
    keeping_ = true;
    quarantine_->keep(order, deadline,
                      [this, alive = alive_, order, done = std::move(done)](Result<Kept> result) {
                          if (!*alive || !std::exchange(keeping_, false)) return;
                          result ? kept_it(order, result.value()) : failed(order, result.error());
                          done();
                      });
}

void TailKeeper::kept_it(const KeepOrder& order, const Kept& kept) {
    settled_ = trying_;
    const bool all = kept.complete;
    Fields fields = fields_of(order);
    fields.emplace_back("place", kept.place);
    fields.emplace_back("bytes_kept", std::to_string(kept.bytes));
    const std::string where = kept.place.empty() ? "" : " in " + kept.place + " on its node";
    const std::string said =
        all ? ". It is kept" + where + "; manifest.json there says how to look at it"
            : ". " + kept.why + where;
    emit_(Event{Severity::warning, all ? "tail.kept" : "tail.kept_partly", subject_of(order) + said,
                std::move(fields)});
    for (const std::string& each : kept.removed) {
        emit_(Event{Severity::warning,
                    "tail.removed",
                    "instance " + order.instance.text + ": " + each +
                        " made room for a newer tail; raise the group's quarantine.keep or "
                        "quarantine.bytes to keep more",
                    {{"instance", order.instance.text}, {"place", each}}});
    }
}

void TailKeeper::failed(const KeepOrder& order, const Error& error) {
    next_try_ = loop_.now() + retry_pause;
    const bool over = loop_.now() >= until_;
    if (!over && error.message == last_failure_) return;
    last_failure_ = error.message;
    Fields fields = fields_of(order);
    if (!over) {
        const auto left = std::to_string(whole_milliseconds(until_ - loop_.now()) / 1000);
        return emit_(Event{Severity::warning, "tail.waiting",
                           subject_of(order) + ", and that cannot be kept: " + error.message +
                               ". baton tries again for " + left +
                               " s, then the server follows and it is gone",
                           std::move(fields)});
    }
    settled_ = trying_;
    emit_(Event{Severity::error, "tail.dropped",
                subject_of(order) + ", and that could not be kept: " + error.message +
                    ". The server follows now, without it: the group needs its standbys",
                std::move(fields)});
}

}  // namespace baton::runtime
