#include "core/cluster/partition.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace baton::cluster {

namespace {

/// What is known of the links between `nodes`.
class Links {
public:
    Links(const std::set<NodeId>& nodes, const std::map<NodeId, Account>& accounts)
        : nodes_(nodes), accounts_(accounts) {}

    [[nodiscard]] std::optional<bool> hears(const NodeId& by, const NodeId& of) const {
        const auto account = accounts_.find(by);
        if (account == accounts_.end()) return std::nullopt;
        const auto opinion = account->second.find(of);
        if (opinion == account->second.end()) return std::nullopt;
        return opinion->second;
    }
    /// Both directions, as far as known; `no` if either fails.
    [[nodiscard]] Certainty joined(const NodeId& one, const NodeId& other) const {
        const auto there = hears(one, other);
        const auto back = hears(other, one);
        if (there == false || back == false) return Certainty::no;
        return there || back ? Certainty::yes : Certainty::unknown;
    }
    /// Everything that hangs together with `first`.
    [[nodiscard]] std::set<NodeId> side_of(const NodeId& first) const {
        std::set<NodeId> side{first};
        std::vector<NodeId> open{first};
        while (!open.empty()) {
            const NodeId node = open.back();
            open.pop_back();
            for (const NodeId& other : nodes_) {
                if (joined(node, other) != Certainty::yes) continue;
                if (side.insert(other).second) open.push_back(other);
            }
        }
        return side;
    }

private:
    const std::set<NodeId>& nodes_;
    const std::map<NodeId, Account>& accounts_;
};

std::size_t count_voters(const std::set<NodeId>& side, const std::set<NodeId>& voters) {
    return static_cast<std::size_t>(
        std::ranges::count_if(side, [&](const NodeId& node) { return voters.contains(node); }));
}

/// Whether `voter` and the voters it talks with are a majority.
Certainty leads_majority(const NodeId& voter, const std::set<NodeId>& voters, const Links& links) {
    std::size_t sure = 1;
    std::size_t possible = 1;
    for (const NodeId& other : voters) {
        if (other == voter) continue;
        const Certainty link = links.joined(voter, other);
        sure += link == Certainty::yes ? 1U : 0U;
        possible += link == Certainty::no ? 0U : 1U;
    }
    const std::size_t majority = voters.size() / 2 + 1;
    if (sure >= majority) return Certainty::yes;
    return possible >= majority ? Certainty::unknown : Certainty::no;
}

void find_quorum(Division& division, const std::set<NodeId>& voters, const Links& links) {
    division.quorum = voters.empty() ? Certainty::unknown : Certainty::no;
    for (const NodeId& voter : voters) {
        const Certainty can = leads_majority(voter, voters, links);
        if (can == Certainty::no) continue;
        division.quorum = can;
        if (can == Certainty::unknown) continue;
        division.majority = links.side_of(voter);
        return;
    }
}

void find_sides(Division& division, const std::set<NodeId>& nodes, const std::set<NodeId>& voters,
                const std::map<NodeId, Account>& accounts, const Links& links) {
    std::set<NodeId> placed;
    for (const NodeId& node : nodes) {
        if (placed.contains(node)) continue;
        std::set<NodeId> side = links.side_of(node);
        placed.insert(side.begin(), side.end());
        if (side.size() == 1 && !accounts.contains(node)) {
            division.unseen.insert(node);
        } else {
            division.sides.push_back(std::move(side));
        }
    }
    const auto weight = [&](const std::set<NodeId>& side) {
        return std::pair{count_voters(side, voters), side.size()};
    };
    std::ranges::sort(division.sides, [&](const auto& one, const auto& other) {
        if (weight(one) != weight(other)) return weight(one) > weight(other);
        return one < other;
    });
}

}  // namespace

Division divide(const std::set<NodeId>& nodes, const std::set<NodeId>& voters,
                const std::map<NodeId, Account>& accounts) {
    const Links links(nodes, accounts);
    Division division;
    bool all_known = true;
    for (const NodeId& by : nodes) {
        for (const NodeId& of : nodes) {
            if (by == of) continue;
            const auto heard = links.hears(by, of);
            all_known = all_known && heard.has_value();
            if (heard == false) division.silences.push_back({by, of});
        }
    }
    if (!division.silences.empty()) {
        division.whole = Certainty::no;
    } else if (all_known) {
        division.whole = Certainty::yes;
    }
    find_sides(division, nodes, voters, accounts, links);
    find_quorum(division, voters, links);
    return division;
}

}  // namespace baton::cluster
