#include "history.hpp"

#include <algorithm>
#include <cinttypes>

namespace baton::load {
namespace {

char letter(Outcome outcome) {
    switch (outcome) {
        case Outcome::acknowledged: return 'a';
        case Outcome::failed: return 'f';
        case Outcome::unknown: return 'u';
    }
    return '?';
}

}  // namespace

std::string key_name(const std::string& run, std::uint64_t key) {
    return "k:" + run + ":" + std::to_string(key);
}

History::History(std::string run, const std::string& log_path, Instant now)
    : run_(std::move(run)), last_acknowledged_(now) {
    window_.began = now;
    if (log_path.empty()) return;
    log_.reset(std::fopen(log_path.c_str(), "we"));
    usable_ = log_ != nullptr;
    if (usable_) std::fprintf(log_.get(), "run %s\n", run_.c_str());
}

std::uint64_t History::take_key() {
    acknowledged_.push_back(false);
    return next_key_++;
}

void History::record(std::uint64_t key, Outcome outcome, Instant at) {
    if (log_) {
        std::fprintf(log_.get(), "%c %" PRIu64 " %" PRId64 "\n", letter(outcome), key,
                     std::int64_t{at.time_since_epoch().count()});
    }
    if (outcome == Outcome::failed) ++window_.failed;
    if (outcome == Outcome::unknown) ++window_.unknown;
    if (outcome != Outcome::acknowledged) return;
    ++window_.acknowledged;
    acknowledged_[static_cast<std::size_t>(key)] = true;
    const Duration gap = at - last_acknowledged_;
    window_.longest_gap = std::max(window_.longest_gap, gap);
    last_acknowledged_ = at;
}

void History::mark(std::string name, Instant now) {
    window_ = Window{};
    window_.name = std::move(name);
    window_.began = now;
    window_.first_key = next_key_;
}

Window History::window(Instant now) const {
    Window seen = window_;
    seen.longest_gap = std::max(seen.longest_gap, Duration{now - last_acknowledged_});
    return seen;
}

AcknowledgedKeys History::acknowledged_keys(std::uint64_t end) const {
    AcknowledgedKeys keys;
    keys.first = std::min(end, std::max(window_.first_key, dropped_below_));
    const auto begin = acknowledged_.begin();
    keys.bits.assign(begin + static_cast<std::ptrdiff_t>(keys.first),
                     begin + static_cast<std::ptrdiff_t>(end));
    return keys;
}

void History::drop_below(std::uint64_t end) {
    dropped_below_ = std::max(dropped_below_, end);
    if (log_) std::fprintf(log_.get(), "d %" PRIu64 " 0\n", end);
}

void History::flush() {
    if (log_) std::fflush(log_.get());
}

}  // namespace baton::load
