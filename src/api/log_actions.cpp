// The log of the node that is asked. No other node changes by it.
#include "api/actions.hpp"
#include "api/orders.hpp"

namespace baton::api {

void post_snapshot(const Call& call, Respond respond) {
    const auto order = read_optional_order(call.request.body, {});
    if (!order) return respond(error_response(order.error()));
    call.surface.access.create_snapshot(
        call.surface.loop.now() + propose_deadline,
        [node = call.view.self.text, before = call.view.raft.snapshot_index,
         respond = std::move(respond)](const Result<cluster::EntryReference>& made) {
            if (!made) return respond(error_response(made.error()));
            respond(json_response({{"node", node},
                                   {"snapshot_index", made.value().index.value},
                                   {"snapshot_term", made.value().term.value},
                                   {"changed", made.value().index > before}}));
        });
}

void post_compact(const Call& call, Respond respond) {
    const auto order = read_optional_order(call.request.body, {});
    if (!order) return respond(error_response(order.error()));
    call.surface.access.compact_log(
        call.surface.loop.now() + propose_deadline,
        [node = call.view.self.text, before = call.view.raft.first_index,
         snapshot = call.view.raft.snapshot_index,
         respond = std::move(respond)](const Result<LogIndex>& first) {
            if (!first) return respond(error_response(first.error()));
            respond(json_response({{"node", node},
                                   {"first_index", first.value().value},
                                   {"snapshot_index", snapshot.value},
                                   {"changed", first.value() > before}}));
        });
}

}  // namespace baton::api
