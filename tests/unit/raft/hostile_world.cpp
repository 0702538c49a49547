#include "unit/raft/hostile_world.hpp"

#include <algorithm>
#include <charconv>

namespace baton::raft::test {
namespace {

constexpr std::size_t network_max = 400;
constexpr Duration millisecond = std::chrono::milliseconds{1};

std::string number(auto value) {
    return std::to_string(value.value);
}

std::uint64_t mixed(std::uint64_t digest, const Entry& entry) {
    Random step{digest ^ (entry.index.value * 31 + entry.term.value)};
    std::uint64_t result = step.next();
    for (const char character : entry.payload) {
        result = Random{result ^ static_cast<unsigned char>(character)}.next();
    }
    return result;
}

Config small_config(const std::string& name) {
    Config config;
    config.self = NodeId{name};
    config.append_entries_max = 3;
    config.inflight_max = 4;
    config.snapshot_piece_bytes = 7;
    return config;
}

}  // namespace

HostileWorld::HostileWorld(Options options) : options_(options), random_(options.seed) {
    Disk disk;
    disk.snapshot = Snapshot{};
    for (std::size_t at = 0; at < options.members; ++at) {
        disk.snapshot->membership.voters.emplace_back(std::string(1, static_cast<char>('a' + at)));
    }
    for (const NodeId& node : disk.snapshot->membership.voters) {
        Member& member =
            members_.try_emplace(node.text, small_config(node.text), disk, random_.next())
                .first->second;
        member.start(now_);
    }
}

void HostileWorld::fail(const std::string& sentence) {
    if (broken_.empty()) {
        broken_ = sentence;
    }
}

void HostileWorld::step() {
    for (auto& [name, member] : members_) {
        if (random_.one_in(2)) {
            act(name);
        }
    }
    deliver_some();
    pass_time();
    if (!calm_) {
        disturb();
    }
    check_log_matching();
}

void HostileWorld::act(const std::string& name) {
    Member& member = members_.at(name);
    if (!member.running()) {
        if (calm_ || random_.one_in(30)) {
            applied_[name] = Applied{};
            member.start(now_);
            collect(name);
        }
        return;
    }
    if (member.writing() && (calm_ || random_.one_in(3))) {
        member.sync_one();
        collect(name);
    }
    if (member.core->is_leader() && random_.one_in(3)) {
        request(name);
    }
    if (random_.one_in(60)) {
        compact(name);
    }
}

void HostileWorld::request(const std::string& name) {
    Member& leader = members_.at(name);
    const std::uint64_t chance = random_.below(24);
    if (chance == 0 && !calm_) {
        leader.core->step_down(now_);
    } else if (chance == 1) {
        const Membership membership = leader.core->status(now_).membership;
        const NodeId& to = membership.voters[random_.below(membership.voters.size())];
        static_cast<void>(leader.core->transfer_leadership(to, now_));
    } else if (chance <= 5) {
        const LogIndex newest = committed_.empty() ? LogIndex{} : committed_.rbegin()->first;
        const std::uint64_t id = ++commands_;
        if (leader.core->read_index(id, now_).has_value()) {
            reads_[id] = newest;
        }
    } else if (chance <= 7 && options_.membership_changes) {
        change_membership(leader);
    } else {
        const std::string payload = "command-" + std::to_string(++commands_);
        static_cast<void>(leader.core->propose(payload, now_));
    }
    collect(name);
}

/// A random voter becomes a learner, or a learner a voter.
void HostileWorld::change_membership(Member& leader) {
    Membership next = leader.core->status(now_).membership;
    auto member =
        std::next(members_.begin(), static_cast<std::ptrdiff_t>(random_.below(members_.size())));
    const NodeId node{member->first};
    if (next.is_voter(node)) {
        std::erase(next.voters, node);
        next.learners.push_back(node);
    } else {
        std::erase(next.learners, node);
        next.voters.push_back(node);
    }
    if (leader.core->propose_membership(std::move(next), now_).has_value()) {
        ++memberships_changed_;
    }
}

void HostileWorld::deliver_some() {
    for (std::size_t count = random_.below(8) + (calm_ ? 8 : 0); count > 0; --count) {
        if (network_.empty()) {
            return;
        }
        const std::size_t pick = random_.one_in(3) ? random_.below(network_.size()) : 0;
        const Message message = network_[pick];
        const bool twice = !calm_ && random_.one_in(20);
        if (!twice) {
            network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(pick));
        }
        Member& target = members_.at(message.to.text);
        const bool lost = !calm_ && random_.one_in(15);
        if (lost || !target.running() || cuts_.contains({message.from.text, message.to.text})) {
            continue;
        }
        target.now = now_;
        target.core->step(message, now_);
        collect(message.to.text);
    }
}

