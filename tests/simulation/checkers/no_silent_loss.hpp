#pragma once

/// A server that comes back and is given a copy of its successor's data gives up
/// no write that it had acknowledged, unless the write was kept or an operator
/// was told what could not be.

#include "base/event.hpp"
#include "simulation/checkers/checker.hpp"
#include "simulation/redis_model.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace baton::simulation {

class NoSilentLoss : public Checker {
public:
    explicit NoSilentLoss(World& world) : Checker(world, "no_silent_loss") {}

    void acknowledged(const InstanceId& server, std::uint64_t write) { own_[server].insert(write); }
    /// What is told is told about the reign before.
    void opened(const InstanceId& server) { told_.erase(server); }
    void kept(const InstanceId& server, const std::vector<std::uint64_t>& writes) {
        kept_[server].insert(writes.begin(), writes.end());
    }
    void emitted(const Event& event) {
        if (event.name != "tail.dropped" && event.name != "tail.kept_partly") return;
        for (const auto& [name, value] : event.fields) {
            if (name == "instance") told_.insert(InstanceId{value});
        }
    }

    /// A full copy replaced what `server` held.
    void copied(const RedisModel& server, const std::vector<Write>& before) {
        const auto own = own_.find(server.id());
        if (own == own_.end() || told_.contains(server.id())) return;
        judged();
        std::set<std::uint64_t> now;
        for (const Write& each : server.data()) now.insert(each.id);
        const std::set<std::uint64_t>& safe = kept_[server.id()];
        const auto lost = std::ranges::find_if(before, [&](const Write& each) {
            return own->second.contains(each.id) && !now.contains(each.id) &&
                   !safe.contains(each.id);
        });
        if (lost == before.end()) return;
        fail(server.id().text + " gave up write " + std::to_string(lost->id) +
             ", which it had acknowledged, and nobody was told");
    }

private:
    std::map<InstanceId, std::set<std::uint64_t>> own_;
    std::map<InstanceId, std::set<std::uint64_t>> kept_;
    std::set<InstanceId> told_;
};

}  // namespace baton::simulation
