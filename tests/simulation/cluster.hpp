#pragma once

/// A whole cluster in one thread: nodes, servers, fronts, clients, and the
/// checkers that watch them. What goes wrong in it is decided elsewhere.

#include "simulation/checkers/acknowledged_after_revoke.hpp"
#include "simulation/checkers/best_promoted.hpp"
#include "simulation/checkers/bounded.hpp"
#include "simulation/checkers/confirmed_kept.hpp"
#include "simulation/checkers/election_safety.hpp"
#include "simulation/checkers/epoch_monotonic.hpp"
#include "simulation/checkers/fencing_tokens.hpp"
#include "simulation/checkers/log_matching.hpp"
#include "simulation/checkers/no_minority_promotion.hpp"
#include "simulation/checkers/no_wipe.hpp"
#include "simulation/checkers/no_wrong_answer.hpp"
#include "simulation/checkers/single_writer.hpp"
#include "simulation/checkers/state_digest.hpp"
#include "simulation/checkers/switchover_keeps_all.hpp"
#include "simulation/clients.hpp"
#include "simulation/sim_node.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

struct Setup {
    std::uint64_t seed = 1;
    std::size_t nodes = 3;
    std::size_t front_clients = 2;
    bool direct_clients = true;
    bool verbose = false;
    cluster::Group group{};  ///< Settings; id and instances are filled in.
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
    [[nodiscard]] History& history() { return history_; }
    [[nodiscard]] SimNode& node(const std::string& name) { return *nodes_.at(NodeId{name}); }
    [[nodiscard]] const std::vector<NodeId>& names() const { return names_; }
    [[nodiscard]] RedisModel& server_on(const NodeId& node);
    [[nodiscard]] const GroupId& group() const { return setup_.group.id; }

    /// The state of the group as the most advanced running node applied it; null before.
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
    void check_confirmed() { confirmed_kept_.opened(server_on(primary_node()), history_); }
    [[nodiscard]] const SingleWriter& writers() const { return single_writer_; }
    [[nodiscard]] std::uint64_t promotions() const { return promotions_; }
    [[nodiscard]] std::uint64_t switchovers() const { return switchover_keeps_all_.judged(); }
    /// What the present primary does not hold of the writes that count: those
    /// acknowledged, and those among them that `WAIT` confirmed. A group with
    /// durability `async` promises neither after a failover.
    [[nodiscard]] std::uint64_t lost_writes();
    [[nodiscard]] std::uint64_t lost_confirmed_writes();

    /// The node's agent dies and its directory is replaced by an empty one; an
    /// operator admits it until it is a member again.
    void replace_directory(const NodeId& node);
    [[nodiscard]] bool replacing() const { return replacing_; }
    /// Every directory is known, no replacement is under way, everybody votes.
    [[nodiscard]] bool members_complete();

private:
    [[nodiscard]] cluster::Topology topology();
    [[nodiscard]] NodeSurroundings surroundings(const cluster::Topology& topology);
    void add_node(const NodeId& name, const NodeSurroundings& around);
    void add_server(const cluster::Instance& instance);
    void add_clients();
    void published(const NodeId& node, const runtime::MemberView& view);
    void emitted(const NodeId& node, const Event& event);
    void admit(const NodeId& node, Incarnation fresh);
    [[nodiscard]] std::uint64_t count_lost(const std::function<bool(const WriteRecord&)>& counts);
    void sample();
    void note_contact();
    [[nodiscard]] bool in_contact(const NodeId& a, const NodeId& b);

    Setup setup_;
    World world_;
    Network network_{world_};
    Switchboard board_;
    History history_;
    std::vector<NodeId> names_;
    std::map<cluster::Endpoint, std::unique_ptr<RedisModel>> servers_;
    std::map<NodeId, std::unique_ptr<SimNode>> nodes_;
    std::vector<std::unique_ptr<FrontClient>> front_clients_;
    std::vector<std::unique_ptr<DirectClient>> direct_clients_;
    std::uint64_t promotions_ = 0;
    bool replacing_ = false;
    std::map<NodeId, Incarnation> directories_;  ///< Present directory of each node.

    ElectionSafety election_safety_{world_};
    LogMatching log_matching_{world_};
    StateDigest state_digest_{world_};
    EpochMonotonic epoch_monotonic_{world_};
    SingleWriter single_writer_{world_};
    AcknowledgedAfterRevoke acknowledged_after_revoke_{world_};
    FencingTokens fencing_tokens_{world_};
    NoWrongAnswer no_wrong_answer_{world_};
    NoWipe no_wipe_{world_};
    NoMinorityPromotion no_minority_promotion_{world_, cluster::Settings{}.lease};
    BestPromoted best_promoted_{world_};
    ConfirmedKept confirmed_kept_{world_, setup_.group};
    SwitchoverKeepsAll switchover_keeps_all_{world_};
    Bounded bounded_{world_};
};

}  // namespace baton::simulation
