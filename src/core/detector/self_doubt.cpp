#include "core/detector/self_doubt.hpp"

namespace baton::detector {

bool SelfDoubt::turn(Instant now) {
    const bool paused = last_ != Instant::never() &&
                        now - last_ > config_.turn_expected + config_.pause_tolerated;
    last_ = now;
    if (paused) doubtful_until_ = now + config_.recovery;
    return paused;
}

}  // namespace baton::detector
