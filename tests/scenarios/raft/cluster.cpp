#include "scenarios/raft/cluster.hpp"

#include <algorithm>
#include <stdexcept>

namespace baton::raft::test {
namespace {

constexpr std::size_t deliveries_max = 5'000;

std::string decimal(auto value) {
    return std::to_string(value.value);
}

}  // namespace

std::string Cluster::perform(const Command& command) {
    said_.clear();
    const auto action = actions().find(command.verb);
    if (action == actions().end()) {
        throw std::runtime_error("no command is called \"" + command.verb + "\"");
    }
    (this->*action->second)(command);
    tell_changes();
    return std::exchange(said_, {});
}

void Cluster::say(const std::string& line) {
    said_ += line + "\n";
}

Member& Cluster::member(const std::string& name) {
    const auto found = members_.find(name);
    if (found == members_.end()) {
        throw std::runtime_error("there is no member " + name);
    }
    return found->second;
}

void Cluster::add_member(const std::string& name, Disk disk) {
    Config config = config_;
    config.self = NodeId{name};
    std::uint64_t seed = 0;
    for (const char letter : name) {
        seed = seed * 256 + static_cast<unsigned char>(letter);
    }
    members_.erase(name);
    Member& added = members_.try_emplace(name, config, std::move(disk), seed).first->second;
    added.start(added.now);
    remember(name);
    gather(name);
}

bool Cluster::blocked(const std::string& from, const std::string& to) const {
    return cuts_.contains({from, to});
}

/// Moves what `name` sent into the network and tells what it applied.
void Cluster::gather(const std::string& name) {
    Member& from = member(name);
    for (Message& message : std::exchange(from.outbox, {})) {
        network_.push_back(std::move(message));
    }
    tell_news(name, from);
}

void Cluster::tick(Member& ticked, Instant now) {
    ticked.now = std::max(ticked.now, now);
    ticked.core->tick(ticked.now);
    ticked.collect();
}

void Cluster::deliver_one(bool told) {
    const Message message = std::move(network_.front());
    network_.pop_front();
    const auto target = members_.find(message.to.text);
    if (blocked(message.from.text, message.to.text) || target == members_.end() ||
        !target->second.running()) {
        if (told) {
            say(describe(message) + "   (lost)");
        }
        return;
    }
    if (told) {
        say(describe(message));
    }
    target->second.core->step(message, target->second.now);
    target->second.collect();
    gather(message.to.text);
}

void Cluster::deliver_all(bool told) {
    for (std::size_t count = 0; !network_.empty(); ++count) {
        if (count == deliveries_max) {
            throw std::runtime_error("the members do not stop talking");
        }
        deliver_one(told);
    }
}

void Cluster::tell_news(const std::string& name, Member& from) {
    for (const Output& output : std::exchange(from.news, {})) {
        if (output.restore) {
            say(name + " restores the snapshot of " + decimal(output.restore->index) + " \"" +
                output.restore->state + "\"");
        }
        for (const Entry& entry : output.committed) {
            if (entry.kind == EntryKind::command) {
                say(name + " applies " + decimal(entry.index) + " \"" + entry.payload + "\"");
            }
        }
        for (const ReadReady& read : output.reads) {
            say(name + " answers read " + std::to_string(read.id) +
                (read.confirmed ? ": confirmed at " + decimal(read.index) : ": leadership lost"));
        }
    }
}

/// What is so from the start is no news.
void Cluster::remember(const std::string& name) {
    const Member& subject = member(name);
    const Status now = subject.core->status(subject.now);
    known_[name] = Known{now.role, now.term, now.leader, now.commit, now.membership};
}

void Cluster::tell_changes() {
    for (auto& [name, subject] : members_) {
        if (!subject.running()) {
            continue;
        }
        const Status now = subject.core->status(subject.now);
        Known& before = known_[name];
        if (now.role != before.role || now.term != before.term || now.leader != before.leader) {
            const bool follows = now.role == Role::follower && now.leader;
            say(name + " is " + describe(now.role) + " in term " + decimal(now.term) +
                (follows ? " of " + now.leader.text : ""));
        }
        if (now.membership != before.membership) {
            say(name + " goes by " + test::describe(now.membership));
        }
        if (now.commit != before.commit) {
            say(name + " knows committed up to " + decimal(now.commit));
        }
        before = Known{now.role, now.term, now.leader, now.commit, now.membership};
    }
}

std::string Cluster::describe_member(const std::string& name) {
    Member& subject = member(name);
    if (!subject.running()) {
        return name + ": down";
    }
    const Status now = subject.core->status(subject.now);
    std::string text = name + ": " + test::describe(now.role) + " term " + decimal(now.term) +
                       " vote " + (now.vote ? now.vote.text : "-") + " log";
    if (now.first_index.value > 1) {
        text += " ..." + std::to_string(now.first_index.value - 1);
    }
    for (LogIndex index = now.first_index; index <= now.last_index; index = index.next()) {
        text += " " + decimal(subject.core->entry(index)->term);
    }
    text += " | durable " + decimal(now.stable_index) + " committed " + decimal(now.commit);
    const bool unanswered = now.role == Role::leader && !now.quorum_active;
    return text + (now.may_vote ? "" : " mute") + (unanswered ? " unanswered" : "");
}

}  // namespace baton::raft::test
