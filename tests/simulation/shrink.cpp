#include "simulation/shrink.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

/// Shorter faults are not worth another try.
constexpr Duration shortest = std::chrono::milliseconds{20};

class Shrinker {
public:
    Shrinker(Schedule schedule, const Fails& fails, std::size_t tries_max)
        : schedule_(std::move(schedule)), fails_(fails), tries_left_(tries_max) {}

    Schedule run() {
        for (std::size_t size = schedule_.size() / 2; size > 1; size /= 2) leave_out(size);
        // What could not be left out before may be needless now.
        while (leave_out(1)) {
        }
        for (std::size_t place = 0; place < schedule_.size(); ++place) shorten(place);
        return std::move(schedule_);
    }

private:
    /// Whether anything could be left out.
    bool leave_out(std::size_t size) {
        const std::size_t before = schedule_.size();
        for (std::size_t first = 0; first < schedule_.size();) {
            const std::size_t end = std::min(first + size, schedule_.size());
            Schedule smaller = schedule_;
            smaller.erase(smaller.begin() + static_cast<std::ptrdiff_t>(first),
                          smaller.begin() + static_cast<std::ptrdiff_t>(end));
            if (!take_if_failing(std::move(smaller))) first = end;
        }
        return schedule_.size() < before;
    }

    void shorten(std::size_t place) {
        while (schedule_[place].time / 2 >= shortest) {
            Schedule shorter = schedule_;
            shorter[place].time /= 2;
            if (!take_if_failing(std::move(shorter))) return;
        }
    }

    bool take_if_failing(Schedule candidate) {
        if (tries_left_ == 0) return false;
        --tries_left_;
        if (!fails_(candidate)) return false;
        schedule_ = std::move(candidate);
        return true;
    }

    Schedule schedule_;
    const Fails& fails_;
    std::size_t tries_left_;
};

}  // namespace

Schedule shrink(Schedule schedule, const Fails& fails, std::size_t tries_max) {
    return Shrinker(std::move(schedule), fails, tries_max).run();
}

}  // namespace baton::simulation
