#pragma once

/// One group of a simulated cluster: its servers, those who write to it, and
/// the checkers that watch it and no other.

#include "simulation/checkers/acknowledged_after_revoke.hpp"
#include "simulation/checkers/best_promoted.hpp"
#include "simulation/checkers/confirmed_kept.hpp"
#include "simulation/checkers/no_minority_promotion.hpp"
#include "simulation/checkers/no_silent_loss.hpp"
#include "simulation/checkers/no_wipe.hpp"
#include "simulation/checkers/no_wrong_answer.hpp"
#include "simulation/checkers/orders_kept.hpp"
#include "simulation/checkers/single_writer.hpp"
#include "simulation/checkers/switchover_keeps_all.hpp"
#include "simulation/clients.hpp"
#include "simulation/consent.hpp"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace baton::simulation {

/// Who writes to a group.
struct Writers {
    std::size_t through_fronts = 2;
    Duration pace = milliseconds{8};  ///< Between two writes of one of them.
    bool direct = true;               ///< And one straight to each server.
    bool seeking = true;              ///< And one to whoever says to be primary.
};

class SimGroup {
public:
    SimGroup(World& world, cluster::Group declared, Duration lease)
        : world_(world), declared_(std::move(declared)), no_minority_promotion_(world, lease) {}

    /// `opening` runs before a server that opens is judged.
    void add_server(Network& network, Machine& machine, const cluster::Instance& instance,
                    const FindServer& find, std::function<void()> opening);
    /// They reach all fronts of `machines`; `api` and `nodes` answer who is primary.
    void add_clients(const std::vector<Machine*>& machines, const Writers& writers,
                     SeekingClient::Surroundings seeking);
    void add_front(Machine& machine) { doors_.machines.push_back(&machine); }

    /// Some node, the first of all, has applied the log up to `last`.
    void declared_anew(const cluster::GroupState& group);
    /// Some node applied this state of the group.
    void applied(const cluster::GroupState& group, LogIndex last);
    /// Whether `node` is in touch with a majority, over a network that is `quiet`.
    void contact(const NodeId& node, bool majority, bool quiet);
    /// The agent of `node`, whose clock shows `at`, is asked who is primary.
    void asked(const NodeId& node, const runtime::MemberView& view, Instant at) {
        no_wrong_answer_.asked(node, view, id(), at, acknowledged_after_revoke_.newest());
    }
    /// The API of `node` says that it has the primary of `epoch`.
    void answered(const NodeId& node, Epoch epoch) {
        no_wrong_answer_.answered(node, epoch, acknowledged_after_revoke_.newest());
    }
    /// These writes of one of its servers are in quarantine; operators heard that event.
    void kept(const InstanceId& server, const std::vector<std::uint64_t>& writes) {
        no_silent_loss_.kept(server, writes);
    }
    void emitted(const Event& event) { no_silent_loss_.emitted(event); }
    /// An operator was told that his order is in this entry.
    void accepted(LogIndex entry, std::string rule) {
        orders_kept_.accepted(entry, std::move(rule));
    }
    /// An operator accepts that the next failover loses writes.
    void accept_loss() { consent_.given(acknowledged_after_revoke_.newest()); }
    /// His order was refused.
    void refuse_loss() { consent_.refused(); }
    /// Judges what `primary` holds of confirmed writes.
    void check_confirmed(const RedisModel& primary) { confirmed_kept_.check(primary); }

    [[nodiscard]] const GroupId& id() const { return declared_.id; }
    /// As agreed on last.
    [[nodiscard]] const cluster::Group& declared() const { return declared_; }
    [[nodiscard]] History& history() { return history_; }
    /// The server on `node`; null: none was ever declared there.
    [[nodiscard]] RedisModel* server_on(const NodeId& node);
    [[nodiscard]] const std::map<NodeId, std::unique_ptr<RedisModel>>& servers() const {
        return servers_;
    }
    [[nodiscard]] std::uint64_t promotions() const { return promotions_; }
    [[nodiscard]] std::uint64_t switchovers() const { return switchover_keeps_all_.switchovers(); }
    /// How many of the writes that count are not among those that `server` holds.
    [[nodiscard]] std::uint64_t lost(const RedisModel& server,
                                     const std::function<bool(const WriteRecord&)>& counts) const;

private:
    [[nodiscard]] RedisWatch watch(std::function<void()> opening);
    [[nodiscard]] RedisModel* find_server(const InstanceId& instance);
    void opened(const RedisModel& server);
    void compare_with_others(const RedisModel& server, bool loss_accepted);

    World& world_;
    cluster::Group declared_;
    History history_;
    Writers writers_;
    Doors doors_;
    std::map<NodeId, std::unique_ptr<RedisModel>> servers_;
    std::vector<std::unique_ptr<FrontClient>> front_clients_;
    std::vector<std::unique_ptr<DirectClient>> direct_clients_;
    std::unique_ptr<SeekingClient> seeking_client_;
    std::uint64_t promotions_ = 0;
    /// Whom an operator wanted to be replaced in that epoch, whatever it holds.
    std::map<Epoch, InstanceId> avoided_;
    Consent consent_;

    SingleWriter single_writer_{world_};
    AcknowledgedAfterRevoke acknowledged_after_revoke_{world_};
    NoWrongAnswer no_wrong_answer_{world_};
    NoSilentLoss no_silent_loss_{world_};
    NoWipe no_wipe_{world_};
    NoMinorityPromotion no_minority_promotion_;
    BestPromoted best_promoted_{world_};
    ConfirmedKept confirmed_kept_{world_, declared_};
    SwitchoverKeepsAll switchover_keeps_all_{world_};
    OrdersKept orders_kept_{world_};
};

}  // namespace baton::simulation
