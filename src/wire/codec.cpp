#include "wire/codec.hpp"

#include "base/check.hpp"
#include "wire/convert.hpp"
#include "wire/storage.pb.h"

namespace baton::wire {
namespace {

template <typename Message>
std::string bytes_of(const Message& message) {
    std::string bytes;
    BATON_CHECK(message.SerializeToString(&bytes));
    return bytes;
}

/// `noun` is what the bytes should have been, for the message.
template <typename Message>
Result<Message> parse(std::string_view bytes, const char* noun) {
    if (bytes.size() > message_bytes_max) {
        return invalid(std::string{noun} + " of " + std::to_string(bytes.size()) +
                       " bytes; the limit is " + std::to_string(message_bytes_max));
    }
    Message message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return invalid(std::string{noun} + " of " + std::to_string(bytes.size()) +
                       " bytes cannot be read");
    }
    return message;
}

template <typename Value, typename Message>
Result<Value> decode(std::string_view bytes, const char* noun) {
    BATON_TRY(auto message, parse<Message>(bytes, noun));
    return from_proto(message);
}

/// The same for bytes of our own disk or log, where a mistake means damage.
template <typename Value, typename Message>
Result<Value> decode_stored(std::string_view bytes, const char* noun) {
    Result<Value> value = decode<Value, Message>(bytes, noun);
    if (!value) {
        return corrupt("stored " + value.error().message);
    }
    return value;
}

}  // namespace

std::string encode(const cluster::Command& command) {
    return bytes_of(to_proto(command));
}

Result<cluster::Command> decode_command(std::string_view bytes) {
    return decode_stored<cluster::Command, proto::Command>(bytes, "command");
}

std::string encode(const cluster::State& state) {
    return bytes_of(to_proto(state));
}

Result<cluster::State> decode_state(std::string_view bytes) {
    return decode_stored<cluster::State, proto::State>(bytes, "state");
}

std::string encode(const PeerMessage& message) {
    return bytes_of(to_proto(message));
}

Result<PeerMessage> decode_peer_message(std::string_view bytes) {
    return decode<PeerMessage, proto::PeerMessage>(bytes, "message");
}

std::string encode(const raft::Entry& entry) {
    return bytes_of(to_proto(entry));
}

Result<raft::Entry> decode_entry(std::string_view bytes) {
    return decode_stored<raft::Entry, proto::Entry>(bytes, "entry");
}

std::string encode(const raft::HardState& hard_state) {
    return bytes_of(to_proto(hard_state));
}

Result<raft::HardState> decode_hard_state(std::string_view bytes) {
    return decode_stored<raft::HardState, proto::HardState>(bytes, "term and vote");
}

std::string encode(const raft::Snapshot& snapshot) {
    return bytes_of(to_proto(snapshot));
}

Result<raft::Snapshot> decode_snapshot(std::string_view bytes) {
    return decode_stored<raft::Snapshot, proto::Snapshot>(bytes, "snapshot");
}

std::string encode(const Identity& identity) {
    proto::Identity message;
    message.set_node(identity.node.text);
    message.set_incarnation(identity.incarnation.value);
    message.set_cluster(identity.cluster.text);
    return bytes_of(message);
}

Result<Identity> decode_identity(std::string_view bytes) {
    Result<proto::Identity> message = parse<proto::Identity>(bytes, "identity");
    if (!message) {
        return corrupt("stored " + message.error().message);
    }
    if (message.value().node().empty()) {
        return corrupt("stored identity names no node");
    }
    return Identity{.node = NodeId{message.value().node()},
                    .incarnation = Incarnation{message.value().incarnation()},
                    .cluster = ClusterId{message.value().cluster()}};
}

std::string encode(const Promises& promises) {
    proto::Promises message;
    for (const auto& [group, epoch] : promises) {
        proto::Promise& promise = *message.add_promises();
        promise.set_group(group.text);
        promise.set_epoch(epoch.value);
    }
    return bytes_of(message);
}

Result<Promises> decode_promises(std::string_view bytes) {
    Result<proto::Promises> message = parse<proto::Promises>(bytes, "promises");
    if (!message) {
        return corrupt("stored " + message.error().message);
    }
    Promises promises;
    for (const proto::Promise& promise : message.value().promises()) {
        if (!promises.emplace(GroupId{promise.group()}, Epoch{promise.epoch()}).second) {
            return corrupt("stored promises name group \"" + promise.group() + "\" twice");
        }
    }
    return promises;
}

}  // namespace baton::wire
