#pragma once

/// Bytes for everything that leaves a process or survives it. Protocol Buffers
/// inside, so that neighbouring releases understand each other; generated
/// headers stay behind this file. Decoding checks everything it reads and
/// answers `corrupt` (storage) or `invalid` (peers) instead of guessing.

#include "base/result.hpp"
#include "core/cluster/command.hpp"
#include "core/cluster/state.hpp"
#include "core/raft/message.hpp"
#include "ports/log_store.hpp"
#include "ports/transport.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace baton::wire {

/// Longer input is refused unread. A little more than the largest snapshot.
inline constexpr std::size_t message_bytes_max = 72 * 1024 * 1024;

/// The epochs this node promised never to open again, as on its disk.
using Promises = std::map<GroupId, Epoch>;

[[nodiscard]] std::string encode(const cluster::Command& command);
[[nodiscard]] Result<cluster::Command> decode_command(std::string_view bytes);

[[nodiscard]] std::string encode(const cluster::State& state);
[[nodiscard]] Result<cluster::State> decode_state(std::string_view bytes);

[[nodiscard]] std::string encode(const PeerMessage& message);
[[nodiscard]] Result<PeerMessage> decode_peer_message(std::string_view bytes);

[[nodiscard]] std::string encode(const raft::Entry& entry);
[[nodiscard]] Result<raft::Entry> decode_entry(std::string_view bytes);

[[nodiscard]] std::string encode(const raft::HardState& hard_state);
[[nodiscard]] Result<raft::HardState> decode_hard_state(std::string_view bytes);

[[nodiscard]] std::string encode(const raft::Snapshot& snapshot);
[[nodiscard]] Result<raft::Snapshot> decode_snapshot(std::string_view bytes);

[[nodiscard]] std::string encode(const Identity& identity);
[[nodiscard]] Result<Identity> decode_identity(std::string_view bytes);

[[nodiscard]] std::string encode(const Promises& promises);
[[nodiscard]] Result<Promises> decode_promises(std::string_view bytes);

}  // namespace baton::wire
