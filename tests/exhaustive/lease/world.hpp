#pragma once

/// A cluster of a few nodes around the real classes of core/lease, in a world
/// where time passes in steps and everything that may happen is an action. It
/// answers what could happen next, what that changes, and whether the old
/// primary could still acknowledge a write although its lease was declared
/// over. It does not choose: explorer.hpp does.
///
/// Messages never vanish from this world. One that was sent can arrive at any
/// later moment, any number of times, or never: that is delay, duplication,
/// reordering and loss. A node that is frozen is one that does nothing.

#include "core/lease/holder.hpp"
#include "core/lease/takeover.hpp"
#include "core/lease/voter.hpp"
#include "exhaustive/lease/action.hpp"
#include "exhaustive/lease/scene.hpp"
#include "exhaustive/lease/shared.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace baton::exhaustive {

enum class Entry : std::uint8_t { nothing, revocation, membership };

/// How much of which log a node has: the leader's, or that of a leader before.
struct Extent {
    bool former = false;
    std::uint8_t length = 0;

    friend bool operator==(const Extent&, const Extent&) = default;
};

struct Node {
    Shared<lease::Voter> voter;
    Extent log;
    Extent disk;
    std::array<std::shared_ptr<const lease::HeartbeatAnswer>, beats_max> answers;
    std::uint8_t counted = 0;           ///< Newest heartbeat whose answer the holder has; 0: none.
    std::optional<Duration> age;        ///< Answer to the revocation that is under way.
    Instant over = Instant::forever();  ///< Lease end by this one's answers, for the leader.
};

/// A heartbeat that was sent. `known`: the holder still remembers sending it.
struct Beat {
    std::shared_ptr<const lease::Heartbeat> heartbeat;
    int step = 0;
    bool known = true;
};

class World {
public:
    /// `scene` must outlive the world and every copy.
    explicit World(const Scene& scene);

    [[nodiscard]] std::vector<Action> possible() const;
    void act(Action action);

    /// The leader has declared the lease over, and the old primary's server
    /// may be open all the same.
    [[nodiscard]] bool broken() const { return broken_; }
    /// Equal for worlds that nothing can tell apart from now on.
    [[nodiscard]] std::uint64_t fingerprint() const;

    // For telling the story.
    [[nodiscard]] const Scene& scene() const { return *scene_; }
    [[nodiscard]] Duration now() const { return step_ * step_length; }
    [[nodiscard]] const Node& node(std::size_t node) const { return nodes_[node]; }
    [[nodiscard]] Entry entry(std::size_t place) const { return log_[place]; }
    [[nodiscard]] std::size_t committed() const { return committed_; }
    [[nodiscard]] std::size_t length() const { return log_.size(); }
    [[nodiscard]] std::size_t beats() const { return beats_.size(); }
    /// Who votes once the leader's log is that long.
    [[nodiscard]] const std::vector<std::size_t>& voters_after(std::size_t place) const {
        return voters_of({false, static_cast<std::uint8_t>(place + 1)});
    }
    /// When the lease ends of which the guard knows, in time that passed.
    [[nodiscard]] Duration lease_until() const { return passed(0, deadline_); }
    [[nodiscard]] std::optional<Duration> over() const { return over_; }
    [[nodiscard]] bool refuses(std::size_t node) const;
    [[nodiscard]] bool votes(std::size_t node) const;
    /// When the holder's server is closed at the latest, in time that passed.
    [[nodiscard]] Duration open_until() const;

private:
    [[nodiscard]] Instant clock(std::size_t node) const { return shown(node, now()); }
    [[nodiscard]] Instant shown(std::size_t node, Duration passed) const;
    [[nodiscard]] Duration passed(std::size_t node, Instant shown) const;
    [[nodiscard]] const std::vector<std::size_t>& voters_of(const Extent& log) const;
    [[nodiscard]] LogIndex membership_index(const Extent& log) const;
    [[nodiscard]] std::optional<std::size_t> place_of_revocation() const;
    [[nodiscard]] bool holds() const { return !holder_->holdings().empty(); }
    [[nodiscard]] bool matters(std::size_t beat) const;
    [[nodiscard]] bool harmless() const;
    [[nodiscard]] bool may_hear(std::size_t node, std::size_t beat) const;
    [[nodiscard]] bool may_count(std::size_t node, std::size_t beat) const;
    [[nodiscard]] bool may_restart(std::size_t node) const;
    [[nodiscard]] bool may_change() const;
    [[nodiscard]] bool may_say(std::size_t node) const;
    [[nodiscard]] bool may_learn(std::size_t node) const;
    void offer_messages(std::vector<Action>& actions, std::uint8_t node) const;

    void pass();
    void beat();
    void hear(std::size_t node, std::size_t beat);
    void count(std::size_t node, std::size_t beat);
    void propose(Entry entry);
    void take(std::size_t node);
    void configure(std::size_t node, bool voted_before);
    void say(std::size_t node);
    void apply(std::size_t node);
    void learn(std::size_t node);
    void restart(std::size_t node);
    void remember_log(std::size_t node);
    void note_commit();
    void note_committed(std::size_t place);
    void begin_takeover();
    void judge();
    [[nodiscard]] Duration lease_counted() const;
    void note_over(Duration until);

    const Scene* scene_;
    int step_ = 0;
    std::array<Node, nodes_max> nodes_;
    Shared<lease::Holder> holder_;
    std::vector<Beat> beats_;
    Instant deadline_ = Instant::never();  ///< The latest lease end the guard was told.
    std::vector<Entry> log_;               ///< The leader's.
    std::size_t proposed_ = 0;             ///< Memberships appended by the leader.
    std::size_t committed_ = 0;
    Instant settled_ = Instant::never();  ///< Last change of membership, on the leader's clock.
    Shared<lease::Takeover> takeover_;
    Instant over_at_ = Instant::forever();  ///< By all answers, on the leader's clock.
    std::optional<Duration> over_;
    int restarts_ = 0;
    bool closed_ = false;
    bool promised_ = false;
    bool broken_ = false;
};

}  // namespace baton::exhaustive
