#include "simulation/cluster.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration sample_interval = milliseconds{10};
/// Beyond its margin, and beyond a lease and the time that a takeover needs.
constexpr Duration guard_far_too_late = seconds{2};

constexpr std::int64_t drift_ppm_max = 1000;

Clock any_clock(Random& random) {
    const auto ppm = static_cast<std::int64_t>(random.below(2 * drift_ppm_max + 1));
    return {random.between(seconds{10}, seconds{100'000}), ppm - drift_ppm_max};
}

/// The first group has the ports that everybody knows.
std::uint16_t port_of(std::size_t number, std::uint16_t first, std::uint16_t more) {
    return number == 0 ? first : static_cast<std::uint16_t>(more + number);
}

}  // namespace

Cluster::Cluster(Setup setup) : setup_(std::move(setup)), world_(setup_.seed) {
    if (setup_.verbose) world_.speak();
    for (std::size_t i = 0; i < setup_.nodes; ++i) {
        names_.emplace_back(std::string(1, static_cast<char>('a' + i)));
    }
    const cluster::Topology plan = topology();
    const NodeSurroundings around = surroundings(plan);
    for (const NodeId& name : names_) add_node(name, around);
    for (const cluster::Group& group : plan.groups) add_group(group);
    for (const auto& [name, node] : nodes_) {
        world_.after(world_.random().between(Duration{0}, milliseconds{300}),
                     [each = node.get()] { each->start_agent(); });
    }
    sample();
}

/// Agents first: what they point to outlives them.
Cluster::~Cluster() {
    for (const auto& [name, node] : nodes_) node->kill_agent(false);
}

cluster::Topology Cluster::topology() const {
    cluster::Topology plan;
    plan.name = "simulated";
    for (const NodeId& name : names_) {
        cluster::Node node;
        node.id = name;
        node.peer = {"host-" + name.text, 7000};
        node.api = {"host-" + name.text, 8000};
        plan.nodes.push_back(node);
    }
    for (std::size_t i = 0; i < setup_.groups; ++i) plan.groups.push_back(declare_group(i));
    return plan;
}

/// Neighbours in number begin on neighbouring nodes.
cluster::Group Cluster::declare_group(std::size_t number) const {
    cluster::Group group = setup_.group;
    group.id = GroupId{number == 0 ? "orders" : "orders-" + std::to_string(number)};
    group.write_port = port_of(number, 6380, 20'000);
    group.read_port = port_of(number, 6381, 30'000);
    const std::size_t copies = setup_.copies == 0 ? names_.size() : setup_.copies;
    for (std::size_t i = 0; i < copies; ++i) {
        const NodeId& node = names_[(number + i) % names_.size()];
        cluster::Instance instance;
        instance.id = InstanceId{group.id.text + "-" + node.text};
        instance.node = node;
        instance.endpoint = {"host-" + node.text, port_of(number, 6379, 10'000)};
        instance.data = "/data/" + instance.id.text;
        group.instances.push_back(instance);
    }
    return group;
}

NodeSurroundings Cluster::surroundings(const cluster::Topology& plan) {
    NodeSurroundings around;
    around.world = &world_;
    around.network = &network_;
    around.board = &board_;
    around.find = [this](const cluster::Endpoint& endpoint) -> RedisModel* {
        const auto found = listening_.find(endpoint);
        return found == listening_.end() ? nullptr : found->second;
    };
    around.kernel_leases = setup_.kernel_leases;
    around.options.topology = plan;
    around.options.topology_digest = "same";
    // Small, so that snapshots are taken, sent and replayed in every run.
    around.options.consensus.snapshot_threshold = 10 + world_.random().below(40);
    around.options.consensus.keep_entries = world_.random().below(10);
    if (setup_.groups > 1) around.options.consensus = {};
    around.started = [this](const NodeId& node) { epoch_monotonic_.restarted(node); };
    around.published = [this](const NodeId& node, const runtime::MemberView& view) {
        world_.aside([&] { published(node, view); });
    };
    around.emitted = [this](const NodeId& node, const Event& event) {
        world_.aside([&] { emitted(node, event); });
    };
    around.kept = [this](const InstanceId& server, const std::vector<std::uint64_t>& writes) {
        for (const auto& group : groups_) group->kept(server, writes);
    };
    around.front_switched = [this](const NodeId& node, const FrontRoute& route) {
        epoch_monotonic_.served(node, route);
        fencing_tokens_.served(node, route);
    };
    return around;
}

void Cluster::add_node(const NodeId& name, const NodeSurroundings& around) {
    Identity identity{name, Incarnation{world_.random().next() | 1U}, ClusterId{}};
    directories_[name] = identity.incarnation;
    Clock clock = any_clock(world_.random());
    if (!setup_.drift_ppm.empty()) clock.drift_ppm = setup_.drift_ppm.at(nodes_.size());
    nodes_[name] =
        std::make_unique<SimNode>(around, name, clock, std::move(identity),
                                  [this](const raft::Entry& entry, std::optional<Term> before) {
                                      log_matching_.written(entry, before);
                                  });
    if (setup_.kernel_leases) nodes_[name]->machine().delay_guard(guard_far_too_late);
}

void Cluster::add_group(const cluster::Group& declared) {
    groups_.push_back(std::make_unique<SimGroup>(world_, declared, cluster::Settings{}.lease));
    SimGroup& group = *groups_.back();
    const FindServer find = [this](const cluster::Endpoint& endpoint) -> RedisModel* {
        const auto found = listening_.find(endpoint);
        return found == listening_.end() ? nullptr : found->second;
    };
    for (const cluster::Instance& each : declared.instances) {
        group.add_server(network_, nodes_.at(each.node)->machine(), find,
                         [this] { note_contact(); });
        listening_[each.endpoint] = group.server_on(each.node);
    }
    std::vector<Machine*> machines;
    for (const auto& [name, node] : nodes_) machines.push_back(&node->machine());
    group.add_clients(machines, setup_.writers);
}

void Cluster::published(const NodeId& node, const runtime::MemberView& view) {
    if (!view.formed) return;
    election_safety_.seen(node, view.raft);
    state_digest_.seen(node, view);
    epoch_monotonic_.applied(node, *view.state);
    for (const auto& group : groups_) {
        if (const cluster::GroupState* state = view.state->group(group->id())) {
            group->applied(*state);
        }
    }
    const auto own = view.reports.find(node);
    if (own != view.reports.end()) fencing_tokens_.reported(own->second);
}

void Cluster::emitted(const NodeId& node, const Event& event) {
    bounded_.told(node);
    for (const auto& group : groups_) group->emitted(event);
    std::string line = event.name + ": " + event.sentence;
    for (const auto& [key, value] : event.fields) {
        if (key == "candidates") line += " [" + value + "]";
    }
    world_.note(node.text, line);
}

/// An agent with an emptied directory takes no part until it is admitted: what
/// its server holds is known to nobody.
bool Cluster::in_contact(const NodeId& a, const NodeId& b) {
    const SimNode& other = *nodes_.at(b);
    const bool takes_part = other.agent_runs() && other.agent()->view().formed;
    return takes_part && (a == b || network_.open_both(a, b));
}

void Cluster::note_contact() {
    for (const auto& [name, node] : nodes_) {
        const auto reached = std::ranges::count_if(
            names_, [&, self = name](const NodeId& other) { return in_contact(self, other); });
        const bool majority =
            in_contact(name, name) && static_cast<std::size_t>(reached) * 2 > names_.size();
        for (const auto& group : groups_) {
            group->contact(name, majority, !network_.disturbed());
        }
    }
}

void Cluster::sample() {
    note_contact();
    for (const auto& [name, node] : nodes_) {
        if (!node->agent_runs()) continue;
        if (!node->machine().paused()) {
            const Instant shown = node->machine().now();
            for (const auto& group : groups_) group->asked(name, node->agent()->view(), shown);
        }
        const raft::Status& raft = node->agent()->view().raft;
        bounded_.seen(
            name,
            {raft.last_index.value - std::min(raft.last_index, raft.first_index).value,
             node->agent()->longest_queue(), node->disk().waiting(),
             node->agent()->consensus_loop().waiting() + node->agent()->working_loop().waiting()});
    }
    world_.after(sample_interval, [this] { sample(); });
}

bool Cluster::run_for(Duration time) {
    world_.run_until(world_.now() + time);
    return world_.broken().empty();
}

bool Cluster::run_until(const std::function<bool()>& condition, Duration limit) {
    const Instant end = world_.now() + limit;
    while (world_.now() < end && world_.broken().empty()) {
        if (condition()) return true;
        world_.run_until(std::min(end, world_.now() + milliseconds{5}));
    }
    return world_.broken().empty() && condition();
}

RedisModel& Cluster::server_on(const NodeId& node) {
    RedisModel* server = groups_.front()->server_on(node);
    return server == nullptr ? *groups_.front()->server_on(names_.front()) : *server;
}

std::shared_ptr<const cluster::State> Cluster::agreed_state() {
    const runtime::MemberView* best = nullptr;
    for (const auto& [name, node] : nodes_) {
        if (!node->agent_runs() || !node->agent()->view().formed) continue;
        const runtime::MemberView& view = node->agent()->view();
        if (best == nullptr || view.applied > best->applied) best = &view;
    }
    return best == nullptr ? nullptr : best->state;
}

const cluster::GroupState* Cluster::agreed() {
    const auto state = agreed_state();
    return state == nullptr ? nullptr : state->group(group());
}

NodeId Cluster::primary_node() {
    const cluster::GroupState* group = agreed();
    if (group == nullptr || !group->primary) return {};
    return group->declared.find(group->primary)->node;
}

std::vector<NodeId> Cluster::standby_nodes() {
    std::vector<NodeId> found;
    const NodeId primary = primary_node();
    for (const NodeId& name : names_) {
        if (name != primary) found.push_back(name);
    }
    return found;
}

SimNode* Cluster::leader() {
    SimNode* best = nullptr;
    for (const auto& [name, node] : nodes_) {
        if (!node->agent_runs()) continue;
        const raft::Status& raft = node->agent()->view().raft;
        if (raft.role != raft::Role::leader) continue;
        if (best == nullptr || raft.term > best->agent()->view().raft.term) best = node.get();
    }
    return best;
}

bool Cluster::steady() {
    return unsteady_because().empty();
}

std::string Cluster::unsteady_because() {
    SimNode* first = leader();
    if (first == nullptr) return "no leader";
    const runtime::MemberView& view = first->agent()->view();
    if (!view.formed || !view.raft.quorum_active) return "the leader has no quorum";
    if (!members_complete()) return "the membership is not complete";
    for (const auto& group : groups_) {
        const std::string why = unsteady_because(*group, *view.state->group(group->id()));
        if (!why.empty()) return why;
    }
    return {};
}

std::string Cluster::unsteady_because(SimGroup& group, const cluster::GroupState& state) {
    if (state.phase != cluster::Phase::steady) {
        return group.id().text + " is " + std::string(cluster::name_of(state.phase)) +
               (state.decisions.empty() ? "" : ", last rule " + state.decisions.back().rule);
    }
    const NodeId primary = state.declared.find(state.primary)->node;
    for (const auto& [name, node] : nodes_) {
        if (!node->agent_runs()) return "the agent of " + name.text + " does not run";
        if (node->machine().front().writer(group.id()) != state.primary) {
            return "the front of " + name.text + " does not serve " + state.primary.text;
        }
        const RedisModel* server = group.server_on(name);
        if (server == nullptr) continue;
        const bool well =
            name == primary ? server->is_primary() && !server->frozen() : server->in_sync();
        if (!well) return server->id().text + " is not well";
    }
    if (group.history().last_front_acknowledgement() + milliseconds{500} < world_.now()) {
        return "no write was acknowledged through a front lately";
    }
    return {};
}

void Cluster::propose(const cluster::Command& command) {
    SimNode* first = leader();
    if (first == nullptr) return;
    first->agent()->consensus_loop().post([this, first, command] {
        first->agent()->member().propose(
            command, [this](const Result<cluster::EntryReference>& done) {
                world_.note("operator", done ? "the request was accepted" : done.error().message);
            });
    });
}

void Cluster::accept_loss() {
    for (const auto& group : groups_) group->accept_loss();
}

std::uint64_t Cluster::lost_writes() {
    return groups_.front()->lost(server_on(primary_node()), [](const WriteRecord& each) {
        return each.outcome == Outcome::acknowledged;
    });
}

std::uint64_t Cluster::lost_confirmed_writes() {
    return groups_.front()->lost(server_on(primary_node()),
                                 [](const WriteRecord& each) { return each.confirmed; });
}

void Cluster::replace_directory(const NodeId& node) {
    const Incarnation fresh{world_.random().next() | 1U};
    directories_[node] = fresh;
    replacing_ = true;
    SimNode& replaced = *nodes_.at(node);
    replaced.kill_agent(false);
    replaced.disk().wipe(fresh);
    replaced.start_agent();
    admit(node, fresh);
}

/// An operator who repeats himself: a request may die with its leader.
void Cluster::admit(const NodeId& node, Incarnation fresh) {
    constexpr Duration repeat = milliseconds{700};
    if (directories_.at(node) != fresh) return;
    if (members_complete()) {
        replacing_ = false;
        return;
    }
    SimNode* first = leader();
    if (first != nullptr && first->agent()->view().formed) {
        const cluster::NodeState& known = first->agent()->view().state->nodes.at(node);
        const bool asked = known.replacing == fresh || known.incarnation == fresh;
        if (!asked) propose(cluster::ReplaceNode{node, fresh, "operator", 0});
    }
    world_.after(repeat, [this, node, fresh] { admit(node, fresh); });
}

bool Cluster::members_complete() {
    SimNode* first = leader();
    if (first == nullptr || !first->agent()->view().formed) return false;
    const runtime::MemberView& view = first->agent()->view();
    if (!view.raft.quorum_active) return false;
    return std::ranges::all_of(view.state->nodes, [&](const auto& item) {
        return item.second.replacing.value == 0 &&
               item.second.incarnation == directories_.at(item.first) &&
               view.raft.membership.is_voter(item.first);
    });
}

}  // namespace baton::simulation
