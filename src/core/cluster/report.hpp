#pragma once

/// What a node says about itself and its servers at one moment. Facts only:
/// whether a server is healthy, or the best candidate, is for the cores.

#include "base/ids.hpp"
#include "base/shared_map.hpp"
#include "base/time.hpp"
#include "core/cluster/command.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace baton::cluster {

enum class ServerRole {
    unknown,  ///< It did not answer.
    primary,  ///< It accepts writes.
    standby,  ///< It refuses writes, whether it follows someone or nobody.
};

enum class ProcessState {
    absent,   ///< Nothing of the server is left, or it was never started.
    running,  ///< Alive and making progress, or idle and answering.
    busy,     ///< Alive and consuming CPU, but not answering.
    frozen,   ///< Stopped, or not answering without progress for the group's `frozen_after`.
};

struct InstanceReport {
    InstanceId instance;
    ProcessState process = ProcessState::absent;
    std::int64_t pid = 0;  ///< 0: none.
    ServerRole role = ServerRole::unknown;
    InstanceId following;         ///< Whom it replicates from; empty: nobody.
    Endpoint following_endpoint;  ///< The same as the server names it; not sent to other nodes.
    bool link_up = false;         ///< Its replication link is established and in sync.
    bool loading = false;         ///< Loading its data set, or receiving a full copy.
    std::string run_id;           ///< Changes when the server's memory was lost.
    std::string replication_id;   ///< History it holds now.
    std::string replication_id2;  ///< History before that, valid up to `offset2`.
    std::uint64_t offset2 = 0;
    std::uint64_t offset = 0;  ///< Bytes of `replication_id`'s history it holds.
    /// What its node had applied, its orders about standbys carried out, before it asked
    /// for all this; 0 while they are not.
    LogIndex asked_at;
    std::uint64_t keys = 0;               ///< Entries in the data set, to tell an empty one.
    std::uint64_t full_syncs = 0;         ///< Full copies it gave since its start.
    std::uint64_t backlog_bytes = 0;      ///< Of its history, kept for standbys that come back.
    std::uint64_t bytes_per_second = 0;   ///< By which its history grew lately, as its node saw it.
    std::vector<std::string> quarantine;  ///< Directories of its node that hold kept tails.
    Epoch opened;   ///< It was opened as primary of this epoch, and not closed since.
    Epoch closed;   ///< Durable: never opened again at this or an older epoch.
    Epoch severed;  ///< It stopped following the primary of this epoch before `offset` was read.
    InstanceId handed_over_to;    ///< Closed by a switchover after this one held everything.
    LogIndex hand_over_failed;    ///< The switchover that this entry began was tried in vain.
    bool cannot_save = false;     ///< Its last attempt to write its data to disk failed.
    bool needs_standbys = false;  ///< It refuses writes while it hears of too few, as it says.
    std::string problem;          ///< Empty, or why the server cannot be used, for the operator.
    /// Times it was found writable although nobody had appointed it, by this agent.
    std::uint64_t unappointed = 0;
    bool unappointed_lately = false;  ///< So a moment ago: it is an alert, and decides nothing.

    friend bool operator==(const InstanceReport&, const InstanceReport&) = default;
};

using InstanceReports = SharedMap<InstanceId, InstanceReport>;

/// Answer to a revocation: how long ago this voter last renewed that pair.
struct RenewalAge {
    GroupId group;
    Epoch epoch;
    EntryReference revocation;  ///< The entry it holds durably.
    Duration age{0};

    friend bool operator==(const RenewalAge&, const RenewalAge&) = default;
};

/// How a peer looks from the reporting node.
enum class Liveness {
    unheard,  ///< Nothing heard yet: silence proves nothing.
    alive,
    suspect,  ///< φ ≥ 8 by default.
    failed,   ///< φ ≥ 16 by default, and silent for longer than a lease; never heard: for long.
};

struct PeerView {
    NodeId peer;
    Liveness liveness = Liveness::unheard;
    double phi = 0;
    bool connected = false;
    std::uint32_t samples = 0;
    bool missed = false;  ///< Its last report continued one that never came: a whole one is due.

    friend bool operator==(const PeerView&, const PeerView&) = default;
};

struct NodeReport {
    NodeId node;
    std::uint64_t sequence = 0;  ///< Grows with every report of one agent's life; never 0.
    /// Of the report that this one continues: what is missing here of servers and fronts
    /// is as it was there. 0: this one is whole.
    std::uint64_t since = 0;
    Incarnation incarnation;
    FencingTier fencing = FencingTier::none;
    bool doubts_itself = false;   ///< It was paused or its disk stalled: it judges nobody now.
    bool disk_stalled = false;    ///< A write of its log waits longer than an election takes.
    std::uint32_t version = 1;    ///< Newest command format it understands.
    std::string topology_digest;  ///< Of its cluster file, to show nodes whose files differ.
    LogIndex applied;
    InstanceReports instances;
    std::vector<RenewalAge> ages;
    std::vector<PeerView> peers;
    SharedMap<GroupId, Epoch> fronts;  ///< Whose primary the front of this node serves.

    friend bool operator==(const NodeReport&, const NodeReport&) = default;
};

/// A data directory that speaks in the name of a known node and that the
/// cluster does not know: emptied, or new.
struct Stranger {
    Incarnation incarnation;
    Instant heard;  ///< When it last spoke to us.

    friend bool operator==(const Stranger&, const Stranger&) = default;
};

[[nodiscard]] std::string_view name_of(ServerRole role);
[[nodiscard]] std::string_view name_of(ProcessState state);
[[nodiscard]] std::string_view name_of(Liveness liveness);

}  // namespace baton::cluster
