#include "core/raft/snapshot_receiver.hpp"

#include <utility>

namespace baton::raft {

SnapshotReceiver::Progress SnapshotReceiver::receive(const NodeId& from, Term term,
                                                     const SnapshotPiece& piece) {
    const bool known = incoming_ && incoming_->from == from && incoming_->term == term &&
                       incoming_->snapshot.index == piece.meta.index &&
                       incoming_->snapshot.term == piece.meta.term;
    if (!known) {
        Snapshot empty = piece.meta;
        empty.state.clear();
        incoming_ = Incoming{from, term, std::move(empty)};
    }
    std::string& state = incoming_->snapshot.state;
    if (piece.offset != state.size()) {
        return {.refused = false, .wanted = state.size(), .complete = std::nullopt};
    }
    if (state.size() + piece.meta.state.size() > bytes_max_) {
        incoming_.reset();
        return {.refused = true, .wanted = 0, .complete = std::nullopt};
    }
    state += piece.meta.state;
    const std::uint64_t wanted = state.size();
    if (!piece.last) {
        return {.refused = false, .wanted = wanted, .complete = std::nullopt};
    }
    Snapshot complete = std::move(incoming_->snapshot);
    incoming_.reset();
    return {.refused = false, .wanted = wanted, .complete = std::move(complete)};
}

}  // namespace baton::raft
