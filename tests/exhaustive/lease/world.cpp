// What each action changes. What is possible, and which worlds are equal, is in
// possible.cpp.
#include "exhaustive/lease/world.hpp"

#include "exhaustive/lease/names.hpp"

#include <algorithm>
#include <utility>

namespace baton::exhaustive {

World::World(const Scene& scene)
    : scene_(&scene), holder_(lease::Holder{name_of(0), lease_length}) {
    holder_.change([](auto& holder) { holder.hold({{the_pair(), true}}); });
    for (std::size_t node = 0; node < scene.nodes; ++node) {
        nodes_[node].voter = Shared{lease::Voter{name_of(node), long_ago()}};
    }
    if (scene.remains) {
        log_.push_back(Entry::nothing);  // A new leader begins with an entry of its own.
        settled_ = clock(scene.leader);
        nodes_[scene.leader].log = nodes_[scene.leader].disk = Extent{false, 1};
        for (const std::size_t node : scene.remains->nodes) {
            nodes_[node].log = nodes_[node].disk = Extent{true, 1};
        }
    }
    for (std::size_t node = 0; node < scene.nodes; ++node) remember_log(node);
}

void World::act(Action action) {
    switch (action.act) {
        case Act::pass: pass(); break;
        case Act::beat: beat(); break;
        case Act::hear: hear(action.node, action.beat); break;
        case Act::count: count(action.node, action.beat); break;
        case Act::revoke: propose(Entry::revocation); break;
        case Act::change: propose(Entry::membership); break;
        case Act::take: take(action.node); break;
        case Act::write:
            nodes_[action.node].disk = nodes_[action.node].log;
            note_commit();
            break;
        case Act::say: say(action.node); break;
        case Act::learn: learn(action.node); break;
        case Act::restart: restart(action.node); break;
        case Act::close:
            closed_ = true;
            holder_.change([](auto& holder) { holder.hold({}); });
            break;
        case Act::promise: promised_ = true; break;
        case Act::prove: over_ = now(); break;
        case Act::reopen: closed_ = false; break;
    }
    note_over(now());
}

Instant World::shown(std::size_t node, Duration passed) const {
    return began(node) + passed * scene_->rates[node] / slow;
}

Duration World::passed(std::size_t node, Instant shown) const {
    const std::int64_t rate = scene_->rates[node];
    const std::int64_t scaled = (shown - began(node)).count() * slow;
    return Duration{scaled / rate + (scaled % rate > 0 ? 1 : 0)};
}

Duration World::open_until() const {
    if (deadline_ == Instant::never()) return Duration::min();
    return passed(0, lease::guard_kills_at(deadline_) + scene_->guard_lateness);
}

/// Nothing else happens before the next step, but the leader's clock may reach
/// the end of its wait between two steps.
void World::pass() {
    note_over(now() + step_length);
    ++step_;
}

void World::note_over(Duration until) {
    if (!over_ && over_at_ != Instant::forever()) {
        const Duration when = std::max(now(), passed(scene_->leader, over_at_));
        if (when <= until) over_ = when;
    }
    broken_ = broken_ || (over_ && !closed_ && open_until() > std::max(*over_, now()));
}

void World::beat() {
    const Instant sent = clock(0);
    auto heartbeat = std::make_shared<const lease::Heartbeat>(
        holder_.change([&](auto& holder) { return holder.beat(sent); }));
    beats_.push_back({heartbeat, step_, true});
    const std::size_t number = beats_.size() - 1;
    hear(0, number);
    if (nodes_[0].answers[number]) count(0, number);
}

void World::hear(std::size_t node, std::size_t beat) {
    Node& hearer = nodes_[node];
    lease::Heartbeat heartbeat = *beats_[beat].heartbeat;
    const LogIndex senders = heartbeat.membership_index;
    if (!scene_->rules.configurations_are_equal) {
        heartbeat.membership_index = membership_index(hearer.log);
        heartbeat.voters = names_of(voters_of(hearer.log));
    }
    auto answer =
        hearer.voter.change([&](auto& voter) { return voter.answer(heartbeat, clock(node)); });
    if (!answer || !answer->refused.empty()) return;
    answer->membership_index = senders;
    hearer.answers[beat] = std::make_shared<const lease::HeartbeatAnswer>(std::move(*answer));
}

void World::count(std::size_t node, std::size_t beat) {
    Node& answering = nodes_[node];
    holder_.change([&](auto& holder) { holder.answered(*answering.answers[beat]); });
    answering.counted = static_cast<std::uint8_t>(beat + 1);
    deadline_ = std::max(deadline_, holder_->lease_end(the_pair()));
}

void World::propose(Entry entry) {
    const std::size_t leader = scene_->leader;
    log_.push_back(entry);
    if (entry == Entry::membership) ++proposed_;
    take(leader);
}

/// One entry at a time. Whatever a former leader left gives way first.
void World::take(std::size_t node) {
    Node& taker = nodes_[node];
    if (taker.log.former) {
        const bool voted = votes(node);
        taker.log = Extent{};
        taker.voter.change([](auto& voter) { voter.truncated(index_of(0)); });
        if (!scene_->remains->voters.empty()) configure(node, voted);
    }
    const std::size_t place = taker.log.length;
    const bool voted = votes(node);
    taker.log.length++;
    if (log_[place] == Entry::membership) configure(node, voted);
    if (log_[place] == Entry::revocation && scene_->rules.voters_refuse) {
        taker.voter.change([&](auto& voter) { voter.appended(index_of(place), the_ending()); });
    }
    if (!scene_->slow_disks) taker.disk = taker.log;
    note_commit();
}

void World::configure(std::size_t node, bool voted_before) {
    Node& member = nodes_[node];
    const LogIndex index = membership_index(member.log);
    const auto voters = names_of(voters_of(member.log));
    const bool begins = !voted_before && votes(node) && scene_->rules.new_vote_limits_memory;
    member.voter.change([&](auto& voter) {
        voter.configure(index, voters);
        if (begins) voter.became_voter(clock(node));
    });
    if (node == scene_->leader) judge();
    if (node != 0) return;
    holder_.change([&](auto& holder) { holder.configure(index, voters); });
    for (Beat& beat : beats_) beat.known = false;
    for (Node& each : nodes_) each.counted = 0;
}

/// Whoever answers has learned that the revocation is committed, and applied it.
void World::say(std::size_t node) {
    Node& voter = nodes_[node];
    voter.age = voter.voter->age(the_pair(), clock(node));
    if (!voter.log.former) apply(node);
    if (!scene_->late_words && may_learn(node)) learn(node);
}

void World::apply(std::size_t node) {
    if (scene_->rules.voters_refuse) {
        nodes_[node].voter.change([](auto& voter) { voter.applied(the_ending()); });
    }
    if (node == 0) holder_.change([](auto& holder) { holder.hold({}); });
}

void World::learn(std::size_t node) {
    const Instant received = clock(scene_->leader);
    takeover_.change(
        [&](auto& takeover) { takeover.answered(name_of(node), *nodes_[node].age, received); });
    nodes_[node].over = takeover_->over_at({name_of(node)});
    judge();
}

/// When the lease is over, by the answers and the voters that the leader knows.
void World::judge() {
    if (!takeover_) return;
    over_at_ = takeover_->over_at(names_of(voters_of(nodes_[scene_->leader].log)));
}

/// Everything in memory is lost; what the network carries is not.
void World::restart(std::size_t node) {
    ++restarts_;
    Node& agent = nodes_[node];
    agent.log = agent.disk;
    const bool limited = scene_->rules.restart_limits_memory;
    agent.voter = Shared{lease::Voter{name_of(node), limited ? clock(node) : long_ago()}};
    if (node == 0) {
        lease::Holder holder{name_of(0), lease_length};
        if (!promised_) holder.hold({{the_pair(), true}});
        holder_ = Shared{std::move(holder)};
    }
    remember_log(node);
    if (node != scene_->leader) return;
    settled_ = clock(node);
    if (takeover_) begin_takeover();
}

void World::remember_log(std::size_t node) {
    Node& agent = nodes_[node];
    configure(node, true);
    if (!scene_->rules.voters_refuse) return;
    const auto remember = [&](std::size_t place) {
        agent.voter.change([&](auto& voter) { voter.appended(index_of(place), the_ending()); });
    };
    if (agent.log.former && scene_->remains->voters.empty()) remember(0);
    const auto place = place_of_revocation();
    if (!agent.log.former && place && *place < agent.log.length) remember(*place);
}

/// An entry is committed when a majority of the leader's latest membership has
/// it on disk. The leader knows at once: what it does then, it cannot do sooner.
void World::note_commit() {
    const auto& voters = voters_of(nodes_[scene_->leader].log);
    std::vector<std::size_t> lengths;
    for (const std::size_t voter : voters) {
        const Extent& disk = nodes_[voter].disk;
        lengths.push_back(disk.former ? 0 : disk.length);
    }
    std::ranges::sort(lengths, std::greater<>{});
    const std::size_t reached = lengths[voters.size() / 2];
    while (committed_ < reached) note_committed(committed_++);
}

void World::note_committed(std::size_t place) {
    const bool first = place == 0 && scene_->remains && scene_->rules.first_commit_settles;
    if (log_[place] == Entry::membership || first) settled_ = clock(scene_->leader);
    if (log_[place] == Entry::revocation) begin_takeover();
}

void World::begin_takeover() {
    takeover_ = Shared{lease::Takeover{lease_counted()}};
    for (Node& node : nodes_) node.over = Instant::forever();
    judge();
}

/// The length for which the takeover's wait comes out as the rules say.
Duration World::lease_counted() const {
    if (!scene_->rules.leader_waits) return Duration{0};
    return scene_->rules.wait_covers_drift ? lease_length : lease_length * 500 / 501;
}

}  // namespace baton::exhaustive
