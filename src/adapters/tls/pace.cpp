#include "adapters/tls/pace.hpp"

#include <algorithm>
#include <chrono>

namespace baton::adapters::tls {

bool Pace::may_begin(const std::string& address, Instant now) {
    auto found = buckets_.find(address);
    if (found == buckets_.end()) {
        if (buckets_.size() >= addresses_max) buckets_.clear();
        found = buckets_.emplace(address, Bucket{per_second_, now}).first;
    }
    Bucket& bucket = found->second;
    const double passed = std::chrono::duration<double>(now - bucket.at).count();
    bucket.left = std::min(per_second_, bucket.left + std::max(passed, 0.0) * per_second_);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
}

}  // namespace baton::adapters::tls
