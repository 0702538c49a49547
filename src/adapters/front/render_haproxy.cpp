#include "adapters/front/render_haproxy.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <sstream>

namespace baton::front {

namespace {

enum class Door { write, read };

std::string address(const cluster::Endpoint& endpoint) {
    const bool six = endpoint.host.find(':') != std::string::npos;
    return (six ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::string name_of(const GroupId& group, Door door) {
    return group.text + (door == Door::write ? "-write" : "-read");
}

bool gets_traffic(const FrontServer& server, Door door) {
    return door == Door::write ? server.writes : server.reads;
}

const cluster::Endpoint& place_of(const FrontRoute& route, Door door) {
    return door == Door::write ? route.write : route.read;
}

/// Both doors of every group that has them.
template <typename Visit>
void each_door(const std::vector<FrontRoute>& routes, Visit visit) {
    for (const FrontRoute& route : routes) {
        for (const Door door : {Door::write, Door::read}) {
            if (place_of(route, door).port != 0) visit(route, door);
        }
    }
}

enum class Traffics { shown, hidden };

/// What does not differ between the servers of a file.
struct Manner {
    Traffics traffics;
    std::string check;  ///< How checks reach an agent: empty, or the words for TLS.
};

/// One word of HAProxy's language, whatever is in it.
std::string quoted(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return word + "'";
}

Manner manner(const Surroundings& around, Traffics traffics) {
    if (around.ca_file.empty()) return {traffics, {}};
    return {traffics, " check-ssl verify required ca-file " + quoted(around.ca_file)};
}

void add_server(std::string& text, const FrontServer& server, Door door, const Manner& manner) {
    text += "    server " + server.instance.text + " " + address(server.endpoint);
    text += " check addr " + server.check.host + " port " + std::to_string(server.check.port);
    text += manner.check;
    if (manner.traffics == Traffics::shown && !gets_traffic(server, door)) text += " disabled";
    text += "\n";
}

void add_door(std::string& text, const FrontRoute& route, Door door, const Manner& manner) {
    // With no standby in sync, reads go to the primary: the check must allow both.
    const std::string question = door == Door::write ? "/primary" : "/read-only";
    text += "\nlisten " + name_of(route.group, door) + "\n";
    text += "    bind " + address(place_of(route, door)) + "\n";
    text += door == Door::write ? "    balance first\n" : "    balance leastconn\n";
    text += "    option httpchk\n";
    text += "    http-check send meth GET uri " + question + "?group=" + route.group.text +
            " ver HTTP/1.1 hdr Host baton\n";
    text += "    http-check expect status 200\n";
    for (const FrontServer& server : route.servers) add_server(text, server, door, manner);
}

std::string doors(const std::vector<FrontRoute>& routes, const Manner& manner) {
    std::string text;
    each_door(routes, [&text, &manner](const FrontRoute& route, Door door) {
        add_door(text, route, door, manner);
    });
    return text;
}

std::string defaults(Duration lease) {
    const std::string calm = std::to_string(whole_milliseconds(calm_check_interval)) + "ms";
    const std::string interval = std::to_string(whole_milliseconds(check_interval)) + "ms";
    // No retry: a client learns at once that a server refuses. Idle clients, such as
    // subscribers, stay; dead ones are found by keep-alive.
    return "\ndefaults\n"
           "    mode tcp\n"
           "    retries 0\n"
           "    timeout connect " +
           std::to_string(whole_milliseconds(connect_timeout(lease))) +
           "ms\n"
           "    timeout client 24h\n"
           "    timeout server 24h\n"
           "    timeout check " +
           interval +
           "\n"
           "    option clitcpka\n"
           "    option srvtcpka\n"
           "    clitcpka-idle 30s\n"
           "    srvtcpka-idle 30s\n"
           "    default-server inter " +
           calm + " fastinter " + interval + " downinter " + interval + " fall " +
           std::to_string(checks_until_down(lease)) +
           " rise 1 on-marked-down shutdown-sessions init-addr last,libc,none\n";
}

/// A line of `show servers state`: columns 2, 4 and 7 are backend, server and
/// administrative state; there, 1 is maintenance by command, 4 only says that
/// the file had it disabled, 8 and more are other reasons to get no traffic.
void read_server(const std::string& line, Traffic& traffic) {
    std::istringstream words(line);
    std::string skipped;
    std::string backend;
    std::string server;
    unsigned administrative = 0;
    if (words >> skipped >> backend >> skipped >> server >> skipped >> skipped >> administrative) {
        traffic[{backend, server}] = (administrative & ~4U) == 0;
    }
}

}  // namespace

Duration connect_timeout(Duration lease) {
    return std::max<Duration>(lease / 8, connect_timeout_min);
}

int checks_until_down(Duration lease) {
    return static_cast<int>((lease + check_interval - Duration{1}) / check_interval) + 1;
}

std::string topology_mark(const std::vector<FrontRoute>& routes, const Surroundings& around) {
    const std::string user = around.user.empty() ? "" : "user " + around.user;
    return "baton-" + hex(fingerprint(defaults(around.lease) +
                                      doors(routes, manner(around, Traffics::hidden)) + user));
}

std::string render_configuration(const std::vector<FrontRoute>& routes,
                                 const Surroundings& around) {
    const std::string place = around.user.empty() ? "" : std::string(own_directory) + "/";
    std::string text =
        "# Written by baton before each start; changes are lost. Who gets traffic since then\n"
        "# is said by `show servers state` at its socket.\n";
    for (const FrontRoute& route : routes) {
        text +=
            "# group " + route.group.text + " epoch " + std::to_string(route.epoch.value) + "\n";
    }
    // Without noreuseport two HAProxies would share a busy port unnoticed.
    text += "\nglobal\n    description " + topology_mark(routes, around) +
            "\n    nbthread 2\n    noreuseport\n    fd-hard-limit 40000\n"
            "    stats socket unix@" +
            place + std::string(socket_name) + " mode 600 level admin\n";
    return text + defaults(around.lease) + doors(routes, manner(around, Traffics::shown));
}

Traffic wanted_traffic(const std::vector<FrontRoute>& routes) {
    Traffic traffic;
    each_door(routes, [&traffic](const FrontRoute& route, Door door) {
        for (const FrontServer& server : route.servers) {
            traffic[{name_of(route.group, door), server.instance.text}] =
                gets_traffic(server, door);
        }
    });
    return traffic;
}

Running read_running(std::string_view answer) {
    constexpr std::string_view description = "description: ";
    Running running;
    std::istringstream lines{std::string(answer)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(description)) {
            running.mark = line.substr(description.size());
        } else if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
            read_server(line, running.traffic);
        }
    }
    return running;
}

std::vector<std::string> runtime_commands(const Traffic& now, const Traffic& wanted, bool fresh) {
    std::vector<std::string> closing;
    std::vector<std::string> opening;
    for (const auto& [slot, open] : wanted) {
        const std::string server = slot.first + "/" + slot.second;
        const auto found = now.find(slot);
        const bool was_open = found != now.end() && found->second;
        if (was_open && !open) {
            closing.push_back("set server " + server + " state maint");
            closing.push_back("shutdown sessions server " + server);
        }
        if (open && !was_open) opening.push_back("set server " + server + " state ready");
        if (open && (!was_open || fresh)) opening.push_back("set server " + server + " health up");
    }
    closing.insert(closing.end(), opening.begin(), opening.end());
    return closing;
}

}  // namespace baton::front
