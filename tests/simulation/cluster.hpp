#pragma once

/// A whole cluster in one thread: nodes, servers, fronts, clients, and the checkers that watch
/// them. What goes wrong, and what is asked, is decided elsewhere; both change who is there.

#include "simulation/api_client.hpp"
#include "simulation/checkers/bounded.hpp"
#include "simulation/checkers/election_safety.hpp"
#include "simulation/checkers/epoch_monotonic.hpp"
#include "simulation/checkers/fencing_tokens.hpp"
#include "simulation/checkers/log_matching.hpp"
#include "simulation/checkers/routes_follow_primary.hpp"
#include "simulation/checkers/state_digest.hpp"
#include "simulation/setup.hpp"
#include "simulation/sim_node.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

class Cluster {
public:
    explicit Cluster(Setup setup);
    ~Cluster();

    /// Runs on; false when a property broke.
    bool run_for(Duration time);
    /// Runs until `condition` holds, at most for `limit`.
    bool run_until(const std::function<bool()>& condition, Duration limit);
    /// One primary, everyone in sync, every front current, writes acknowledged.
    [[nodiscard]] bool steady() { return unsteady_because().empty(); }
    bool run_until_steady(Duration limit);
    /// What is missing for `steady`, in words.
    [[nodiscard]] std::string unsteady_because();

    [[nodiscard]] const Setup& setup() const { return setup_; }
    [[nodiscard]] World& world() { return world_; }
    [[nodiscard]] Network& network() { return network_; }
    [[nodiscard]] Switchboard& board() { return board_; }
    [[nodiscard]] ApiClient& api() { return api_; }
    [[nodiscard]] const Power& power() const { return power_; }
    /// Those whose machines are part of the cluster or are being added to it.
    [[nodiscard]] const std::vector<NodeId>& names() const { return names_; }
    [[nodiscard]] bool has(const NodeId& name) const;
    [[nodiscard]] SimNode& node(const std::string& name) { return *nodes_.at(NodeId{name}); }
    [[nodiscard]] const std::vector<std::unique_ptr<SimGroup>>& groups() const { return groups_; }

    // Where there is one group, or the first is as good as any:
    [[nodiscard]] const GroupId& group() const { return groups_.front()->id(); }
    [[nodiscard]] History& history() { return groups_.front()->history(); }
    /// Null: there never was one.
    [[nodiscard]] RedisModel* find_server(const NodeId& node) {
        return groups_.front()->server_on(node);
    }
    [[nodiscard]] RedisModel& server_on(const NodeId& node);

    /// Of the running agent that has applied most; null before any did.
    [[nodiscard]] const runtime::MemberView* agreed_view();
    /// What it applied.
    [[nodiscard]] std::shared_ptr<const cluster::State> agreed_state();
    /// The group in it; null before.
    [[nodiscard]] const cluster::GroupState* agreed();
    /// The node of the agreed primary; empty: none yet.
    [[nodiscard]] NodeId primary_node();
    [[nodiscard]] std::vector<NodeId> standby_nodes();
    /// The running leader of the newest term; null: none.
    [[nodiscard]] SimNode* leader();

    /// Asks the leader, past its API; a sentence of the story says what came of it.
    void propose(const cluster::Command& command);
    /// An operator asks for a failover that may lose writes; his order was refused.
    void accept_loss();
    void refuse_loss();
    /// An API answered an order with this.
    void accepted(const nlohmann::json& answer);
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
    [[nodiscard]] bool replacing() const { return replacing_; }
    /// Every directory is known, nobody comes or goes, everybody votes who may.
    [[nodiscard]] bool members_complete();

    /// Machines get the servers that are to be declared; they do not run yet.
    void install(const cluster::Topology& wanted);
    /// Somebody else's server, which may be told to copy any of ours.
    [[nodiscard]] std::unique_ptr<RedisModel> make_stranger();
    /// Of a node that there never was; empty: that would be too many.
    [[nodiscard]] NodeId unused_name() const;
    /// A machine for a node that was added, and its agent with an empty directory.
    void start_node(const NodeId& name);
    /// Takes the machine of a node that has left away.
    void retire(const NodeId& name);

private:
    [[nodiscard]] NodeSurroundings surroundings();
    void add_node(const NodeId& name, const cluster::Topology& file);
    void add_group(const cluster::Group& declared);
    void add_server(SimGroup& group, const cluster::Instance& instance);
    [[nodiscard]] RedisModel* listening_at(const cluster::Endpoint& endpoint) const;
    [[nodiscard]] SimGroup* find_group(const GroupId& id) const;
    [[nodiscard]] std::string unsteady_because(SimGroup& group, const cluster::State& state);
    [[nodiscard]] std::string unwell_because(const cluster::Instance& declared, SimGroup& group,
                                             const InstanceId& primary);
    void published(const NodeId& node, const runtime::MemberView& view);
    void emitted(const NodeId& node, const Event& event);
    void answered(const NodeId& node, const api::Request& request, const api::Response& response);
    void admit(const NodeId& node, Incarnation fresh);
    void sample();
    void note_contact();
    [[nodiscard]] bool in_contact(const NodeId& a, const NodeId& b);
    [[nodiscard]] bool in_majority(const NodeId& node);
    [[nodiscard]] bool misplaced(const SimNode& leader, const cluster::State& state);

    Setup setup_;
    World world_;
    Network network_{world_};
    Switchboard board_;
    std::vector<NodeId> names_;
    std::vector<std::unique_ptr<SimGroup>> groups_;
    std::map<cluster::Endpoint, std::vector<RedisModel*>> may_listen_;  ///< As declared.
    std::map<NodeId, std::unique_ptr<SimNode>> nodes_;
    ApiClient api_;
    Power power_;
    LogIndex newest_;  ///< Applied by anybody.
    bool replacing_ = false;
    std::map<NodeId, Incarnation> directories_;  ///< Present directory of each node.

    ElectionSafety election_safety_{world_};
    LogMatching log_matching_{world_};
    StateDigest state_digest_{world_};
    EpochMonotonic epoch_monotonic_{world_};
    FencingTokens fencing_tokens_{world_};
    RoutesFollowPrimary routes_follow_primary_{world_};
    Bounded bounded_{world_, setup_.groups};
};

}  // namespace baton::simulation
