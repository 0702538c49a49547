#pragma once

/// Virtual time: what happens next, and what happened last. Events run in the
/// order of their instants, equal instants in the order in which they were
/// asked for, so that one seed is one history. Knows nothing of nodes.

#include "base/random.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace baton::simulation {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How much of the story is kept for a failing run.
inline constexpr std::size_t notes_kept = 50;

class World {
public:
    explicit World(std::uint64_t seed) : random_(seed) {}

    /// Within an action whose time is charged, the instant that it has come to.
    [[nodiscard]] Instant now() const { return now_ + spent(); }
    [[nodiscard]] Random& random() { return random_; }

    /// Runs `action` at `when`, or next if that is past.
    void at(Instant when, std::function<void()> action);
    void after(Duration pause, std::function<void()> action) {
        at(now_ + pause, std::move(action));
    }

    /// Runs all events up to `end`, unless a property breaks first.
    void run_until(Instant end);

    /// A sentence of the story; part of the digest.
    void note(const std::string& who, const std::string& text);
    /// The first broken property ends the run.
    void fail(const std::string& property, const std::string& sentence);

    /// How often each property was judged, by its name.
    [[nodiscard]] std::uint64_t& judgements_of(const std::string& property) {
        return judgements_[property];
    }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& judgements() const {
        return judgements_;
    }

    [[nodiscard]] const std::string& broken() const { return broken_; }
    [[nodiscard]] const std::deque<std::string>& notes() const { return notes_; }
    [[nodiscard]] std::uint64_t digest() const { return digest_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::size_t pending() const { return queue_.size(); }
    /// Notes are also printed as they come.
    void speak() { loud_ = true; }

    /// From now on the real processor time of every agent is taken.
    void measure() { measuring_ = true; }
    [[nodiscard]] bool measuring() const { return measuring_; }
    /// From now on agents take as long, in virtual time, as this processor takes for
    /// them. What happens then depends on the machine besides the seed.
    void charge() { measuring_ = charging_ = true; }
    [[nodiscard]] bool charging() const { return charging_; }
    /// Processor time of this thread so far; 0 unless it is measured.
    [[nodiscard]] Duration stopwatch() const;
    /// Runs what only the simulation does; its time is nobody's.
    template <typename Act>
    void aside(Act act) {
        const Duration began = stopwatch();
        const auto standing = std::exchange(standing_, spent());
        act();
        standing_ = standing;
        aside_ += stopwatch() - began;
    }
    /// Runs what an agent does, and says how much processor time it took.
    template <typename Act>
    Duration timed(Act act) {
        const Duration began = stopwatch();
        acting_since_ = began;
        act();
        acting_since_.reset();
        return stopwatch() - began;
    }

private:
    struct Event {
        Instant when;
        std::uint64_t sequence = 0;
        std::function<void()> action;
    };
    struct Later {
        bool operator()(const Event& a, const Event& b) const {
            return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
        }
    };

    void mix(std::uint64_t value);
    /// By the action that runs, where it is charged.
    [[nodiscard]] Duration spent() const {
        if (standing_) return *standing_;
        return charging_ && acting_since_ ? stopwatch() - *acting_since_ : Duration{0};
    }

    Random random_;
    Instant now_;
    std::vector<Event> queue_;  ///< A heap, so that actions can be moved out.
    std::uint64_t next_sequence_ = 1;
    std::uint64_t events_ = 0;
    std::uint64_t digest_ = 0xcbf29ce484222325ULL;
    std::deque<std::string> notes_;
    std::map<std::string, std::uint64_t> judgements_;
    std::string broken_;
    bool loud_ = false;
    bool measuring_ = false;
    bool charging_ = false;
    std::optional<Duration> acting_since_;  ///< By the stopwatch, while an agent acts.
    std::optional<Duration> standing_;      ///< What had been spent when the simulation stepped in.
    Duration aside_{0};
};

/// A machine's clock: starts anywhere and runs at its own rate.
struct Clock {
    Duration offset{0};
    std::int64_t drift_ppm = 0;

    [[nodiscard]] Instant local(Instant truth) const;
    /// The first true instant at which this clock shows `when`.
    [[nodiscard]] Instant truth(Instant when) const;
};

}  // namespace baton::simulation