void HostileWorld::pass_time() {
    const bool jump = !calm_ && random_.one_in(80);
    now_ = now_ + millisecond * static_cast<std::int64_t>(random_.below(jump ? 400 : 8));
    for (auto& [name, member] : members_) {
        const bool asleep = !calm_ && random_.one_in(4);
        if (member.running() && !asleep && member.core->next_deadline() <= now_) {
            member.now = now_;
            member.core->tick(now_);
            collect(name);
            check_deadline(name);
        }
    }
}

void HostileWorld::disturb() {
    const auto any = [&] {
        return std::next(members_.begin(),
                         static_cast<std::ptrdiff_t>(random_.below(members_.size())));
    };
    switch (random_.below(150)) {
        case 0: crash(any()->first); break;
        case 1: any()->second.slow_disk = random_.one_in(2); break;
        case 2: cuts_.insert({any()->first, any()->first}); break;
        case 3: {
            const std::string alone = any()->first;
            for (const auto& [name, member] : members_) {
                cuts_.insert({alone, name});
                cuts_.insert({name, alone});
            }
            break;
        }
        case 4:
        case 5: cuts_.clear(); break;
        case 6: network_.clear(); break;
        default: break;
    }
    if (network_.size() > network_max) {
        network_.erase(network_.begin(), network_.begin() + network_max / 2);
    }
}

void HostileWorld::crash(const std::string& name) {
    Member& member = members_.at(name);
    if (member.running()) {
        member.crash(random_.below(12));
    }
}

void HostileWorld::collect(const std::string& name) {
    Member& member = members_.at(name);
    member.now = now_;
    member.collect();
    check_news(name);
    check_leaders(name);
    std::move(member.outbox.begin(), member.outbox.end(), std::back_inserter(network_));
    member.outbox.clear();
}

void HostileWorld::compact(const std::string& name) {
    Member& member = members_.at(name);
    const Applied& applied = applied_[name];
    std::optional<Snapshot> snapshot = member.core->describe_snapshot(applied.index);
    if (snapshot && !member.writing() && snapshot->index > LogIndex{}) {
        snapshot->state = std::to_string(applied.digest);
        member.core->compact(*snapshot, random_.below(4));
        member.disk.compact(*snapshot);
    }
}

void HostileWorld::check_news(const std::string& name) {
    Member& member = members_.at(name);
    Applied& applied = applied_[name];
    for (const Output& output : std::exchange(member.news, {})) {
        if (output.restore) {
            applied.index = output.restore->index;
            std::from_chars(output.restore->state.data(),
                            output.restore->state.data() + output.restore->state.size(),
                            applied.digest);
            ++snapshots_restored_;
            if (digests_[applied.index] != applied.digest) {
                fail(name + " restored another state at " + number(applied.index));
            }
        }
        for (const Entry& entry : output.committed) {
            if (entry.index != applied.index.next()) {
                fail(name + " applied " + number(entry.index) + " after " + number(applied.index));
            }
            applied.index = entry.index;
            applied.digest = mixed(applied.digest, entry);
            check_commit(name, entry);
        }
        for (const ReadReady& read : output.reads) {
            reads_confirmed_ += read.confirmed ? 1 : 0;
            if (read.confirmed && read.index < reads_.at(read.id)) {
                fail(name + " confirmed a stale read");
            }
        }
    }
}

