#pragma once

/// Routes in HAProxy's words: the configuration file, and the commands that
/// change a running one. Pure text. Health checks against the agents are only
/// the safety net for when nobody pushes; they may not act sooner than a lease.

#include "base/time.hpp"
#include "core/routing/route.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::front {

/// A server of one door: ("cache-write", "cache-n1").
using Slot = std::pair<std::string, std::string>;
/// Which slots get traffic.
using Traffic = std::map<Slot, bool>;

/// How often a server is asked while all is well. Every front asks about every
/// server, so this is what idle agents mostly answer.
inline constexpr Duration calm_check_interval = std::chrono::seconds{2};
/// How often once an answer was missed, and until it is good again.
inline constexpr Duration check_interval = std::chrono::milliseconds{250};
/// Below its directory; written relative, because a socket's path is short.
inline constexpr std::string_view socket_name = "front.sock";
/// What belongs to HAProxy's own user, below the working directory.
inline constexpr std::string_view own_directory = "run";

/// What does not come from the routes.
struct Surroundings {
    Duration lease{0};
    std::string user{};     ///< Of HAProxy alone, who owns `own_directory`; empty: none.
    std::string ca_file{};  ///< Checks speak TLS and verify against it; empty: plain HTTP.
};

/// How long a front waits for a server to take a connection. While a primary's machine
/// is silent, or its kernel has closed it, every attempt lasts that long, and the
/// last one goes on when the next primary is open already. The network answers in a
/// fraction of a lease, or too late for heartbeats too.
inline constexpr Duration connect_timeout_min = std::chrono::milliseconds{100};
[[nodiscard]] Duration connect_timeout(Duration lease);

/// Failed checks in a row until a server counts as down: never before `lease`
/// has passed without a good answer.
[[nodiscard]] int checks_until_down(Duration lease);

/// Equal for routes that differ only in who gets traffic and in epochs: a
/// running HAProxy with this in its description needs no restart.
[[nodiscard]] std::string topology_mark(const std::vector<FrontRoute>& routes,
                                        const Surroundings& around);

[[nodiscard]] std::string render_configuration(const std::vector<FrontRoute>& routes,
                                               const Surroundings& around);

[[nodiscard]] Traffic wanted_traffic(const std::vector<FrontRoute>& routes);

/// The mark and the traffic that `show info; show servers state` answered.
struct Running {
    std::string mark;
    Traffic traffic;
};
[[nodiscard]] Running read_running(std::string_view answer);

/// From `now` to `wanted`: first everything that must close, its connections
/// cut, then what may open. A server that opens starts with full health, so that
/// one failed check does not take it away. `fresh`: the process was just
/// started; open servers are given full health as well.
[[nodiscard]] std::vector<std::string> runtime_commands(const Traffic& now, const Traffic& wanted,
                                                        bool fresh);

}  // namespace baton::front
