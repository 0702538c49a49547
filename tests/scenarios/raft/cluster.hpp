#pragma once

/// A group of members under virtual time, told what to do command by command.
/// Every member has its own clock, as machines do. Messages travel only when a
/// command says so, and what each command changed is told in lines of text.

#include "scenarios/conversation/conversation.hpp"
#include "scenarios/raft/member.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace baton::raft::test {

class Cluster {
public:
    /// Performs one command (cluster_commands.cpp lists them); answers what happened.
    [[nodiscard]] std::string perform(const baton::test::Command& command);

private:
    using Command = baton::test::Command;
    using Action = void (Cluster::*)(const Command&);
    [[nodiscard]] static const std::map<std::string, Action>& actions();

    void form(const Command& command);
    void rebuild(const Command& command);
    void elect(const Command& command);
    void time_out(const Command& command);
    void elapse(const Command& command);
    void advance(const Command& command);
    void propose(const Command& command);
    void read(const Command& command);
    void change(const Command& command);
    void transfer(const Command& command);
    void give_up(const Command& command);
    void admit(const Command& command);
    void compact(const Command& command);
    void deliver(const Command& command);
    void settle(const Command& command);
    void lose(const Command& command);
    void cut(const Command& command);
    void heal(const Command& command);
    void crash(const Command& command);
    void restart(const Command& command);
    void set_disk(const Command& command);
    void sync(const Command& command);
    void inject(const Command& command);
    void show(const Command& command);

    [[nodiscard]] Member& member(const std::string& name);
    void add_member(const std::string& name, Disk disk);
    void tick(Member& member, Instant now);
    void gather(const std::string& name);
    void deliver_all(bool told);
    void deliver_one(bool told);
    [[nodiscard]] bool blocked(const std::string& from, const std::string& to) const;
    void say(const std::string& line);
    template <typename T>
    void say_result(const std::string& name, const Result<T>& result);
    void tell_news(const std::string& name, Member& member);
    void remember(const std::string& name);
    void tell_changes();
    [[nodiscard]] std::string describe_member(const std::string& name);

    struct Known {
        Role role = Role::follower;
        Term term;
        NodeId leader;
        LogIndex commit;
        Membership membership;
    };

    Config config_;
    std::map<std::string, Member> members_;
    std::map<std::string, Known> known_;
    std::deque<Message> network_;
    std::set<std::pair<std::string, std::string>> cuts_;
    std::string said_;
};

/// A message in one line.
[[nodiscard]] std::string describe(const Message& message);
[[nodiscard]] std::string describe(const Membership& membership);
[[nodiscard]] std::string describe(Role role);

}  // namespace baton::raft::test
