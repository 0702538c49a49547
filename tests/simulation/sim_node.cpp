#include "simulation/sim_node.hpp"

#include "adapters/redis/redis_errors.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration respawn_min = milliseconds{10};
constexpr Duration respawn_max = milliseconds{100};

std::vector<NodeId> peers_of(const cluster::Topology& topology, const NodeId& self) {
    std::vector<NodeId> peers;
    for (const cluster::Node& node : topology.nodes) {
        if (node.id != self) peers.push_back(node.id);
    }
    return peers;
}

std::unique_ptr<KernelLease> kernel_lease_of(const NodeSurroundings& around, Machine& machine,
                                             std::shared_ptr<SimLoop> loop) {
    if (around.kernel_leases) return std::make_unique<SimKernelLease>(machine, std::move(loop));
    return std::make_unique<NoKernelLease>("this machine does not permit it");
}

}  // namespace

SimAgent::SimAgent(const NodeSurroundings& around, Machine& machine, Disk& disk)
    : around_(around),
      machine_(machine),
      self_(machine.id()),
      consensus_loop_(std::make_shared<SimLoop>(*around.world, machine.clock())),
      working_loop_(std::make_shared<SimLoop>(*around.world, machine.clock())),
      deadlines_(machine, consensus_loop_),
      kernel_lease_(kernel_lease_of(around, machine, consensus_loop_)),
      guard_(machine, working_loop_),
      store_(disk, consensus_loop_),
      transport_(std::make_unique<SimTransport>(*around.world, *around.network, *around.board,
                                                self_, peers_of(around.options.topology, self_),
                                                consensus_loop_)) {
    runtime::MemberOptions options = around.options;
    options.self = self_;
    options.consensus.raft.self = self_;
    options.entropy = around.world->random().next();
    Recovered recovered = disk.recover();
    const Incarnation incarnation = recovered.identity.incarnation;
    member_ = std::make_unique<runtime::Member>(
        *consensus_loop_, *transport_, store_, runtime::Fences{deadlines_, *kernel_lease_},
        std::move(recovered), std::move(options),
        [this](runtime::MemberView view) { published(std::move(view)); },
        [this](const Event& event) { around_.emitted(self_, event); });
    link_ = runtime::link_member(*consensus_loop_, *working_loop_, *member_);
    around_.board->plug(self_,
                        {transport_.get(), incarnation, [this] { return member_->cluster(); },
                         [this](const NodeId& peer, Incarnation life, const ClusterId& cluster) {
                             return member_->admit(peer, life, cluster);
                         }});
}

/// Nothing the agent does while it dies reaches the world.
SimAgent::~SimAgent() {
    around_.board->unplug(self_);
    consensus_loop_->stop();
    working_loop_->stop();
    machine_.listen(nullptr);
    executor_.reset();
    link_.reset();
    member_.reset();
    transport_.reset();
}

void SimAgent::start() {
    consensus_loop_->post([this] { member_->start(); });
}

void SimAgent::freeze() {
    consensus_loop_->pause();
    working_loop_->pause();
    if (auto* own = around_.board->find(self_)) own->frozen = true;
}

void SimAgent::thaw() {
    consensus_loop_->resume();
    working_loop_->resume();
    if (auto* own = around_.board->find(self_)) own->frozen = false;
}

/// The newest view waits for the working loop; older ones are overtaken.
void SimAgent::published(runtime::MemberView view) {
    around_.published(self_, view);
    view_ = std::move(view);
    if (std::exchange(view_waits_, true)) return;
    working_loop_->post([this] {
        view_waits_ = false;
        on_view();
    });
}

void SimAgent::on_view() {
    if (view_.formed && !executor_) begin_work();
    if (executor_) executor_->directive(view_);
}

void SimAgent::begin_work() {
    std::vector<runtime::InstanceParts> instances;
    for (const auto& [id, group] : view_.state->groups) {
        const cluster::Instance* own = group.declared.on(self_);
        if (own != nullptr) instances.push_back(parts(group.declared, *own));
    }
    auto front = std::make_unique<SimFront>(machine_, working_loop_, around_.front_switched);
    executor_ = std::make_unique<runtime::Executor>(
        self_, *working_loop_, guard_, *link_, std::move(instances), std::move(front),
        [this](const Event& event) { around_.emitted(self_, event); });
    executor_->start();
}

runtime::InstanceParts SimAgent::parts(const cluster::Group& group,
                                       const cluster::Instance& instance) {
    const auto link =
        [this](const cluster::Endpoint& endpoint) -> std::unique_ptr<redis::RedisLink> {
        return std::make_unique<SimRedisLink>(*around_.world, *around_.network, self_,
                                              working_loop_, around_.find, endpoint);
    };
    redis::Target target;
    target.group = group.id;
    target.instance = instance.id;
    target.endpoint = instance.endpoint;
    runtime::InstanceParts parts;
    parts.group = group;
    parts.instance = instance;
    parts.launch.name = instance.id.text;
    parts.server = redis::make_redis_server(
        *working_loop_, std::move(target), {},
        redis::Links{link(instance.endpoint), link(instance.endpoint), link});
    parts.quarantine = std::make_unique<SimQuarantine>(*around_.world, working_loop_, around_.find,
                                                       instance.endpoint, around_.kept);
    return parts;
}

SimNode::SimNode(NodeSurroundings around, NodeId id, Clock clock, Identity identity,
                 Disk::Watch watch)
    : around_(std::move(around)),
      machine_(*around_.world, *around_.network, std::move(id), clock),
      disk_(*around_.world, std::move(identity), std::move(watch)) {}

void SimNode::start_agent() {
    if (agent_ || !machine_.on()) return;
    frozen_ = false;
    around_.started(id());
    agent_ = std::make_unique<SimAgent>(around_, machine_, disk_);
    agent_->start();
    if (machine_.paused()) agent_->freeze();
}

void SimNode::end_agent() {
    ++respawns_;
    frozen_ = false;
    if (!agent_) return;
    agent_.reset();
    disk_.crash();
}

void SimNode::kill_agent(bool respawn) {
    end_agent();
    if (!respawn) return;
    around_.world->after(around_.world->random().between(respawn_min, respawn_max),
                         [this, respawns = respawns_] {
                             if (respawns != respawns_) return;
                             machine_.run([this] { start_agent(); });
                         });
}

void SimNode::freeze_agent() {
    if (!agent_) return;
    frozen_ = true;
    agent_->freeze();
}

void SimNode::thaw_agent() {
    if (!agent_ || !std::exchange(frozen_, false) || machine_.paused()) return;
    agent_->thaw();
}

void SimNode::crash() {
    end_agent();
    machine_.crash();
}

void SimNode::boot() {
    if (machine_.on()) return;
    machine_.boot();
    start_agent();
}

void SimNode::pause() {
    if (!machine_.on() || machine_.paused()) return;
    machine_.pause();
    if (agent_) agent_->freeze();
}

void SimNode::resume() {
    if (!machine_.paused()) return;
    machine_.resume();
    if (agent_ && !frozen_) agent_->thaw();
}

}  // namespace baton::simulation
