#include "core/lease/closing.hpp"

namespace baton::lease {

Instant guard_kills_at(Instant lease_end) {
    return lease_end - guard_margin;
}

}  // namespace baton::lease
