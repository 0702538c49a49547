#include "adapters/kernel_lease/ruleset.hpp"

#include "base/hex.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <utility>

namespace baton::kernel_lease {

namespace {

/// Ahead of rules that accept: a verdict to drop is final, in whatever table.
constexpr std::string_view priority = "-160";
constexpr std::string_view guarded = "guarded";

/// "ip" or "ip6" for an address; empty for a name, which can be any address.
std::string_view family_of(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    if (::inet_pton(AF_INET, host.c_str(), parsed.data()) == 1) return "ip";
    return ::inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1 ? "ip6" : "";
}

/// What may or may not be there is not there afterwards.
void clear(std::vector<Change>& changes, std::string_view set, std::uint16_t port) {
    changes.push_back({Change::Verb::add, set, port});
    changes.push_back({Change::Verb::remove, set, port});
}

}  // namespace

std::string_view set_of(Half half) {
    return half == Half::first ? "first" : "second";
}

std::string table_name(const std::string& cluster, const std::string& node,
                       const std::string& directory) {
    return "baton/" + cluster + "/" + node + "/" + hex(fingerprint(directory)).substr(0, 8);
}

Ruleset::Ruleset(std::string name, const std::string& host) : name_(std::move(name)) {
    const std::string family{family_of(host)};
    if (family.empty()) return;
    to_us_ = family + " daddr " + host + " ";
    from_us_ = family + " saddr " + host + " ";
}

std::string Ruleset::setup() const {
    const std::string table = "inet " + name_;
    std::string text = "add table " + table + "\n";
    text += "add set " + table + " guarded { type inet_service; }\n";
    for (const Half half : {Half::first, Half::second}) {
        text += "add set " + table + " " + std::string(set_of(half)) +
                " { type inet_service; flags timeout; }\n";
    }
    const auto chain = [&](const std::string& hook, const std::string& whose,
                           const std::string& port) {
        const std::string held = "held_" + hook;
        text += "add chain " + table + " " + held + "\n";
        text += "flush chain " + table + " " + held + "\n";
        for (const Half half : {Half::first, Half::second}) {
            text += "add rule " + table + " " + held + " " + port + " != @" +
                    std::string(set_of(half)) + " counter drop\n";
        }
        text += "add chain " + table + " " + hook + " { type filter hook " + hook + " priority " +
                std::string(priority) + "; policy accept; }\n";
        text += "flush chain " + table + " " + hook + "\n";
        // Every packet of the machine comes by here: one rule for those of others.
        text += "add rule " + table + " " + hook + " " + whose + port + " @guarded jump " + held +
                "\n";
    };
    chain("input", to_us_, "tcp dport");
    chain("output", from_us_, "tcp sport");
    return text;
}

/// To delete what is not there is an error; what was just added is there.
std::string Ruleset::removal() const {
    return "add table inet " + name_ + "\ndelete table inet " + name_ + "\n";
}

std::string Ruleset::listing(std::string_view set) const {
    return "list set inet " + name_ + " " + std::string(set) + "\n";
}

std::vector<Change> Ruleset::grant(Half half, std::span<const Grant> grants,
                                   std::span<const std::uint16_t> withdrawn) {
    std::vector<Change> changes;
    for (const std::uint16_t port : withdrawn) clear(changes, set_of(other(half)), port);
    // Kernels before 6.12 leave the timeout of an element alone that is there.
    for (const Grant& grant : grants) {
        clear(changes, set_of(half), grant.port);
        changes.push_back({Change::Verb::add, set_of(half), grant.port, grant.timeout});
    }
    // A port is guarded when both halves hold it: until then nothing is dropped.
    if (half == Half::first) return changes;
    for (const Grant& grant : grants) changes.push_back({Change::Verb::add, guarded, grant.port});
    return changes;
}

std::vector<Change> Ruleset::release(std::span<const std::uint16_t> ports) {
    std::vector<Change> changes;
    for (const std::uint16_t port : ports) clear(changes, guarded, port);
    return changes;
}

}  // namespace baton::kernel_lease