/// State machine safety (figure 3): nobody applies another entry at an index.
void HostileWorld::check_commit(const std::string& name, const Entry& entry) {
    const auto [known, fresh] = committed_.try_emplace(entry.index, entry);
    if (!fresh && !(known->second == entry)) {
        fail(name + " committed another entry at " + number(entry.index));
    }
    digests_[entry.index] = applied_[name].digest;
}

/// Election safety and leader completeness (figure 3).
void HostileWorld::check_leaders(const std::string& name) {
    const Member& member = members_.at(name);
    if (!member.core->is_leader()) {
        return;
    }
    const Status status = member.core->status(now_);
    if (member.disk.hard_state.term < status.term) {
        return;  // A lone voter whose vote is not durable yet: nobody can have heard of it.
    }
    const auto [known, fresh] = leaders_.try_emplace(status.term, name);
    if (known->second != name) {
        fail("two leaders in term " + number(status.term));
    }
    if (!fresh) {
        return;
    }
    for (const auto& [index, entry] : committed_) {
        const Entry* own = member.core->entry(index);
        if (index >= status.first_index && (own == nullptr || !(*own == entry))) {
            fail(name + " leads term " + number(status.term) + " without committed entry " +
                 number(index));
        }
    }
}

/// Log matching (figure 3): where two logs agree in term, all before agrees.
void HostileWorld::check_log_matching() {
    for (auto one = members_.begin(); one != members_.end(); ++one) {
        for (auto other = std::next(one); other != members_.end(); ++other) {
            if (!one->second.running() || !other->second.running()) {
                continue;
            }
            const Core& left = *one->second.core;
            const Core& right = *other->second.core;
            const Status status = left.status(now_);
            bool agreed = false;
            for (LogIndex index = status.last_index; index >= status.first_index;
                 index = LogIndex{index.value - 1}) {
                const Entry* mine = left.entry(index);
                const Entry* theirs = right.entry(index);
                if (theirs == nullptr) {
                    continue;
                }
                agreed = agreed || mine->term == theirs->term;
                if (agreed && !(*mine == *theirs)) {
                    fail("logs of " + one->first + " and " + other->first + " differ at " +
                         number(index) + " below an agreement");
                }
            }
        }
    }
}

/// An owner sleeps until the next deadline: it must move once it was met.
void HostileWorld::check_deadline(const std::string& name) {
    const Member& member = members_.at(name);
    if (member.core->next_deadline() <= now_) {
        fail(name + " asks to be woken at an instant that has passed");
    }
}

bool HostileWorld::recovers() {
    constexpr std::size_t steps_max = 4'000;
    calm_ = true;
    cuts_.clear();
    for (auto& [name, member] : members_) {
        member.slow_disk = false;
    }
    const std::uint64_t marker = ++commands_;
    const std::string payload = "marker-" + std::to_string(marker);
    std::optional<LogIndex> reached;
    for (std::size_t count = 0; count < steps_max && broken_.empty(); ++count) {
        step();
        for (auto& [name, member] : members_) {
            if (!reached && member.running() && member.core->is_leader() && random_.one_in(20)) {
                static_cast<void>(member.core->propose(payload, now_));
                collect(name);
            }
        }
        for (auto entry = committed_.rbegin(); !reached && entry != committed_.rend(); ++entry) {
            if (entry->second.payload == payload) {
                reached = entry->first;
            }
        }
        const auto follows = [&](const auto& each) {
            return applied_[each.first].index >= *reached;
        };
        if (reached && std::all_of(members_.begin(), members_.end(), follows)) {
            return true;
        }
    }
    return false;
}

}  // namespace baton::raft::test
