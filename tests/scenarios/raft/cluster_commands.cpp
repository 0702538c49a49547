/// The commands of the conversations. Unless said otherwise a command leaves
/// the messages it caused in the network, for `deliver`, `settle` or `lose`.

#include "scenarios/raft/cluster.hpp"

#include <algorithm>
#include <stdexcept>

namespace baton::raft::test {
namespace {

std::vector<NodeId> nodes(const std::vector<std::string>& names) {
    std::vector<NodeId> result;
    for (const std::string& name : names) {
        result.emplace_back(name);
    }
    std::sort(result.begin(), result.end());
    return result;
}

Duration duration(const std::string& text) {
    return Duration{baton::test::parse_nanoseconds(text)};
}

}  // namespace

const std::map<std::string, Cluster::Action>& Cluster::actions() {
    static const std::map<std::string, Action> table = {
        {"cluster", &Cluster::form},      {"rebuild", &Cluster::rebuild},
        {"elect", &Cluster::elect},       {"timeout", &Cluster::time_out},
        {"elapse", &Cluster::elapse},     {"advance", &Cluster::advance},
        {"propose", &Cluster::propose},   {"read", &Cluster::read},
        {"change", &Cluster::change},     {"transfer", &Cluster::transfer},
        {"step-down", &Cluster::give_up}, {"admit", &Cluster::admit},
        {"compact", &Cluster::compact},   {"deliver", &Cluster::deliver},
        {"settle", &Cluster::settle},     {"lose", &Cluster::lose},
        {"cut", &Cluster::cut},           {"heal", &Cluster::heal},
        {"crash", &Cluster::crash},       {"restart", &Cluster::restart},
        {"disk", &Cluster::set_disk},     {"sync", &Cluster::sync},
        {"inject", &Cluster::inject},     {"show", &Cluster::show},
    };
    return table;
}

template <typename T>
void Cluster::say_result(const std::string& name, const Result<T>& result) {
    if (result.has_error()) {
        say(std::string(name_of(result.error().kind)) + ": " + result.error().message);
    }
    Member& asked = member(name);
    asked.collect();
    gather(name);
}

/// cluster a b c [learners=d] [entries_max=] [bytes_max=] [inflight_max=] [uncommitted_max=]
///     [piece=] [snapshot_max=]: members with empty logs.
void Cluster::form(const Command& command) {
    config_ = Config{};
    members_.clear();
    network_.clear();
    cuts_.clear();
    config_.append_entries_max = command.number("entries_max", config_.append_entries_max);
    config_.append_bytes_max = command.number("bytes_max", config_.append_bytes_max);
    config_.inflight_max = command.number("inflight_max", config_.inflight_max);
    config_.uncommitted_max = command.number("uncommitted_max", config_.uncommitted_max);
    config_.snapshot_piece_bytes = command.number("piece", config_.snapshot_piece_bytes);
    config_.snapshot_bytes_max = command.number("snapshot_max", config_.snapshot_bytes_max);
    Disk disk;
    disk.snapshot = Snapshot{};
    disk.snapshot->membership = {nodes(command.words), nodes(command.list("learners"))};
    for (const NodeId& node : disk.snapshot->membership.voters) {
        add_member(node.text, disk);
    }
    for (const NodeId& node : disk.snapshot->membership.learners) {
        add_member(node.text, disk);
    }
}

/// rebuild a [terms=1,1,4] [term=6] [vote=b] [commit=2] [empty=yes] [mute=yes]: a member
/// restarted from a disk with just this log; empty: without even the first membership.
void Cluster::rebuild(const Command& command) {
    Disk disk;
    const auto present = members_.find(command.word(0));
    if (command.value("empty", "no") == "no" && present != members_.end()) {
        disk.snapshot = present->second.disk.snapshot;
    }
    for (const std::string& term : command.list("terms")) {
        Entry entry;
        entry.term = Term{std::stoull(term)};
        entry.index = LogIndex{disk.entries.size() + 1};
        entry.kind = EntryKind::command;
        entry.payload = std::to_string(entry.index.value) + "@" + term;
        disk.entries.push_back(entry);
    }
    const Term last = disk.entries.empty() ? Term{} : disk.entries.back().term;
    disk.hard_state = {Term{command.number("term", last.value)}, NodeId{command.value("vote", "")},
                       LogIndex{command.number("commit", 0)}};
    disk.may_vote = command.value("mute", "no") == "no";
    add_member(command.word(0), disk);
}

/// elect a: every clock moves past the sticky leader's protection, then only a times out and
/// all messages are delivered.
void Cluster::elect(const Command& command) {
    for (auto& [name, each] : members_) {
        each.now = each.now + config_.election_timeout_min;
    }
    time_out(command);
    deliver_all(false);
}

/// timeout a: a's clock moves to its next deadline and a acts on it, until it campaigns.
void Cluster::time_out(const Command& command) {
    Member& subject = member(command.word(0));
    const Instant before = subject.now;
    const Instant due = subject.core->next_deadline();
    tick(subject, due == Instant::forever() ? before : due);
    gather(command.word(0));
}

/// elapse 200ms [a]: clocks move, and nobody acts on it.
void Cluster::elapse(const Command& command) {
    for (auto& [name, each] : members_) {
        if (command.words.size() == 1 || command.word(1) == name) {
            each.now = each.now + duration(command.word(0));
        }
    }
}

/// advance 200ms: time passes for everyone in step; deadlines are met, messages delivered.
void Cluster::advance(const Command& command) {
    const Duration step = std::chrono::milliseconds{1};
    for (Duration done{0}; done < duration(command.word(0)); done += step) {
        for (auto& [name, each] : members_) {
            each.now = each.now + step;
            if (each.running() && each.core->next_deadline() <= each.now) {
                tick(each, each.now);
                gather(name);
            }
        }
        deliver_all(false);
    }
}

/// propose a text
void Cluster::propose(const Command& command) {
    Member& leader = member(command.word(0));
    say_result(command.word(0), leader.core->propose(command.word(1), leader.now));
}

/// read a 7: asks for a read point under the id 7.
void Cluster::read(const Command& command) {
    Member& leader = member(command.word(0));
    say_result(command.word(0), leader.core->read_index(std::stoull(command.word(1)), leader.now));
}

/// change a voters=a,b [learners=c]
void Cluster::change(const Command& command) {
    Member& leader = member(command.word(0));
    const Membership next{nodes(command.list("voters")), nodes(command.list("learners"))};
    say_result(command.word(0), leader.core->propose_membership(next, leader.now));
}

/// transfer a b
void Cluster::transfer(const Command& command) {
    Member& leader = member(command.word(0));
    say_result(command.word(0),
               leader.core->transfer_leadership(NodeId{command.word(1)}, leader.now));
}

/// step-down a
void Cluster::give_up(const Command& command) {
    Member& leader = member(command.word(0));
    leader.core->step_down(leader.now);
    leader.collect();
    gather(command.word(0));
}

/// admit a: a's directory is known to the group from now on.
void Cluster::admit(const Command& command) {
    Member& subject = member(command.word(0));
    subject.core->admit();
    subject.disk.may_vote = true;
}

/// compact a 5 [keep=2] [state=text]
void Cluster::compact(const Command& command) {
    Member& subject = member(command.word(0));
    const LogIndex index{std::stoull(command.word(1))};
    std::optional<Snapshot> snapshot = subject.core->describe_snapshot(index);
    if (!snapshot) {
        say(command.word(0) + " cannot describe a snapshot at " + command.word(1));
        return;
    }
    snapshot->state = command.value("state", "state-of-" + command.word(1));
    subject.disk.compact(*snapshot);
    subject.core->compact(*snapshot, command.number("keep", 0));
    subject.collect();
    gather(command.word(0));
}

/// deliver [3]: delivers and tells every message, or only the first few.
void Cluster::deliver(const Command& command) {
    if (command.words.empty()) {
        deliver_all(true);
        return;
    }
    for (std::uint64_t left = std::stoull(command.word(0)); left > 0 && !network_.empty(); --left) {
        deliver_one(true);
    }
}

/// settle: delivers everything silently.
void Cluster::settle(const Command& /*command*/) {
    deliver_all(false);
}

/// lose: all messages under way are lost.
void Cluster::lose(const Command& /*command*/) {
    say(std::to_string(network_.size()) + " messages lost");
    network_.clear();
}

/// cut a: a is cut off from everyone; cut a b: between the two; cut a to=b: only that way.
void Cluster::cut(const Command& command) {
    const std::string& one = command.word(0);
    if (command.values.contains("to")) {
        cuts_.insert({one, command.value("to", "")});
        return;
    }
    for (const auto& [other, each] : members_) {
        if (other != one && (command.words.size() == 1 || command.word(1) == other)) {
            cuts_.insert({one, other});
            cuts_.insert({other, one});
        }
    }
}

/// heal: all cuts end.
void Cluster::heal(const Command& /*command*/) {
    cuts_.clear();
}

/// crash a [parts=1]: what was not yet durable is lost, but for its first parts (hard state,
/// snapshot, truncation, then entry by entry).
void Cluster::crash(const Command& command) {
    member(command.word(0)).crash(command.number("parts", 0));
}

/// restart a
void Cluster::restart(const Command& command) {
    Member& subject = member(command.word(0));
    subject.start(subject.now);
    remember(command.word(0));
    gather(command.word(0));
}

/// disk a slow|fast: slow writes wait for `sync`.
void Cluster::set_disk(const Command& command) {
    member(command.word(0)).slow_disk = command.word(1) == "slow";
}

/// sync a: all waiting writes of a become durable.
void Cluster::sync(const Command& command) {
    Member& subject = member(command.word(0));
    while (subject.writing()) {
        subject.sync_one();
        gather(command.word(0));
    }
}

/// inject vote|prevote|transfer-vote|campaign from=x to=a term=9 [last=3] [last_term=2]: a
/// message nobody sent, from a stale, removed or lying member.
void Cluster::inject(const Command& command) {
    Message message;
    message.from = NodeId{command.value("from", "")};
    message.to = NodeId{command.value("to", "")};
    message.term = Term{command.number("term", 0)};
    VoteRequest request;
    request.pre = command.word(0) == "prevote";
    request.transfer = command.word(0) == "transfer-vote";
    request.last_index = LogIndex{command.number("last", 0)};
    request.last_term = Term{command.number("last_term", 0)};
    message.body = request;
    if (command.word(0) == "campaign") {
        message.body = TimeoutNow{};
    }
    network_.push_back(message);
    deliver_one(true);
}

/// show [a]: role, vote and log of everyone, or of one.
void Cluster::show(const Command& command) {
    for (const auto& [name, each] : members_) {
        if (command.words.empty() || command.word(0) == name) {
            say(describe_member(name));
        }
    }
}

}  // namespace baton::raft::test
