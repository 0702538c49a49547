// How often a core speaks and how long it waits, on a network that loses
// nothing and takes no time.
#include "core/raft/core.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace baton::raft {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{seconds{1000}};

Restored three_voters() {
    Snapshot snapshot;
    snapshot.membership.voters = {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
    Restored restored;
    restored.snapshot = std::move(snapshot);
    return restored;
}

TEST(ElectionTimeout, LiesBetweenItsBoundsAndIsNotAlwaysTheSame) {
    Config config;
    config.self = NodeId{"a"};
    std::set<Duration> drawn;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Core core{config, three_voters(), Random{seed}, start};
        const Duration timeout = core.next_deadline() - start;
        EXPECT_GE(timeout, milliseconds{150});
        EXPECT_LE(timeout, milliseconds{300});
        drawn.insert(timeout);
    }
    EXPECT_GT(drawn.size(), 900U);
    EXPECT_LT(*drawn.begin(), milliseconds{155}) << "the lower part of the range is never drawn";
    EXPECT_GT(*drawn.rbegin(), milliseconds{295}) << "the upper part of the range is never drawn";
}

/// Three members whose disks and network are perfect.
class Quiet {
public:
    explicit Quiet(Config config = {}) {
        std::uint64_t seed = 1;
        for (const char* name : {"a", "b", "c"}) {
            config.self = NodeId{name};
            cores_.emplace(name, Core{config, three_voters(), Random{seed++}, now_});
        }
    }

    void run_until(Instant end) {
        while (true) {
            exchange();
            Instant next = end;
            for (const auto& [name, core] : cores_) next = std::min(next, core.next_deadline());
            if (next >= end) break;
            now_ = std::max(now_, next);
            for (auto& [name, core] : cores_) core.tick(now_);
        }
        now_ = end;
    }

    Core& leader() {
        return std::ranges::find_if(cores_, [](auto& each) { return each.second.is_leader(); })
            ->second;
    }

    /// Appends to one member are lost from now on.
    void cut_off(const NodeId& node) { cut_off_ = node; }
    void join_again() { cut_off_ = NodeId{}; }

    [[nodiscard]] Instant now() const { return now_; }

    std::map<NodeId, int> appends;  ///< To each follower.
    std::size_t longest = 0;        ///< Entries of the longest Append.

private:
    void exchange() {
        for (bool busy = true; busy;) {
            busy = false;
            for (auto& [name, core] : cores_) busy = collect(core) || busy;
            for (; !network_.empty(); network_.pop_front()) deliver(network_.front());
        }
    }

    bool collect(Core& core) {
        Output output = core.take();
        if (output.empty()) return false;
        for (Message& each : output.messages) network_.push_back(std::move(each));
        for (Message& each : output.messages_after_persist) network_.push_back(std::move(each));
        if (!output.persist.entries.empty()) {
            const Entry& last = output.persist.entries.back();
            core.persisted(last.index, last.term, now_);
        }
        return true;
    }

    void deliver(const Message& message) {
        if (const auto* append = std::get_if<Append>(&message.body)) {
            ++appends[message.to];
            longest = std::max(longest, append->entries.size());
        }
        if (message.to == cut_off_ || message.from == cut_off_) return;
        cores_.at(message.to.text).step(message, now_);
    }

    Instant now_ = start;
    NodeId cut_off_;
    std::map<std::string, Core> cores_;
    std::deque<Message> network_;
};

TEST(Heartbeats, LeaveAtTheIntervalOfTheConfiguration) {
    for (const auto interval : {milliseconds{50}, milliseconds{25}}) {
        Config config;
        config.heartbeat_interval = interval;
        Quiet cluster{config};
        cluster.run_until(start + seconds{2});
        cluster.appends.clear();
        cluster.run_until(start + seconds{12});
        const auto expected = static_cast<double>(seconds{10} / interval);
        ASSERT_EQ(cluster.appends.size(), 2U);
        for (const auto& [follower, count] : cluster.appends) {
            EXPECT_NEAR(count, expected, 2) << follower.text;
        }
    }
}

TEST(Replication, ALaggingFollowerIsSentNoMoreThanTheConfiguredEntriesAtOnce) {
    Config config;
    config.append_entries_max = 7;
    Quiet cluster{config};
    cluster.run_until(start + seconds{2});
    const NodeId leading = cluster.leader().self();
    cluster.cut_off(NodeId{leading.text == "a" ? "b" : "a"});
    for (int number = 0; number < 100; ++number) {
        ASSERT_TRUE(cluster.leader().propose("entry " + std::to_string(number), cluster.now()));
    }
    cluster.run_until(cluster.now() + milliseconds{120});
    cluster.longest = 0;
    cluster.join_again();
    cluster.run_until(cluster.now() + seconds{5});
    EXPECT_EQ(cluster.longest, 7U);
    const Status status = cluster.leader().status(cluster.now());
    EXPECT_EQ(status.commit, status.last_index);
}

}  // namespace
}  // namespace baton::raft
