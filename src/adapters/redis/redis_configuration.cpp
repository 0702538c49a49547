#include "adapters/redis/redis_configuration.hpp"

#include "adapters/redis/redis_report.hpp"
#include "adapters/redis/standby_user.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace baton::redis {

namespace {

/// Settings on which safety or reachability rests; an argument for one would
/// override the generated file.
constexpr std::array<std::string_view, 24> own_settings{"port",
                                                        "min-replicas-to-write",
                                                        "min-replicas-max-lag",
                                                        "min-slaves-to-write",
                                                        "min-slaves-max-lag",
                                                        "bind",
                                                        "replicaof",
                                                        "slaveof",
                                                        "replica-read-only",
                                                        "masterauth",
                                                        "requirepass",
                                                        "slave-read-only",
                                                        "dir",
                                                        "daemonize",
                                                        "supervised",
                                                        "logfile",
                                                        "protected-mode",
                                                        "cluster-enabled",
                                                        "include",
                                                        "aclfile",
                                                        "masteruser",
                                                        "user",
                                                        "repl-backlog-ttl",
                                                        "rename-command"};

bool is_own(std::string_view setting) {
    return setting.starts_with("tls-") ||
           std::find(own_settings.begin(), own_settings.end(), setting) != own_settings.end();
}

/// As a quoted word of Redis's configuration language.
std::string word(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            std::array<char, 5> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned>(byte));
            result += escaped.data();
        } else {
            result += c;
        }
    }
    return result + '"';
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string listen_lines(const cluster::Group& group, const cluster::Instance& instance) {
    const std::string port = std::to_string(instance.endpoint.port);
    std::string text = "bind " + word(instance.endpoint.host) + "\n";
    if (!group.tls.enabled) return text + "port " + port + "\n";
    text += "port 0\ntls-port " + port + "\ntls-replication yes\n";
    // Clients prove themselves by password; a certificate they present must be good.
    text += "tls-auth-clients optional\n";
    text += "tls-cert-file " + word(group.tls.cert_file) + "\n";
    text += "tls-key-file " + word(group.tls.key_file) + "\n";
    if (group.tls.ca_file.empty()) return text + "tls-ca-cert-dir /etc/ssl/certs\n";
    return text + "tls-ca-cert-file " + word(group.tls.ca_file) + "\n";
}

std::string replicating() {
    return "replicaof " + nobody().host + " " + std::to_string(nobody().port) +
           "\n"
           "replica-read-only yes\n"
           "replica-serve-stale-data yes\n"
           "repl-diskless-sync yes\n"
           "repl-diskless-sync-delay 0\n"
           "repl-backlog-size 64mb\n"
           "repl-backlog-ttl 0\n"
           "repl-timeout 30\n";
}

/// Who it is to the server that it follows, and who may follow it.
std::string standby_lines(const cluster::Group& group, const cluster::Instance& self,
                          const std::string& password) {
    const StandbyUser own = standby_user(group.id, self.id, password);
    std::string text = "masteruser " + word(own.name) + "\nmasterauth " + word(own.secret) + "\n";
    for (const cluster::Instance& each : group.instances) {
        const StandbyUser user = standby_user(group.id, each.id, password);
        text += "user " + word(user.name);
        for (const std::string& rule : standby_rules(user)) text += " " + rule;
        text += "\n";
    }
    return text;
}

Result<void> check(const cluster::Group& group, const cluster::Instance& instance,
                   const std::string& password) {
    for (const std::string& argument : group.server_arguments) {
        if (!argument.starts_with("--") || !is_own(std::string_view(argument).substr(2))) continue;
        return invalid("group " + group.id.text + ": server_arguments must not set \"" + argument +
                       "\": baton sets it itself, remove it");
    }
    if (password.empty() && !is_loopback(instance.endpoint.host)) {
        return invalid("instance " + instance.id.text + " listens on " + instance.endpoint.host +
                       ", beyond this machine, without a password: set password_file for group " +
                       group.id.text);
    }
    if (group.tls.enabled && (group.tls.cert_file.empty() || group.tls.key_file.empty())) {
        return invalid("group " + group.id.text + ": tls needs cert_file and key_file");
    }
    return success();
}

}  // namespace

Result<std::string> server_configuration(const cluster::Group& group,
                                         const cluster::Instance& instance,
                                         const std::string& password) {
    BATON_TRY(check(group, instance, password));
    std::string text = "# Written by baton at every start of the server; changes are lost.\n";
    text += listen_lines(group, instance);
    text += password.empty() ? "protected-mode yes\n" : "protected-mode no\n";
    text += "dir " + word(instance.data) + "\n";
    text += replicating();
    text += "tcp-keepalive 60\ndaemonize no\nsupervised no\n";
    if (!password.empty()) text += "requirepass " + word(password) + "\n";
    return text + standby_lines(group, instance, password);
}

}  // namespace baton::redis
