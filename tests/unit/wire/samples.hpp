#pragma once

/// Random values of everything that is encoded, drawn from a seed. Numbers
/// favour the extremes; texts hold any byte, also ones that are not UTF-8.

#include "base/random.hpp"
#include "ports/log_store.hpp"
#include "ports/transport.hpp"

#include "core/cluster/state.hpp"

#include <optional>

namespace baton::test {

class Samples {
public:
    explicit Samples(std::uint64_t seed) : random_(seed) {}

    std::uint64_t number();
    std::optional<std::uint64_t> perhaps_number();
    std::string text();

    cluster::Settings settings();
    cluster::Topology topology();
    cluster::Group group();
    cluster::Command command();
    cluster::State state();
    cluster::NodeReport report();
    raft::Entry entry();
    raft::HardState hard_state();
    raft::Snapshot snapshot();
    raft::Message raft_message();
    PeerMessage peer_message();
    Identity identity();
    std::map<GroupId, Epoch> promises();

    Random& random() { return random_; }

private:
    template <typename Make>
    auto list(Make make) {
        std::vector<decltype(make())> values;
        for (std::uint64_t count = random_.below(4); count > 0; --count) {
            values.push_back(make());
        }
        return values;
    }
    bool flag() { return random_.one_in(2); }
    std::uint32_t small() { return static_cast<std::uint32_t>(number()); }
    std::uint16_t port() { return static_cast<std::uint16_t>(number()); }
    std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
    Duration positive() { return Duration{static_cast<std::int64_t>(number() >> 1U) | 1}; }
    template <typename Id>
    Id id() {
        return Id{text()};
    }
    template <typename Id>
    Id count() {
        return Id{number()};
    }
    template <typename Enum>
    Enum one_of(std::uint64_t enumerators) {
        return static_cast<Enum>(random_.below(enumerators));
    }

    cluster::Endpoint endpoint() { return {text(), port()}; }
    cluster::Node node();
    cluster::Reason reason() { return {text(), text(), text(), signed_number()}; }
    cluster::EntryReference reference() { return {count<LogIndex>(), count<Term>()}; }
    cluster::Loss loss();
    cluster::Request request();
    cluster::GroupState group_state();
    cluster::InstanceReport instance_report();
    raft::Membership membership();
    raft::Body body();
    lease::Pair pair() { return {id<GroupId>(), count<Epoch>()}; }
    lease::Heartbeat heartbeat();
    lease::HeartbeatAnswer answer();

    Random random_;
};

}  // namespace baton::test
