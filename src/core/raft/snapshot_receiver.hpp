#pragma once

/// Puts the pieces of an incoming snapshot together. Answers which offset is
/// wanted next; refuses a snapshot that grows beyond its bound. Pieces of
/// different leaders or terms are never mixed: equal states may be encoded
/// differently by different releases.

#include "core/raft/message.hpp"

#include <cstddef>
#include <optional>

namespace baton::raft {

class SnapshotReceiver {
public:
    explicit SnapshotReceiver(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    struct Progress {
        bool refused = false;  ///< Too large; everything received was dropped.
        std::uint64_t wanted = 0;
        std::optional<Snapshot> complete;
    };

    [[nodiscard]] Progress receive(const NodeId& from, Term term, const SnapshotPiece& piece);
    void abandon() { incoming_.reset(); }

private:
    struct Incoming {
        NodeId from;
        Term term;
        Snapshot snapshot;
    };

    std::size_t bytes_max_;
    std::optional<Incoming> incoming_;
};

}  // namespace baton::raft
