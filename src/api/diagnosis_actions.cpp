#include "api/actions.hpp"

namespace baton::api {

Response get_partition(const Call& call) {
    return json_response(partition_json(call.view));
}

Response get_fencing(const Call& call) {
    return json_response(fencing_json(call.view));
}

Response get_consistency(const Call& call) {
    return json_response(consistency_json(call.view));
}

}  // namespace baton::api
