#include "simulation/sim_agent.hpp"

#include <set>
#include <utility>

namespace baton::simulation {

namespace {

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

SimAgent::SimAgent(const NodeSurroundings& around, Machine& machine, Disk& disk,
                   std::function<void()> restart)
    : around_(around),
      machine_(machine),
      self_(machine.id()),
      consensus_loop_(std::make_shared<SimLoop>(*around.world, machine.clock())),
      working_loop_(std::make_shared<SimLoop>(*around.world, machine.clock())),
      deadlines_(machine, consensus_loop_),
      kernel_lease_(kernel_lease_of(around, machine, consensus_loop_)),
      guard_(machine, working_loop_, around.cut_off),
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
    build_api(std::move(restart));
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
    api_.reset();
    link_.reset();
    member_.reset();
    transport_.reset();
}

/// Servers that are asked to end are started again by whichever agent finds them gone.
void SimAgent::build_api(std::function<void()> restart) {
    api_ = std::make_unique<SimApi>(self_, *consensus_loop_, working_loop_, *member_);
    api_->access().set_restart(
        [this, restart = std::move(restart)](const std::set<InstanceId>& servers, Duration delay) {
            if (executor_) executor_->restart(servers);
            working_loop_->at(working_loop_->now() + delay,
                              [world = around_.world, restart] { world->after({}, restart); });
        });
    api_->access().set_reinitialise([this](const InstanceId& instance) -> Result<void> {
        if (!executor_) return refused("this node manages no servers yet");
        return executor_->reinitialise(instance);
    });
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

void SimAgent::ask(api::Request request, api::Respond respond) {
    working_loop_->arrive(
        microseconds{20}, [this, request = std::move(request), respond = std::move(respond)] {
            api_->serve(request, [this, request, respond](const api::Response& response) {
                around_.answered(self_, request, response);
                respond(response);
            });
        });
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
    // While the log is read again, what it declared long ago stops nobody.
    if (executor_ && view_.caught_up) declare_anew();
    if (executor_) executor_->directive(view_);
    api_->access().update(view_);
}

void SimAgent::begin_work() {
    executor_ = std::make_unique<runtime::Executor>(
        self_, *working_loop_, guard_, *link_, declared_here(), front(),
        [this](const Event& event) { around_.emitted(self_, event); });
    executor_->keep_hooks("/hooks");
    executor_->start();
}

void SimAgent::declare_anew() {
    auto groups = cluster::topology_of(*view_.state).groups;
    if (groups == declared_) return;
    declared_ = std::move(groups);
    std::vector<runtime::InstanceParts> instances = declared_here();
    std::set<std::string> names;
    for (const auto& each : instances) names.insert(each.instance.id.text);
    executor_->declare(std::move(instances), names, front());
}

/// Every node has one; without a group to serve it serves nothing.
std::unique_ptr<Front> SimAgent::front() {
    return std::make_unique<SimFront>(machine_, working_loop_, around_.front_switched);
}

std::vector<runtime::InstanceParts> SimAgent::declared_here() {
    std::vector<runtime::InstanceParts> instances;
    for (const auto& [id, group] : view_.state->groups) {
        const cluster::Instance* own = group.declared.on(self_);
        if (own != nullptr) instances.push_back(parts(group.declared, *own));
    }
    return instances;
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
        redis::Links{link(instance.endpoint), link(instance.endpoint), link,
                     [link, at = instance.endpoint] { return link(at); }});
    parts.quarantine = std::make_unique<SimQuarantine>(*around_.world, working_loop_, around_.find,
                                                       instance.endpoint, around_.kept);
    parts.empty = [find = around_.find, at = instance.endpoint]() -> Result<void> {
        find(at)->forget_dump();
        return success();
    };
    return parts;
}

}  // namespace baton::simulation
