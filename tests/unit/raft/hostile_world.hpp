#pragma once

/// Members in one process with a network and disks that do their worst, all
/// drawn from one seed: loss, duplication, reordering, cuts both ways and one
/// way, crashes that keep a torn part of what was being written, slow disks,
/// clocks that jump. After every event the properties of Raft figure 3 are
/// checked, and the first broken one is reported.

#include "base/random.hpp"
#include "scenarios/raft/member.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace baton::raft::test {

class HostileWorld {
public:
    struct Options {
        std::uint64_t seed = 0;
        std::size_t members = 3;
        bool membership_changes = false;
    };

    explicit HostileWorld(Options options);

    /// One random event. Call until `broken` says something.
    void step();
    /// Ends all faults and lets time pass until a new command is applied
    /// everywhere; false if that takes longer than a fair bound.
    [[nodiscard]] bool recovers();

    /// The first broken property in words; empty while all hold.
    [[nodiscard]] const std::string& broken() const { return broken_; }
    [[nodiscard]] std::size_t committed() const { return committed_.size(); }
    [[nodiscard]] std::size_t leaders_seen() const { return leaders_.size(); }
    [[nodiscard]] std::size_t reads_confirmed() const { return reads_confirmed_; }
    [[nodiscard]] std::size_t snapshots_restored() const { return snapshots_restored_; }
    [[nodiscard]] std::size_t memberships_changed() const { return memberships_changed_; }

private:
    struct Applied {
        LogIndex index;
        std::uint64_t digest = 0;  ///< Of all commands applied so far, in order.
    };

    void act(const std::string& name);
    void request(const std::string& name);
    void change_membership(Member& leader);
    void disturb();
    void deliver_some();
    void pass_time();
    void crash(const std::string& name);
    void collect(const std::string& name);
    void compact(const std::string& name);

    void check_news(const std::string& name);
    void check_commit(const std::string& name, const Entry& entry);
    void check_leaders(const std::string& name);
    void check_log_matching();
    void check_deadline(const std::string& name);
    void fail(const std::string& sentence);

    Options options_;
    Random random_;
    Instant now_;
    std::map<std::string, Member> members_;
    std::vector<Message> network_;
    std::set<std::pair<std::string, std::string>> cuts_;
    bool calm_ = false;

    std::map<std::string, Applied> applied_;
    std::map<LogIndex, Entry> committed_;
    std::map<LogIndex, std::uint64_t> digests_;
    std::map<Term, std::string> leaders_;
    std::map<std::uint64_t, LogIndex> reads_;  ///< What was committed when each read was asked for.
    std::uint64_t commands_ = 0;
    std::size_t reads_confirmed_ = 0;
    std::size_t snapshots_restored_ = 0;
    std::size_t memberships_changed_ = 0;
    std::string broken_;
};

}  // namespace baton::raft::test
