#include "core/detector/phi.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace baton::detector {

namespace {

constexpr double phi_max = 1000.0;
/// Adaptive thresholds at most double: beyond that silence must count again.
constexpr double raise_max = 2.0;
/// Fewer intervals say too little about their spread.
constexpr std::size_t samples_min = 5;

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

/// -log10 of the upper tail of the standard normal distribution at `z`. Far
/// out, where erfc underflows, its leading asymptotic term is used.
double tail_phi(double z) {
    if (z < 30) return -std::log10(0.5 * std::erfc(z / std::numbers::sqrt2));
    const double log10_e = std::numbers::log10e;
    return z * z / 2 * log10_e + std::log10(z * std::sqrt(2 * std::numbers::pi));
}

}  // namespace

PhiDetector::PhiDetector(Config config) : config_(config) {}

void PhiDetector::heartbeat(const NodeId& peer, Instant arrived) {
    Arrivals& arrivals = peers_[peer];
    if (!std::exchange(arrivals.heard, true)) {
        arrivals.spread = spread_of(arrivals.intervals);
    } else {
        const bool was_failed = liveness(peer, arrived) == Liveness::failed;
        if (!arrivals.skip_next && !was_failed) {
            arrivals.intervals.push_back(milliseconds(arrived - arrivals.last));
            if (arrivals.intervals.size() > config_.window_size) arrivals.intervals.pop_front();
            arrivals.spread = spread_of(arrivals.intervals);
        }
    }
    arrivals.skip_next = false;
    arrivals.last = arrived;
}

void PhiDetector::expect(const NodeId& peer, Instant now) {
    peers_.try_emplace(peer, Arrivals{.intervals = {}, .spread = {}, .last = now});
}

void PhiDetector::expect_anew(Instant now) {
    for (auto& [peer, arrivals] : peers_) {
        if (!arrivals.heard) arrivals.last = now;
    }
}

void PhiDetector::forgive(Instant now) {
    for (auto& [peer, arrivals] : peers_) {
        arrivals.last = std::max(arrivals.last, now);
        arrivals.skip_next = true;
    }
}

void PhiDetector::forget(const NodeId& peer) { peers_.erase(peer); }

double PhiDetector::phi(const NodeId& peer, Instant now) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || !found->second.heard) return 0;
    const Spread& seen = found->second.spread;
    const double silent = milliseconds(now - found->second.last);
    const double phi = tail_phi((silent - seen.mean) / seen.deviation);
    return std::clamp(phi, 0.0, phi_max);
}

Liveness PhiDetector::liveness(const NodeId& peer, Instant now) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return Liveness::unheard;
    if (!found->second.heard) {
        const bool missed = now - found->second.last >= config_.unheard_min;
        return missed ? Liveness::failed : Liveness::unheard;
    }
    const double suspicion = phi(peer, now);
    const double raised = raise(found->second);
    if (suspicion >= config_.failed_threshold * raised &&
        now - found->second.last >= config_.silence_min) {
        return Liveness::failed;
    }
    return suspicion >= config_.threshold * raised ? Liveness::suspect : Liveness::alive;
}

double PhiDetector::threshold(const NodeId& peer) const {
    const auto found = peers_.find(peer);
    return config_.threshold * (found == peers_.end() ? 1.0 : raise(found->second));
}

std::size_t PhiDetector::samples(const NodeId& peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? 0 : found->second.intervals.size();
}

Duration PhiDetector::silence(const NodeId& peer, Instant now) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() || !found->second.heard ? Duration{0} : now - found->second.last;
}

PhiDetector::Spread PhiDetector::spread_of(const std::deque<double>& intervals) const {
    const double expected = milliseconds(config_.interval_expected);
    Spread result{expected, 0, 0};
    if (intervals.size() >= samples_min) {
        const auto count = static_cast<double>(intervals.size());
        double sum = 0;
        for (const double interval : intervals) sum += interval;
        result.mean = sum / count;
        double squares = 0;
        for (const double interval : intervals) {
            squares += (interval - result.mean) * (interval - result.mean);
        }
        result.deviation = std::sqrt(squares / count);
        result.variation = result.deviation / std::max(result.mean, 1e-3);
    }
    // A very regular peer must not be condemned for its first hiccup.
    const double floor = config_.network_jitter_factor * std::max(result.mean, expected);
    result.deviation = std::max({result.deviation, floor, 1e-3});
    return result;
}

/// How much a link that is more jittery than expected raises the thresholds.
double PhiDetector::raise(const Arrivals& arrivals) const {
    if (!config_.adaptive) return 1.0;
    const double excess = arrivals.spread.variation - config_.network_jitter_factor;
    return std::clamp(1.0 + excess, 1.0, raise_max);
}

}  // namespace baton::detector
