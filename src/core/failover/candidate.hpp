#pragma once

/// Which instance may become primary, which one is best, and why not the
/// others. Judges reported positions only; who may still act is not asked here.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/failover/facts.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace baton::failover {

/// What an instance said longer ago is no ground to hand over to it: five
/// times the interval at which an agent repeats its report.
inline constexpr Duration report_age_max = std::chrono::seconds{1};

/// A primary that was open for longer has standbys of its own history. Who still
/// holds the one before may have been left behind for as long.
inline constexpr Duration opening_window = std::chrono::seconds{10};

/// How present a node is to the one that judges.
struct Hearing {
    cluster::Liveness liveness = cluster::Liveness::alive;
    Duration report_age{0};  ///< Since its newest report arrived.
};
/// A node that is missing here counts as present.
using Hearings = std::map<NodeId, Hearing>;

/// What the new primary is needed for.
enum class Purpose {
    birth,       ///< The group never had one: every instance has to be heard.
    takeover,    ///< The old appointment is revoked: positions are final once severed.
    switchover,  ///< Planned: the successor follows a living primary.
};

enum class Fitness {
    fit,      ///< May be promoted.
    lossy,    ///< Only if an operator accepts the loss.
    awaited,  ///< Will probably be fit in a moment.
    unfit,    ///< Cannot be promoted now.
};

/// One instance as a candidate, with the reason in words.
struct Standing {
    InstanceId instance;
    Fitness fitness = Fitness::unfit;
    std::uint64_t offset = 0;
    std::string why;
    bool held_back = false;  ///< Its priority of 0 alone keeps it from being chosen.
    bool moving = false;     ///< Its position is not final.
    bool strayed = false;    ///< It also holds bytes that the group never had.
};

struct Choice {
    Candidate verdict = Candidate::none;
    InstanceId best;
    std::vector<Standing> standings;  ///< In the order of the declaration.
    std::string unproven;  ///< Why a promise would be broken by `best`; empty: it would not.
};

struct Election {
    const cluster::GroupState* group = nullptr;
    /// Newest report of each instance whose node is heard; others are missing.
    cluster::InstanceReports reports;
    const Hearings* hearings = nullptr;  ///< Asked for a switchover only; null: no doubts.
    std::map<NodeId, cluster::Duty> duties;  ///< Nodes that are missing here are active.
    std::set<NodeId> stalled;  ///< Nodes whose disk takes no writes: no target of a switchover.
    Purpose purpose = Purpose::takeover;
    InstanceId target;  ///< Wanted by an operator; empty: the best.
    InstanceId avoid;   ///< An operator wants it moved away from here, if anyone else is fit.
    bool loss_accepted = false;
    bool lease_over = false;     ///< Takeover: the former primary can act no more.
    bool patience_over = false;  ///< Nobody is waited for any more, but for:
    bool further_patience_over = true;  ///< those who are heard to hold more than the others.
    bool foreseen = false;       ///< Takeover, asked before the revocation: positions as reported.
    /// The present history was begun at most `opening_window` before its primary
    /// was lost, as far as the one who judges has seen it.
    bool just_opened = false;
};

[[nodiscard]] Choice choose(const Election& election);

/// Why nothing planned may rely on `node` now; empty if it is well heard.
[[nodiscard]] std::string doubt_about(const NodeId& node, const Hearings& hearings);

/// The choice as one line of text: "b fit at 4711; c unfit: its node is silent".
[[nodiscard]] std::string describe(const Choice& choice);

}  // namespace baton::failover
