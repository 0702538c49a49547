#include "core/detector/silence.hpp"

namespace baton::detector {

void Silence::turned(Instant now, bool waiting) {
    const Duration late = now - due_;
    if (now - turned_ > own_pause_max) {
        begin(now);
    } else if (late > own_lateness_max) {
        heard_ = heard_ + late;
        asked_ = asked_ + late;
        progressed_ = progressed_ + late;
    }
    turned_ = now;
    if (waiting) ++unanswered_;
}

Duration Silence::stillness(Instant now) const {
    return now - std::max(heard_, progressed_);
}

}  // namespace baton::detector
