#pragma once

/// How long one of our own servers has been silent, as far as we could see. Time
/// counts only while our own loop came round: after a pause of ours its answers
/// may still be in the socket. A short one is not counted, after a long one its
/// time begins anew. Pure; told what happened.

#include "base/time.hpp"

#include <algorithm>

namespace baton::detector {

/// Our own loop stood still if it came round later than this.
inline constexpr Duration own_pause_max = std::chrono::milliseconds{500};
/// A turn that is late by more was a pause as well, too short to forget all for.
inline constexpr Duration own_lateness_max = std::chrono::milliseconds{25};
/// Turns of our own loop without an answer, and the time they must have taken,
/// before silence is believed.
inline constexpr unsigned silent_turns = 4;
inline constexpr Duration silent_time = std::chrono::milliseconds{200};

class Silence {
public:
    /// Our loop came round; `waiting`: a question is without an answer. `stopped`
    /// in a row is how often it saw the process stopped.
    void turned(Instant now, bool waiting);
    /// When our loop means to come round next.
    void comes_round(Instant due) { due_ = due; }
    void saw_stopped(bool stopped) { stopped_ = stopped ? stopped_ + 1 : 0; }
    /// It does not answer, but it has run since it was last looked at.
    void saw_progress(Instant now) { progressed_ = now; }
    void asked(Instant now) {
        if (unanswered_ == 0) asked_ = now;
    }
    /// An answer to what was asked at `asked`.
    void answered(Instant asked) {
        heard_ = std::max(heard_, asked);
        unanswered_ = 0;
    }
    /// A new life, or a pause of our own: what was before counts no more.
    void begin(Instant now) {
        heard_ = asked_ = now;
        unanswered_ = stopped_ = 0;
    }

    [[nodiscard]] bool waits() const { return unanswered_ > 0; }
    [[nodiscard]] bool ever_stopped() const { return stopped_ > 0; }
    [[nodiscard]] bool stopped() const { return stopped_ >= 2; }
    [[nodiscard]] bool believed(Instant now) const {
        return unanswered_ >= silent_turns && now - asked_ >= silent_time;
    }
    [[nodiscard]] Duration length(Instant now) const { return now - heard_; }
    /// How long it has neither answered nor run: one look that finds a busy server
    /// asleep may fall between its work and its answer.
    [[nodiscard]] Duration stillness(Instant now) const;

private:
    Instant turned_ = Instant::never();
    Instant due_ = Instant::forever();
    Instant heard_ = Instant::never();  ///< The newest question that was answered.
    Instant asked_ = Instant::never();  ///< The oldest that was not.
    Instant progressed_ = Instant::never();
    unsigned unanswered_ = 0;           ///< Turns since then.
    unsigned stopped_ = 0;
};

}  // namespace baton::detector
