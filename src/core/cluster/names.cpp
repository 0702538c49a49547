#include "core/cluster/command.hpp"
#include "core/cluster/loss.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/cluster/topology.hpp"

namespace baton::cluster {

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::redis: return "redis";
    }
    return "redis";
}

std::string_view name_of(Duty duty) {
    switch (duty) {
        case Duty::active: return "active";
        case Duty::drained: return "drained";
        case Duty::fenced: return "fenced";
        case Duty::leaving: return "leaving";
    }
    return "active";
}

std::string_view name_of(Durability durability) {
    switch (durability) {
        case Durability::async: return "async";
        case Durability::replicated: return "replicated";
    }
    return "async";
}

std::string_view name_of(Promise promise) {
    switch (promise) {
        case Promise::none: return "none";
        case Promise::replicated: return "replicated";
        case Promise::handed_over: return "handed_over";
    }
    return "none";
}

std::string_view name_of(Remains remains) {
    switch (remains) {
        case Remains::nothing: return "nothing";
        case Remains::in_memory: return "in_memory";
        case Remains::on_disk: return "on_disk";
    }
    return "nothing";
}

std::string_view name_of(FencingTier tier) {
    switch (tier) {
        case FencingTier::none: return "none";
        case FencingTier::agent: return "0";
        case FencingTier::guard: return "0g";
        case FencingTier::kernel: return "1";
    }
    return "none";
}

std::string_view name_of(RequestKind kind) {
    switch (kind) {
        case RequestKind::none: return "none";
        case RequestKind::switchover: return "switchover";
        case RequestKind::failover: return "failover";
    }
    return "none";
}

std::string_view name_of(Phase phase) {
    switch (phase) {
        case Phase::vacant: return "vacant";
        case Phase::fencing: return "fencing";
        case Phase::promoting: return "promoting";
        case Phase::repairing: return "repairing";
        case Phase::steady: return "steady";
        case Phase::handing_over: return "handing_over";
    }
    return "vacant";
}

std::string_view name_of(ServerRole role) {
    switch (role) {
        case ServerRole::unknown: return "unknown";
        case ServerRole::primary: return "primary";
        case ServerRole::standby: return "standby";
    }
    return "unknown";
}

std::string_view name_of(ProcessState state) {
    switch (state) {
        case ProcessState::absent: return "absent";
        case ProcessState::running: return "running";
        case ProcessState::busy: return "busy";
        case ProcessState::frozen: return "frozen";
    }
    return "absent";
}

std::string_view name_of(Liveness liveness) {
    switch (liveness) {
        case Liveness::unheard: return "unheard";
        case Liveness::alive: return "alive";
        case Liveness::suspect: return "suspected";
        case Liveness::failed: return "failed";
    }
    return "unheard";
}

}  // namespace baton::cluster
