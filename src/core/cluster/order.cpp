#include "core/cluster/order.hpp"

namespace baton::cluster {

bool may_replace(RequestKind pending, RequestKind wanted) {
    return pending == RequestKind::none || wanted == RequestKind::failover;
}

}  // namespace baton::cluster
