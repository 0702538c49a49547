#include "simulation/sim_node.hpp"

#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration respawn_min = milliseconds{10};
constexpr Duration respawn_max = milliseconds{100};

}  // namespace

SimNode::SimNode(NodeSurroundings around, NodeId id, Clock clock, Identity identity,
                 Disk::Watch watch)
    : around_(std::move(around)),
      machine_(*around_.world, *around_.network, std::move(id), clock),
      disk_(*around_.world, std::move(identity), std::move(watch)) {}

void SimNode::start_agent() {
    if (agent_ || !machine_.on()) return;
    frozen_ = false;
    around_.started(id());
    agent_ = std::make_unique<SimAgent>(around_, machine_, disk_, [this] { kill_agent(true); });
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

void SimNode::ask(const api::Request& request, const api::Respond& respond) {
    if (!machine_.on()) return;
    if (agent_) return agent_->ask(request, respond);
    api::Response nobody;
    nobody.status = 0;
    respond(nobody);
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
