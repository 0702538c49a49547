// How a cluster comes to be, grows and is watched. What it looks like from outside is
// in cluster_view.cpp.
#include "simulation/cluster.hpp"

#include "config/topology_json.hpp"
#include "simulation/declaration.hpp"

#include <algorithm>
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

/// As the group's decisions call an order that was answered so; empty: not recorded there.
std::string rule_of(const nlohmann::json& answer) {
    const std::string kind = answer.at("request").at("kind").get<std::string>();
    if (kind == "pause") return "group.paused";
    return kind == "resume" ? "group.resumed" : "request.made";
}

}  // namespace

Cluster::Cluster(Setup setup)
    : setup_(std::move(setup)),
      world_(setup_.seed),
      api_(world_,
           {[this] { return names_; },
            [this](const NodeId& name) { return has(name) ? nodes_.at(name).get() : nullptr; }}),
      power_(
          world_, setup_.power, [this](const NodeId& name) { nodes_.at(name)->crash(); },
          [this](const NodeId& name) { nodes_.at(name)->boot(); }) {
    if (setup_.verbose) world_.speak();
    const cluster::Topology plan = topology_of(setup_);
    for (const cluster::Node& node : plan.nodes) names_.push_back(node.id);
    for (const NodeId& name : names_) add_node(name, plan);
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

NodeSurroundings Cluster::surroundings() {
    NodeSurroundings around;
    around.world = &world_;
    around.network = &network_;
    around.board = &board_;
    around.find = [this](const cluster::Endpoint& endpoint) { return listening_at(endpoint); };
    around.kernel_leases = setup_.kernel_leases;
    around.options.topology_digest = "same";
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
    around.cut_off = [this](const NodeId& node, std::function<void(int)> ended) {
        power_.order(node, std::move(ended));
    };
    around.front_switched = [this](const NodeId& node, const FrontRoute& route) {
        routes_follow_primary_.served(node, route);
        fencing_tokens_.served(node, route);
    };
    around.answered = [this](const NodeId& node, const api::Request& request,
                             const api::Response& response) { answered(node, request, response); };
    return around;
}

/// `file`: what a node that starts for the first time goes by.
void Cluster::add_node(const NodeId& name, const cluster::Topology& file) {
    NodeSurroundings around = surroundings();
    around.options.topology = file;
    if (setup_.groups == 1) {
        // Small, so that snapshots are taken, sent and replayed in every run.
        around.options.consensus.snapshot_threshold = 10 + world_.random().below(40);
        around.options.consensus.keep_entries = world_.random().below(10);
    }
    Identity identity{name, Incarnation{world_.random().next() | 1U}, ClusterId{}};
    directories_[name] = identity.incarnation;
    Clock clock = any_clock(world_.random());
    if (nodes_.size() < setup_.drift_ppm.size()) clock.drift_ppm = setup_.drift_ppm[nodes_.size()];
    nodes_[name] =
        std::make_unique<SimNode>(std::move(around), name, clock, std::move(identity),
                                  [this](const raft::Entry& entry, std::optional<Term> before) {
                                      log_matching_.written(entry, before);
                                  });
    if (setup_.kernel_leases) nodes_[name]->machine().delay_guard(guard_far_too_late);
    if (!setup_.guards) nodes_[name]->machine().remove_guard();
}

void Cluster::add_group(const cluster::Group& declared) {
    groups_.push_back(std::make_unique<SimGroup>(world_, declared, cluster::Settings{}.lease));
    SimGroup& group = *groups_.back();
    std::vector<Machine*> machines;
    for (const NodeId& name : names_) machines.push_back(&nodes_.at(name)->machine());
    SeekingClient::Surroundings seeking;
    seeking.api = &api_;
    seeking.nodes = [this] { return names_; };
    group.add_clients(machines, setup_.writers, std::move(seeking));
    for (const cluster::Instance& each : declared.instances) add_server(group, each);
}

void Cluster::add_server(SimGroup& group, const cluster::Instance& instance) {
    group.add_server(
        network_, nodes_.at(instance.node)->machine(), instance,
        [this](const cluster::Endpoint& endpoint) { return listening_at(endpoint); },
        [this] { note_contact(); });
    may_listen_[instance.endpoint].push_back(group.server_on(instance.node));
}

RedisModel* Cluster::listening_at(const cluster::Endpoint& endpoint) const {
    const auto found = may_listen_.find(endpoint);
    if (found == may_listen_.end()) return nullptr;
    const auto listens = [&](const RedisModel* each) { return each->endpoint() == endpoint; };
    const auto one = std::ranges::find_if(
        found->second, [&](const RedisModel* each) { return listens(each) && each->alive(); });
    if (one != found->second.end()) return *one;
    const auto silent = std::ranges::find_if(found->second, listens);
    return silent == found->second.end() ? nullptr : *silent;
}

SimGroup* Cluster::find_group(const GroupId& id) const {
    const auto found =
        std::ranges::find_if(groups_, [&](const auto& each) { return each->id() == id; });
    return found == groups_.end() ? nullptr : found->get();
}

void Cluster::install(const cluster::Topology& wanted) {
    for (const cluster::Group& group : wanted.groups) {
        SimGroup* known = find_group(group.id);
        if (known == nullptr) {
            add_group(group);
            continue;
        }
        for (const cluster::Instance& each : group.instances) {
            RedisModel* server = known->server_on(each.node);
            if (server == nullptr) {
                add_server(*known, each);
                continue;
            }
            auto& there = may_listen_[each.endpoint];
            if (std::ranges::find(there, server) == there.end()) there.push_back(server);
        }
    }
}

std::unique_ptr<RedisModel> Cluster::make_stranger() {
    cluster::Instance nowhere;
    nowhere.id = InstanceId{"stranger"};
    const auto nothing = [](const RedisModel& /*server*/, auto&&... /*what*/) {};
    return std::make_unique<RedisModel>(
        world_, network_, NodeId{"stranger"}, nowhere,
        [this](const cluster::Endpoint& endpoint) { return listening_at(endpoint); },
        RedisWatch{nothing, nothing, nothing, nothing});
}

NodeId Cluster::unused_name() const {
    for (char letter = 'a'; letter <= 'h'; ++letter) {
        const NodeId name{std::string(1, letter)};
        if (!nodes_.contains(name)) return name;
    }
    return {};
}

void Cluster::start_node(const NodeId& name) {
    cluster::Topology file = cluster::topology_of(*agreed_state());
    if (file.find(name) == nullptr) file.nodes.push_back(declared_node(name));
    names_.push_back(name);
    add_node(name, file);
    for (const auto& group : groups_) group->add_front(nodes_.at(name)->machine());
    nodes_.at(name)->start_agent();
}

void Cluster::retire(const NodeId& name) {
    std::erase(names_, name);
    nodes_.at(name)->crash();
    routes_follow_primary_.away(name);
}

bool Cluster::has(const NodeId& name) const {
    return std::ranges::find(names_, name) != names_.end();
}

void Cluster::published(const NodeId& node, const runtime::MemberView& view) {
    if (!view.formed) return;
    election_safety_.seen(node, view.raft);
    state_digest_.seen(node, view);
    epoch_monotonic_.applied(node, *view.state);
    routes_follow_primary_.applied(*view.state);
    const bool newest = view.applied >= newest_;
    newest_ = std::max(newest_, view.applied);
    for (const auto& group : groups_) {
        const cluster::GroupState* state = view.state->group(group->id());
        if (state == nullptr) continue;
        if (newest) group->declared_anew(*state);
        group->applied(*state, view.applied);
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

/// Judged when it is given, not when it arrives.
void Cluster::answered(const NodeId& node, const api::Request& request,
                       const api::Response& response) {
    constexpr int here = 200;
    if (request.path != "/primary" || response.status != here) return;
    std::map<std::string, std::string> headers(response.headers.begin(), response.headers.end());
    SimGroup* group = find_group(GroupId{headers["X-Baton-Group"]});
    if (group != nullptr) group->answered(node, Epoch{std::stoull(headers["X-Baton-Epoch"])});
}

void Cluster::accepted(const nlohmann::json& answer) {
    if (!answer.contains("entry") || !answer.contains("request")) return;
    SimGroup* group = find_group(GroupId{answer.at("group").get<std::string>()});
    if (group == nullptr) return;
    group->accepted(LogIndex{answer.at("entry").at("index").get<std::uint64_t>()}, rule_of(answer));
}

void Cluster::sample() {
    note_contact();
    const auto state = agreed_state();
    for (const NodeId& name : names_) {
        SimNode& node = *nodes_.at(name);
        if (!node.agent_runs() || node.machine().paused()) {
            routes_follow_primary_.away(name);
            if (!node.agent_runs()) continue;
        } else {
            const Instant shown = node.machine().now();
            const runtime::MemberView& view = node.agent()->view();
            for (const auto& group : groups_) group->asked(name, view, shown);
            // Nobody tells a node that has left who is primary.
            const bool left = state != nullptr && !state->nodes.contains(name);
            if (left) routes_follow_primary_.away(name);
            if (!left) routes_follow_primary_.sampled(name, view, node.machine().front());
        }
        const raft::Status& raft = node.agent()->view().raft;
        bounded_.seen(
            name,
            {raft.last_index.value - std::min(raft.last_index, raft.first_index).value,
             node.agent()->longest_queue(), node.disk().waiting(),
             node.agent()->consensus_loop().waiting() + node.agent()->working_loop().waiting()});
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

bool Cluster::run_until_steady(Duration limit) {
    return run_until([this] { return steady(); }, limit);
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

void Cluster::refuse_loss() {
    for (const auto& group : groups_) group->refuse_loss();
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

/// An operator who repeats himself: the leader may not have heard of the new directory
/// yet, and a request may die with its leader.
void Cluster::admit(const NodeId& node, Incarnation fresh) {
    constexpr Duration repeat = milliseconds{700};
    if (directories_.at(node) != fresh) return;
    if (members_complete()) {
        replacing_ = false;
        return;
    }
    const auto state = agreed_state();
    if (state != nullptr && state->nodes.contains(node)) {
        const cluster::NodeState& known = state->nodes.at(node);
        const bool asked = known.replacing == fresh || known.incarnation == fresh;
        if (!asked) {
            api_.post("/v1/nodes/" + node.text + "/replace", {{"by", "operator"}},
                      [](const Answer&) {});
        }
    }
    world_.after(repeat, [this, node, fresh] { admit(node, fresh); });
}

}  // namespace baton::simulation
