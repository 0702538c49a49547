#include "adapters/redis/redis_report.hpp"

#include <charconv>

namespace baton::redis {

namespace {

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool set(std::string_view info, std::string_view key) {
    return info_field(info, key) == "1";
}

/// Sum of `keys=` over all databases.
std::uint64_t count_keys(std::string_view info) {
    std::uint64_t sum = 0;
    for (std::size_t at = info.find("\ndb"); at != std::string_view::npos;
         at = info.find("\ndb", at + 1)) {
        const std::string_view line = info.substr(at + 1, info.find('\n', at + 1) - at - 1);
        const std::size_t keys = line.find(":keys=");
        if (keys != std::string_view::npos) sum += number(line.substr(keys + 6));
    }
    return sum;
}

/// Redis refuses writes then, unless it is told to go on without its disk.
bool cannot_save(std::string_view info) {
    const bool appends = set(info, "aof_enabled");
    return info_field(info, "rdb_last_bgsave_status") == "err" ||
           (appends && info_field(info, "aof_last_write_status") == "err");
}

void read_standby(std::string_view info, Replication& replication) {
    cluster::Endpoint primary{std::string(info_field(info, "master_host")),
                              static_cast<std::uint16_t>(number(info_field(info, "master_port")))};
    if (primary != nobody()) replication.following = std::move(primary);
    replication.syncing = set(info, "master_sync_in_progress");
    replication.link_up = info_field(info, "master_link_status") == "up" && !replication.syncing &&
                          replication.following.has_value();
    // Without any cached history Redis prints 1 here; a real position of 1
    // holds not even one command.
    const std::uint64_t offset = number(info_field(info, "slave_repl_offset"));
    replication.position.offset = offset > 1 ? offset : 0;
}

}  // namespace

const cluster::Endpoint& nobody() {
    static const cluster::Endpoint endpoint{"127.0.0.1", 1};
    return endpoint;
}

std::string_view info_field(std::string_view info, std::string_view key) {
    std::size_t at = 0;
    while (at < info.size()) {
        std::size_t end = info.find('\n', at);
        if (end == std::string_view::npos) end = info.size();
        std::string_view line = info.substr(at, end - at);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.size() > key.size() && line[key.size()] == ':' && line.starts_with(key)) {
            return line.substr(key.size() + 1);
        }
        at = end + 1;
    }
    return {};
}

Result<Replication> read_replication(std::string_view info) {
    Replication replication;
    const std::string_view role = info_field(info, "role");
    Position& position = replication.position;
    position.replication_id = info_field(info, "master_replid");
    position.previous_id = info_field(info, "master_replid2");
    if (position.previous_id.find_first_not_of('0') == std::string::npos) {
        position.previous_id.clear();
    } else {
        position.previous_until = number(info_field(info, "second_repl_offset"));
    }
    replication.backlog = info_field(info, "repl_backlog_active") != "0";
    if (role == "master") {
        replication.role = cluster::ServerRole::primary;
        position.offset = number(info_field(info, "master_repl_offset"));
        return replication;
    }
    if (role == "slave") {
        replication.role = cluster::ServerRole::standby;
        read_standby(info, replication);
        return replication;
    }
    return refused(
        "its INFO names the role \"" + std::string(role) +
        "\", which baton cannot manage; is this a Redis server of version 6.2 or newer?");
}

Result<cluster::InstanceReport> read_report(std::string_view info) {
    BATON_TRY(const Replication replication, read_replication(info));
    cluster::InstanceReport report;
    report.role = replication.role;
    if (replication.following) report.following_endpoint = *replication.following;
    report.link_up = replication.link_up;
    report.loading = replication.syncing || set(info, "loading") || set(info, "async_loading");
    report.pid = static_cast<std::int64_t>(number(info_field(info, "process_id")));
    report.run_id = info_field(info, "run_id");
    report.replication_id = replication.position.replication_id;
    report.replication_id2 = replication.position.previous_id;
    report.offset2 = replication.position.previous_until;
    report.offset = replication.position.offset;
    report.keys = count_keys(info);
    report.cannot_save = cannot_save(info);
    // Redis says how many standbys are good only while writes take some.
    report.needs_standbys = !info_field(info, "min_slaves_good_slaves").empty();
    report.full_syncs = number(info_field(info, "sync_full"));
    report.backlog_bytes = number(info_field(info, "repl_backlog_size"));
    return report;
}

}  // namespace baton::redis
