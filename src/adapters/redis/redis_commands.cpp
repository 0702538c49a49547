#include "adapters/redis/redis_commands.hpp"

#include <string>
#include <string_view>

namespace baton::redis {

namespace {

/// EXECABORT only says that an earlier reply holds the cause.
const RespValue* first_error(const Replies& replies) {
    for (const RespValue& reply : replies) {
        if (reply.kind == RespValue::Kind::error) return &reply;
        if (const RespValue* inner = first_error(reply.elements)) return inner;
    }
    return nullptr;
}

}  // namespace

Command info_replication() {
    return {"INFO", "replication"};
}

std::vector<Command> follow_commands(const cluster::Endpoint& primary, Clients clients) {
    std::vector<Command> commands{{"MULTI"},
                                  {"REPLICAOF", primary.host, std::to_string(primary.port)},
                                  {"CLIENT", "UNPAUSE"}};
    if (clients == Clients::cut) {
        commands.push_back({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        commands.push_back({"CLIENT", "KILL", "TYPE", "pubsub"});
    }
    commands.push_back({"EXEC"});
    commands.push_back(info_replication());
    return commands;
}

/// A standby tells its offset once a second (replicationCron), so that one that
/// is there is never 3 seconds late unless something stalls.
std::vector<Command> require_commands(std::uint32_t standbys) {
    return {{"CONFIG", "SET", "min-replicas-max-lag", "3"},
            {"CONFIG", "SET", "min-replicas-to-write", std::to_string(standbys)}};
}

std::vector<Command> promote_commands() {
    return {
        {"MULTI"}, {"REPLICAOF", "NO", "ONE"}, {"CLIENT", "UNPAUSE"}, {"EXEC"}, info_replication()};
}

Result<void> all_accepted(const Replies& replies, const Target& target) {
    if (const RespValue* error = first_error(replies)) return classify(error->text, target);
    return success();
}

Result<Replication> replication_of(const Replies& replies, const Target& target) {
    BATON_TRY(all_accepted(replies, target));
    if (replies.empty() || replies.back().kind != RespValue::Kind::text) {
        return refused(describe(target) + ": INFO answered no text");
    }
    auto replication = read_replication(replies.back().text);
    if (!replication) {
        return Error{replication.error().kind,
                     describe(target) + ": " + replication.error().message};
    }
    return replication;
}

}  // namespace baton::redis
