#pragma once

/// Just enough of a Redis for the adapter's orders: roles, positions, pauses.

#include "adapters/redis/redis_commands.hpp"
#include "scripted.hpp"

#include <string>

namespace baton::redis {

struct Model {
    bool primary = true;
    cluster::Endpoint following = nobody();
    bool link_up = false;
    bool syncing = false;
    bool backlog = true;
    std::string history = "aaaa";
    std::uint64_t offset = 1000;
    bool paused = false;
    std::string refuses;               ///< Error reply to REPLICAOF; empty: obeys.
    std::uint64_t moves_at_close = 0;  ///< Bytes written between the last look and the close.

    [[nodiscard]] std::string info() const {
        std::string text = "# Replication\r\n";
        text += primary ? "role:master\r\n" : "role:slave\r\n";
        if (!primary) {
            text += "master_host:" + following.host +
                    "\r\nmaster_port:" + std::to_string(following.port) +
                    "\r\nmaster_link_status:" + (link_up ? "up" : "down") +
                    "\r\nmaster_sync_in_progress:" + (syncing ? "1" : "0") +
                    "\r\nslave_repl_offset:" + std::to_string(offset) + "\r\n";
        }
        text += "master_replid:" + history +
                "\r\nmaster_replid2:0000000000000000000000000000000000000000\r\n"
                "master_repl_offset:" +
                std::to_string(offset) +
                "\r\nsecond_repl_offset:-1\r\nrepl_backlog_active:" + (backlog ? "1" : "0") +
                "\r\n";
        return text;
    }

    [[nodiscard]] RespValue reply(const Command& command) {
        if (command[0] == "INFO") return text_reply(info());
        if (command[0] == "REPLICAOF" && !refuses.empty()) return error_reply(refuses);
        if (command[0] == "REPLICAOF") follow(command);
        if (command[0] == "PSYNC") {
            backlog = true;
            history = "bbbb";
        }
        if (command[0] == "ACL" && command[1] == "USERS") return users();
        if (command[0] == "CLIENT" && command[1] == "PAUSE") paused = true;
        if (command[0] == "CLIENT" && command[1] == "UNPAUSE") paused = false;
        return text_reply("OK");
    }

    /// One is of an instance that was declared once.
    [[nodiscard]] static RespValue users() {
        RespValue list;
        list.kind = RespValue::Kind::list;
        list.elements = {text_reply("baton:cache-n2"), text_reply("baton:cache-n9"),
                         text_reply("default")};
        return list;
    }

    void follow(const Command& command) {
        const bool open = command[1] == "NO";
        if (open && !primary) history = "cccc";
        if (!open) offset += moves_at_close;
        primary = open;
        link_up = false;
        if (!open) {
            following = {command[1], static_cast<std::uint16_t>(std::stoul(command[2]))};
        }
    }

    [[nodiscard]] std::vector<RespValue> replies(const std::vector<Command>& pipeline) {
        std::vector<RespValue> all;
        for (const Command& command : pipeline) all.push_back(reply(command));
        return all;
    }
};

}  // namespace baton::redis
