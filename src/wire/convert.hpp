#pragma once

/// The two directions between plain values and generated messages, one pair of
/// overloads per noun. Private to this folder: nothing else may see generated
/// headers. `from_proto` refuses what a value cannot hold (an enumerator this
/// version does not know, a missing part, a port above 65535) with `invalid`
/// and a sentence that names the noun; fields it does not know are ignored.

#include "core/cluster/command.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/cluster/topology.hpp"
#include "core/lease/lease.hpp"
#include "core/raft/core.hpp"
#include "ports/transport.hpp"
#include "wire/peer.pb.h"
#include "wire/state.pb.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace baton::wire {

proto::Endpoint to_proto(const cluster::Endpoint& value);
proto::Node to_proto(const cluster::Node& value);
proto::Group to_proto(const cluster::Group& value);
proto::Settings to_proto(const cluster::Settings& value);
proto::Topology to_proto(const cluster::Topology& value);
Result<cluster::Endpoint> from_proto(const proto::Endpoint& bytes);
Result<cluster::Node> from_proto(const proto::Node& bytes);
Result<cluster::Group> from_proto(const proto::Group& bytes);
Result<cluster::Settings> from_proto(const proto::Settings& bytes);
Result<cluster::Topology> from_proto(const proto::Topology& bytes);

proto::Loss to_proto(const cluster::Loss& value);
proto::Fallen to_proto(const InstanceId& instance, const cluster::Fallen& value);
Result<cluster::Loss> from_proto(const proto::Loss& bytes);
cluster::Fallen from_proto(const proto::Fallen& bytes);

proto::EntryReference to_proto(const cluster::EntryReference& value);
proto::FencingTier to_proto(cluster::FencingTier value);
proto::RequestKind to_proto(cluster::RequestKind value);
proto::Duty to_proto(cluster::Duty value);
Result<cluster::Duty> from_proto(proto::Duty bytes);
proto::Command to_proto(const cluster::Command& value);
Result<cluster::EntryReference> from_proto(const proto::EntryReference& bytes);
Result<cluster::FencingTier> from_proto(proto::FencingTier bytes);
Result<cluster::RequestKind> from_proto(proto::RequestKind bytes);
Result<cluster::Command> from_proto(const proto::Command& bytes);

proto::State to_proto(const cluster::State& value);
Result<cluster::State> from_proto(const proto::State& bytes);

proto::Entry to_proto(const raft::Entry& value);
proto::HardState to_proto(const raft::HardState& value);
proto::Snapshot to_proto(const raft::Snapshot& value);
proto::RaftMessage to_proto(const raft::Message& value);
Result<raft::Entry> from_proto(const proto::Entry& bytes);
Result<raft::HardState> from_proto(const proto::HardState& bytes);
Result<raft::Snapshot> from_proto(const proto::Snapshot& bytes);
Result<raft::Message> from_proto(const proto::RaftMessage& bytes);

proto::NodeReport to_proto(const cluster::NodeReport& value);
Result<cluster::NodeReport> from_proto(const proto::NodeReport& bytes);

proto::PeerMessage to_proto(const PeerMessage& value);
Result<PeerMessage> from_proto(const proto::PeerMessage& bytes);

/// One enumerator and its number on the wire.
template <typename Value, typename Proto, std::size_t Count>
using EnumTable = std::array<std::pair<Value, Proto>, Count>;

/// `table` must list every enumerator; the round-trip tests notice a gap.
template <typename Value, typename Proto, std::size_t Count>
Proto number_of(const EnumTable<Value, Proto, Count>& table, Value value) {
    for (const auto& [known, number] : table) {
        if (known == value) {
            return number;
        }
    }
    return Proto{};
}

template <typename Value, typename Proto, std::size_t Count>
Result<Value> value_of(const EnumTable<Value, Proto, Count>& table, Proto number,
                       const char* noun) {
    for (const auto& [value, known] : table) {
        if (known == number) {
            return value;
        }
    }
    return invalid(std::string{noun} + " number " + std::to_string(static_cast<int>(number)) +
                   " is not known to this version of baton; it was written by a newer one, or the "
                   "bytes are damaged");
}

template <typename Value, typename Repeated>
Result<std::vector<Value>> list_from_proto(const Repeated& bytes) {
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(bytes.size()));
    for (const auto& element : bytes) {
        BATON_TRY(auto value, from_proto(element));
        values.push_back(std::move(value));
    }
    return values;
}

/// The result for one alternative as a result for the variant `Wide`.
template <typename Wide, typename Value>
Result<Wide> widened(Result<Value> value) {
    if (!value) {
        return std::move(value).error();
    }
    return Wide{std::move(value).value()};
}

/// Lists of names: `Name` is one of base/ids.hpp.
template <typename Name, typename Repeated>
std::vector<Name> names_from_proto(const Repeated& bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace baton::wire
