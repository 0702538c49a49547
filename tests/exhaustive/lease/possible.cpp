// What may happen next, and which worlds are equal. What each action changes is
// in world.cpp.
#include "core/lease/closing.hpp"
#include "exhaustive/lease/names.hpp"
#include "exhaustive/lease/world.hpp"

#include <algorithm>

namespace baton::exhaustive {

namespace {

/// Numbers folded into one, order included (Vigna's splitmix64 as the step).
class Fold {
public:
    template <typename Number>
    void add(Number number) {
        value_ += 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(number);
        value_ = (value_ ^ (value_ >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        value_ = (value_ ^ (value_ >> 27U)) * 0x94d049bb133111ebULL;
        value_ ^= value_ >> 31U;
    }
    void add(const Extent& extent) { add(extent.former ? 100 + extent.length : extent.length); }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0;
};

/// How far ahead an instant is; all that is past is alike.
std::int64_t ahead(Instant at, Instant now) {
    return std::max((at - now).count(), std::int64_t{0});
}

/// An age beyond every wait is as good as any other.
std::int64_t bounded(Duration age) {
    return std::min(age, lease::takeover_wait(lease_length)).count();
}

}  // namespace

const std::vector<std::size_t>& World::voters_of(const Extent& log) const {
    if (log.former) {
        const auto& voters = scene_->remains->voters;
        return voters.empty() ? scene_->memberships[0] : voters;
    }
    const auto end = log_.begin() + log.length;
    const auto changes = std::count(log_.begin(), end, Entry::membership);
    return scene_->memberships[static_cast<std::size_t>(changes)];
}

LogIndex World::membership_index(const Extent& log) const {
    if (log.former) return scene_->remains->voters.empty() ? first_membership : index_of(0);
    for (std::size_t place = log.length; place > 0; --place) {
        if (log_[place - 1] == Entry::membership) return index_of(place - 1);
    }
    return first_membership;
}

bool World::votes(std::size_t node) const {
    const auto& voters = voters_of(nodes_[node].log);
    return std::ranges::find(voters, node) != voters.end();
}

bool World::refuses(std::size_t node) const {
    return nodes_[node].voter->refuses(the_pair());
}

std::optional<std::size_t> World::place_of_revocation() const {
    const auto found = std::ranges::find(log_, Entry::revocation);
    if (found == log_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - log_.begin());
}

/// One change at a time, and none before the leader committed an entry of its
/// own: that much is Raft's. The pause is the lease's.
bool World::may_change() const {
    if (proposed_ + 1 >= scene_->memberships.size()) return false;
    if (scene_->remains && committed_ == 0) return false;
    const auto uncommitted = log_.begin() + static_cast<std::ptrdiff_t>(committed_);
    if (std::find(uncommitted, log_.end(), Entry::membership) != log_.end()) return false;
    return !scene_->rules.changes_pause ||
           clock(scene_->leader) >= settled_ + lease::takeover_wait(lease_length);
}

bool World::may_say(std::size_t node) const {
    const Node& voter = nodes_[node];
    if (!votes(node)) return false;
    const bool revokes = scene_->remains && scene_->remains->voters.empty();
    if (voter.log.former) return revokes && !scene_->rules.answers_are_committed;
    const auto place = place_of_revocation();
    if (!place || committed_ <= *place || voter.log.length <= *place) return false;
    const bool durable = !voter.disk.former && voter.disk.length > *place;
    return durable || !scene_->rules.answers_are_durable;
}

/// Only what tells the leader something; later answers are weaker.
bool World::may_learn(std::size_t node) const {
    const Node& voter = nodes_[node];
    if (!takeover_ || !voter.age) return false;
    const Instant over = clock(scene_->leader) - *voter.age + lease::takeover_wait(lease_counted());
    return over < voter.over;
}

/// Whether the lease a heartbeat could win is not over yet.
bool World::matters(std::size_t beat) const {
    return clock(0) < beats_[beat].heartbeat->sent + lease_length;
}

/// No heartbeat is left that could win a lease, and the last lease is over: the
/// server stays closed, whatever else happens.
bool World::harmless() const {
    if (beats_.size() < scene_->beats || open_until() > now()) return false;
    for (std::size_t beat = 0; beat < beats_.size(); ++beat) {
        if (beats_[beat].known && matters(beat)) return false;
    }
    return true;
}

bool World::may_hear(std::size_t node, std::size_t beat) const {
    if (node == 0 || refuses(node)) return false;
    return scene_->repeats || (!nodes_[node].answers[beat] && matters(beat));
}

/// Only answers that tell the holder something.
bool World::may_count(std::size_t node, std::size_t beat) const {
    const Node& each = nodes_[node];
    const bool news = each.answers[beat] && each.counted <= beat && beats_[beat].known;
    return news && holds() && matters(beat);
}

bool World::may_restart(std::size_t node) const {
    const auto& restarting = scene_->restarting;
    return restarts_ < scene_->restarts && std::ranges::find(restarting, node) != restarting.end();
}

void World::offer_messages(std::vector<Action>& actions, std::uint8_t node) const {
    for (std::uint8_t beat = 0; beat < beats_.size(); ++beat) {
        if (may_hear(node, beat)) actions.push_back({Act::hear, node, beat});
        if (may_count(node, beat)) actions.push_back({Act::count, node, beat});
    }
    if (over_) return;
    if (may_say(node)) actions.push_back({Act::say, node});
    if (scene_->late_words && may_learn(node)) actions.push_back({Act::learn, node});
}

std::vector<Action> World::possible() const {
    std::vector<Action> actions;
    if (harmless()) return actions;
    actions.reserve(32);
    if (step_ < scene_->steps) actions.push_back({Act::pass});
    const bool beats = beats_.size() < scene_->beats && holds();
    if (beats && (beats_.empty() || beats_.back().step < step_)) actions.push_back({Act::beat});
    if (!place_of_revocation()) actions.push_back({Act::revoke});
    if (may_change()) actions.push_back({Act::change});
    for (std::uint8_t node = 0; node < scene_->nodes; ++node) {
        const Node& each = nodes_[node];
        offer_messages(actions, node);
        if (each.log.former || each.log.length < log_.size()) actions.push_back({Act::take, node});
        if (each.disk != each.log) actions.push_back({Act::write, node});
        // A leader that loses entries leads no more, and another begins anew.
        const bool keeps = node != scene_->leader || each.disk == each.log;
        if (may_restart(node) && keeps) actions.push_back({Act::restart, node});
    }
    if (!scene_->may_close) return actions;
    const bool leased = clock(0) < lease::agent_closes_at(holder_->lease_end(the_pair()));
    if (!closed_ || holds()) actions.push_back({Act::close});
    if (closed_ && holds() && leased) actions.push_back({Act::reopen});
    if (closed_ && !holds() && !promised_) actions.push_back({Act::promise});
    const bool told = promised_ || (closed_ && !scene_->rules.promises_are_durable);
    if (told && !over_) actions.push_back({Act::prove});
    return actions;
}

std::uint64_t World::fingerprint() const {
    Fold fold;
    const Instant here = clock(0);
    const Instant leaders = clock(scene_->leader);
    for (const int number : {step_, restarts_, over_ ? 1 : 0, closed_ ? 1 : 0, promised_ ? 1 : 0,
                             broken_ ? 1 : 0, holds() ? 1 : 0}) {
        fold.add(number);
    }
    fold.add(log_.size());
    for (const Entry entry : log_) fold.add(static_cast<int>(entry) + 1);
    fold.add(committed_);
    fold.add(ahead(settled_ + lease::takeover_wait(lease_length), leaders));
    fold.add(ahead(deadline_, here));
    fold.add(ahead(holder_->lease_end(the_pair()), here));
    fold.add(beats_.size());
    for (const Beat& beat : beats_) fold.add(2 * beat.step + (beat.known ? 1 : 0));
    for (std::size_t number = 0; number < scene_->nodes; ++number) {
        const Node& node = nodes_[number];
        fold.add(node.log);
        fold.add(node.disk);
        fold.add(node.counted > 0 && matters(node.counted - 1U) ? node.counted : 0);
        for (std::size_t beat = 0; beat < beats_.size(); ++beat) {
            const bool answered = node.answers[beat] != nullptr;
            fold.add(scene_->repeats || matters(beat) ? (answered ? 1 : 0) : 2);
        }
        fold.add(refuses(number) ? 1 : 0);
        fold.add(node.voter->remembered());
        if (over_) continue;
        fold.add(bounded(node.voter->age(the_pair(), clock(number))));
        if (scene_->late_words) fold.add(node.age ? bounded(*node.age) : -1);
        fold.add(ahead(node.over, leaders));
    }
    return fold.value();
}

}  // namespace baton::exhaustive
