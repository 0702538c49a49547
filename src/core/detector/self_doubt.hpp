#pragma once

/// Were *we* asleep? A node whose own loop was late must distrust itself
/// first: until it has listened for a while again, it judges nobody.

#include "base/time.hpp"

namespace baton::detector {

struct SelfDoubtConfig {
    Duration turn_expected = std::chrono::milliseconds{50};     ///< How often `turn` is called.
    Duration pause_tolerated = std::chrono::milliseconds{100};  ///< Lateness that is no pause.
    Duration recovery = std::chrono::milliseconds{300};         ///< Listening time after a pause.
};

class SelfDoubt {
public:
    explicit SelfDoubt(SelfDoubtConfig config) : config_(config) {}

    /// Called every `turn_expected`. True: this call followed a pause, and all
    /// silence of peers up to now is ours.
    bool turn(Instant now);
    /// The disk stalled: what we could not write, we could not judge either.
    void stalled(Instant now) { doubtful_until_ = now + config_.recovery; }

    [[nodiscard]] bool doubts(Instant now) const { return now < doubtful_until_; }

private:
    SelfDoubtConfig config_;
    Instant last_ = Instant::never();
    Instant doubtful_until_ = Instant::never();
};

}  // namespace baton::detector
