#include "core/lease/lease.hpp"

namespace baton::lease {

Duration takeover_wait(Duration lease) {
    return lease + lease / 500;
}

}  // namespace baton::lease
