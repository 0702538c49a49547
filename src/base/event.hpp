#pragma once

/// A structured event: a stable machine-readable name, fields, and one
/// sentence for the operator. One event per decision or state change; it is
/// what the log, `baton events` and the event stream show.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace baton {

enum class Severity {
    info,     ///< Normal life: an appointment, a rejoin.
    warning,  ///< Works, but a person should look within the day.
    error,    ///< Something is down or refused; a person should look now.
};

struct Event {
    Severity severity = Severity::info;
    std::string name;      ///< Stable, dotted: "lease.lost", "failover.appoint".
    std::string sentence;  ///< What happened, why, what to do next.
    std::vector<std::pair<std::string, std::string>> fields;
};

}  // namespace baton
