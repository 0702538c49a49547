#include "core/failover/course.hpp"

#include <algorithm>

namespace baton::failover {

namespace {

/// Closer ones add nothing; together they cover some twenty seconds.
constexpr Duration course_interval = std::chrono::milliseconds{100};
constexpr std::size_t course_samples_max = 200;
/// A position may have been read so long before it was heard: two looks of its
/// node, a beat and the way.
constexpr Duration reading_age_max = std::chrono::milliseconds{300};

std::string milliseconds_text(Duration duration) {
    return std::to_string(whole_milliseconds(duration)) + " ms";
}

std::string bytes_text(const cluster::Loss& loss) {
    std::string text = std::to_string(loss.bytes_known()) + " bytes of " + loss.from.text +
                       "'s are known to be missing";
    const std::uint64_t likely = loss.bytes_likely();
    if (likely > loss.bytes_known()) text += ", about " + std::to_string(likely) + " are likely to";
    text += "; its last position was heard " + milliseconds_text(loss.age) + " before";
    if (loss.bytes_per_second > 0) {
        text += ", when it wrote " + std::to_string(loss.bytes_per_second) + " bytes a second";
    }
    if (loss.window)
        return text + "; nothing older than " + milliseconds_text(*loss.window) + " is missing";
    return text;
}

}  // namespace

void Course::heard(Epoch epoch, std::uint64_t offset, std::uint64_t bytes_per_second, Instant at) {
    const bool other = epoch != epoch_ || (!samples_.empty() && offset < samples_.back().offset);
    if (other) samples_.clear();
    epoch_ = epoch;
    bytes_per_second_ = bytes_per_second;
    const bool stands = samples_.size() > 1 && samples_.back().offset == offset &&
                        samples_[samples_.size() - 2].offset == offset;
    const bool close =
        samples_.size() > 1 && at < samples_[samples_.size() - 2].at + course_interval;
    if (stands || close) samples_.pop_back();
    samples_.push_back({at, offset});
    if (samples_.size() > course_samples_max) samples_.pop_front();
}

std::optional<std::uint64_t> Course::position(Epoch epoch) const {
    if (epoch != epoch_ || samples_.empty()) return std::nullopt;
    return samples_.back().offset;
}

cluster::Loss Course::behind(Epoch epoch, std::uint64_t promoted, Instant now) const {
    cluster::Loss loss;
    loss.promoted = promoted;
    loss.heard = position(epoch);
    if (!loss.heard) return loss;
    loss.age = now - samples_.back().at;
    loss.bytes_per_second = bytes_per_second_;
    const auto held = std::find_if(samples_.rbegin(), samples_.rend(),
                                   [&](const Sample& each) { return each.offset <= promoted; });
    if (held != samples_.rend()) loss.window = now - held->at + reading_age_max;
    return loss;
}

std::string describe(const cluster::Loss& loss) {
    using cluster::Promise;
    if (loss.epoch.value == 0) return {};
    const std::string promised = loss.promise == Promise::handed_over
                                     ? loss.from.text + " closed itself when " + loss.to.text +
                                           " held everything: nothing is lost"
                                     : loss.to.text + " holds every write that WAIT confirmed";
    if (loss.promise == Promise::handed_over) return promised;
    const bool returns = loss.from == loss.to;
    std::string known = returns ? loss.to.text + " comes back to office in another life; " : "";
    if (loss.heard) {
        known += bytes_text(loss);
    } else {
        known += "how much is missing is not known: ";
        known += returns ? "its position cannot be compared with the one before"
                         : "this leader never heard the position of " + loss.from.text;
    }
    return loss.promise == Promise::replicated ? promised + "; of others, " + known : known;
}

}  // namespace baton::failover
