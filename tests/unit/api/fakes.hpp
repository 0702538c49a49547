#pragma once

/// Stand-ins for the agent around the API: what it asks, and a loop that stands still.

#include "sample.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>
#include "api/access.hpp"

namespace baton::api::sample {

/// Remembers what was asked and answers at once.
class FakeAccess final : public Access {
public:
    View shown;
    Result<cluster::EntryReference> outcome = cluster::EntryReference{LogIndex{43}, Term{5}};
    Result<cluster::EntryReference> snapshot = cluster::EntryReference{LogIndex{42}, Term{5}};
    Result<LogIndex> first = LogIndex{43};
    std::vector<cluster::Command> proposed;
    std::vector<NodeId> transfers;
    std::vector<std::set<InstanceId>> restarts;
    std::vector<InstanceId> reinitialised;
    std::vector<NumberedEvent> kept;
    std::map<std::uint64_t, std::function<void(const NumberedEvent&)>> sinks;

    View view() override { return shown; }
    void propose(cluster::Command command, Instant /*deadline*/,
                 Done<cluster::EntryReference> done) override {
        proposed.push_back(std::move(command));
        done(outcome);
    }
    void read_barrier(Instant /*deadline*/, Done<void> done) override { done(success()); }
    void transfer_leadership(NodeId to, Instant /*deadline*/, Done<void> done) override {
        transfers.push_back(to);
        done(success());
    }
    void propose_membership(raft::Membership /*next*/, Instant /*deadline*/,
                            Done<cluster::EntryReference> done) override {
        done(outcome);
    }
    void create_snapshot(Instant /*deadline*/, Done<cluster::EntryReference> done) override {
        done(snapshot);
    }
    void compact_log(Instant /*deadline*/, Done<LogIndex> done) override { done(first); }
    void restart(const std::set<InstanceId>& servers, Duration /*delay*/) override {
        restarts.push_back(servers);
    }
    Result<void> reinitialise(const InstanceId& instance) override {
        reinitialised.push_back(instance);
        return success();
    }
    std::vector<NumberedEvent> events(std::uint64_t from, std::size_t limit) override {
        std::vector<NumberedEvent> found;
        for (const auto& event : kept) {
            if (event.number >= from && found.size() < limit) found.push_back(event);
        }
        return found;
    }
    std::uint64_t subscribe(std::function<void(const NumberedEvent&)> sink) override {
        sinks[++last_token_] = std::move(sink);
        return last_token_;
    }
    void unsubscribe(std::uint64_t token) override { sinks.erase(token); }

    void happen(std::uint64_t number) {
        kept.push_back({number, 1, NodeId{"a"}, {Severity::info, "lease.lost", "text", {}}});
        const auto listening = sinks;
        for (const auto& [token, sink] : listening) sink(kept.back());
    }

private:
    std::uint64_t last_token_ = 0;
};

/// Time stands still; timers run when the test says so.
class StillLoop final : public Loop {
public:
    Instant now() override { return sample::now; }
    std::int64_t wall_milliseconds() override { return 1234; }
    TimerId at(Instant when, std::function<void()> action) override {
        timers_[++last_] = {when, std::move(action)};
        return last_;
    }
    void cancel(TimerId timer) override { timers_.erase(timer); }
    void post(std::function<void()> action) override { at(sample::now, std::move(action)); }
    /// Runs the timers due within `by`, once each.
    void run(Duration by) {
        const auto due = timers_;
        for (const auto& [id, timer] : due) {
            if (timer.when > sample::now + by || timers_.erase(id) == 0) continue;
            timer.action();
        }
    }
    [[nodiscard]] std::size_t pending() const { return timers_.size(); }

private:
    struct Timer {
        Instant when;
        std::function<void()> action;
    };
    std::map<TimerId, Timer> timers_;
    TimerId last_ = 0;
};

}  // namespace baton::api::sample
