#pragma once

/// A whole cluster in one thread: nodes, servers, fronts, clients, and the
/// checkers that watch them. What goes wrong in it is decided elsewhere.

#include "simulation/checkers/bounded.hpp"
#include "simulation/checkers/election_safety.hpp"
#include "simulation/checkers/epoch_monotonic.hpp"
#include "simulation/checkers/fencing_tokens.hpp"
#include "simulation/checkers/log_matching.hpp"
#include "simulation/checkers/state_digest.hpp"
#include "simulation/sim_group.hpp"
#include "simulation/sim_node.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

struct Setup {
    std::uint64_t seed = 1;
    std::size_t nodes = 3;
    Writers writers{};  ///< Of each group.
    bool verbose = false;
    bool kernel_leases = false;  ///< Machines have them, and guards that are late.
    cluster::Group group{};      ///< Settings of every group; id and instances are filled in.
    std::size_t groups = 1;
    std::size_t copies = 0;  ///< Servers of each group, spread over the nodes; 0: one on each node.
    /// How wrong the clock of each node is; empty: by up to 0.1 %, at random.
    std::vector<std::int64_t> drift_ppm{};
};

class Cluster {
public:
    explicit Cluster(Setup setup);
    ~Cluster();

    /// Runs on; false when a property broke.
    bool run_for(Duration time);
    /// Runs until `condition` holds, at most for `limit`.
    bool run_until(const std::function<bool()>& condition, Duration limit);
    /// One primary, everyone in sync, every front current, writes acknowledged.
    [[nodiscard]] bool steady();
    bool run_until_steady(Duration limit) {
        return run_until([this] { return steady(); }, limit);
    }
    /// What is missing for `steady`, in words.
    [[nodiscard]] std::string unsteady_because();

    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] Network& network() { return network_; }
    [[nodiscard]] Switchboard& board() { return board_; }
    [[nodiscard]] SimNode& node(const std::string& name) { return *nodes_.at(NodeId{name}); }
    [[nodiscard]] const std::vector<NodeId>& names() const { return names_; }
    [[nodiscard]] const std::vector<std::unique_ptr<SimGroup>>& groups() const { return groups_; }

    // Where there is one group, or the first is as good as any:
    [[nodiscard]] const GroupId& group() const { return groups_.front()->id(); }
    [[nodiscard]] History& history() { return groups_.front()->history(); }
    [[nodiscard]] RedisModel& server_on(const NodeId& node);

    /// What the most advanced running node applied; null before any did.
    [[nodiscard]] std::shared_ptr<const cluster::State> agreed_state();
    /// The group in it; null before.
    [[nodiscard]] const cluster::GroupState* agreed();
    /// The node of the agreed primary; empty: none yet.
    [[nodiscard]] NodeId primary_node();
    [[nodiscard]] std::vector<NodeId> standby_nodes();
    /// The running leader of the newest term; null: none.
    [[nodiscard]] SimNode* leader();

    /// Asks the leader; outcomes come in `Cluster::answers`.
    void propose(const cluster::Command& command);
    /// From now on an operator has accepted that writes are lost.
    void accept_loss();
    /// Judges what the present primary holds of a replicated group's confirmed writes.
    void check_confirmed() { groups_.front()->check_confirmed(server_on(primary_node())); }
    [[nodiscard]] std::uint64_t promotions() const { return groups_.front()->promotions(); }
    [[nodiscard]] std::uint64_t switchovers() const { return groups_.front()->switchovers(); }
    /// What the present primary does not hold of the writes that count: those
    /// acknowledged, and those among them that `WAIT` confirmed. A group with
    /// durability `async` promises neither after a failover.
    [[nodiscard]] std::uint64_t lost_writes();
    [[nodiscard]] std::uint64_t lost_confirmed_writes();

    /// The node's agent dies and its directory is replaced by an empty one; an
    /// operator admits it until it is a member again.
    void replace_directory(const NodeId& node);
    [[nodiscard]] Incarnation directory_of(const NodeId& node) const {
        return directories_.at(node);
    }
    [[nodiscard]] bool replacing() const { return replacing_; }
    /// Every directory is known, no replacement is under way, everybody votes.
    [[nodiscard]] bool members_complete();

private:
    [[nodiscard]] cluster::Topology topology() const;
    [[nodiscard]] cluster::Group declare_group(std::size_t number) const;
    [[nodiscard]] NodeSurroundings surroundings(const cluster::Topology& topology);
    void add_node(const NodeId& name, const NodeSurroundings& around);
    void add_group(const cluster::Group& declared);
    [[nodiscard]] std::string unsteady_because(SimGroup& group, const cluster::GroupState& state);
    void published(const NodeId& node, const runtime::MemberView& view);
    void emitted(const NodeId& node, const Event& event);
    void admit(const NodeId& node, Incarnation fresh);
    void sample();
    void note_contact();
    [[nodiscard]] bool in_contact(const NodeId& a, const NodeId& b);

    Setup setup_;
    World world_;
    Network network_{world_};
    Switchboard board_;
    std::vector<NodeId> names_;
    std::vector<std::unique_ptr<SimGroup>> groups_;
    std::map<cluster::Endpoint, RedisModel*> listening_;
    std::map<NodeId, std::unique_ptr<SimNode>> nodes_;
    bool replacing_ = false;
    std::map<NodeId, Incarnation> directories_;  ///< Present directory of each node.

    ElectionSafety election_safety_{world_};
    LogMatching log_matching_{world_};
    StateDigest state_digest_{world_};
    EpochMonotonic epoch_monotonic_{world_};
    FencingTokens fencing_tokens_{world_};
    Bounded bounded_{world_, setup_.groups};
};

}  // namespace baton::simulation
