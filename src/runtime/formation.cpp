#include "runtime/formation.hpp"

#include "base/hex.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

std::vector<NodeId> sorted_voters(const cluster::Topology& topology, bool voters) {
    std::vector<NodeId> found;
    for (const cluster::Node& node : topology.nodes) {
        if (node.voter == voters) found.push_back(node.id);
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

Formation::Formation(Loop& loop, Transport& transport, NodeId self, Incarnation incarnation,
                     cluster::Topology topology, std::string topology_digest, std::uint64_t entropy,
                     Formed formed)
    : loop_(loop),
      transport_(transport),
      self_(std::move(self)),
      incarnation_(incarnation),
      topology_(std::move(topology)),
      topology_digest_(std::move(topology_digest)),
      entropy_(entropy),
      formed_(std::move(formed)) {
    unformed_[self_] = Unformed{incarnation_, topology_digest_};
    for (const cluster::Node& node : topology_.nodes) peers_[node.id] = node.peer;
    peers_.erase(self_);
}

Formation::~Formation() {
    loop_.cancel(timer_);
}

void Formation::start() {
    turn();
}

void Formation::turn() {
    if (done_) return;
    for (const auto& [peer, endpoint] : peers_) {
        transport_.send(peer, Lane::urgent, Unformed{incarnation_, topology_digest_});
    }
    form();
    if (!done_) timer_ = loop_.at(loop_.now() + formation_interval, [this] { turn(); });
}

void Formation::receive(const NodeId& from, const Unformed& unformed) {
    unformed_[from] = unformed;
    form();
}

/// Only the first voter by name forms, and only with every voter present.
void Formation::form() {
    const auto voters = sorted_voters(topology_, true);
    if (done_ || voters.empty() || voters.front() != self_ || !refused_because_.empty()) return;
    std::map<NodeId, Incarnation> incarnations;
    for (const NodeId& voter : voters) {
        const auto found = unformed_.find(voter);
        if (found == unformed_.end() || found->second.topology_digest != topology_digest_) return;
    }
    for (const auto& [node, unformed] : unformed_) incarnations[node] = unformed.incarnation;
    const ClusterId id{hex(entropy_)};
    raft::Snapshot first;
    first.index = LogIndex{1};
    first.term = Term{1};
    first.membership = raft::Membership{voters, sorted_voters(topology_, false)};
    first.membership_index = LogIndex{1};
    first.state = wire::encode(cluster::form(id, topology_, incarnations));
    done_ = true;
    formed_(id, std::move(first));
}

void Formation::receive(const NodeId& from, const baton::Formation& offered) {
    if (done_) return;
    auto state = wire::decode_state(offered.snapshot.state);
    if (!state) return;
    const auto own = state.value().nodes.find(self_);
    if (own == state.value().nodes.end() || own->second.incarnation != incarnation_) {
        meet(state.value());
        const bool added = own != state.value().nodes.end() && own->second.incarnation.value == 0;
        refused_because_ =
            "node '" + from.text + "' belongs to cluster " + state.value().id.text +
            (added ? ", whose leader is about to let this directory in."
                   : ", which knows node '" + self_.text +
                         "' with another data directory. This directory was emptied or is new: "
                         "it must not vote. Run `baton node replace --node=" +
                         self_.text +
                         "` against a healthy node to admit it, or bring the old directory back.");
        return;
    }
    done_ = true;
    formed_(state.value().id, offered.snapshot);
}

/// The file of this node may be older than the cluster. Whoever leads it has to hear
/// of this directory before anybody can let it in.
void Formation::meet(const cluster::State& state) {
    const std::size_t known = peers_.size();
    for (const auto& [node, each] : state.nodes) {
        if (node != self_) peers_.try_emplace(node, each.declared.peer);
    }
    if (peers_.size() > known) transport_.meet(peers_);
}

std::string Formation::waiting_for() const {
    if (!refused_because_.empty()) return refused_because_;
    std::string silent;
    std::string different;
    for (const NodeId& voter : sorted_voters(topology_, true)) {
        const auto found = unformed_.find(voter);
        std::string& list = found == unformed_.end() ? silent : different;
        if (found != unformed_.end() && found->second.topology_digest == topology_digest_) continue;
        list += (list.empty() ? "" : ", ") + voter.text;
    }
    std::string text;
    if (!silent.empty()) text = "a new cluster needs every voter once; not heard yet: " + silent;
    if (!different.empty()) {
        text +=
            (text.empty() ? "" : "; ") + std::string("the cluster file differs on: ") + different;
    }
    return text.empty() ? "the first voter is forming the cluster" : text;
}

}  // namespace baton::runtime
