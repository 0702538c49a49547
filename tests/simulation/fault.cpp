#include "simulation/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

namespace baton::simulation {

namespace {

constexpr std::array kinds{
    std::pair{FaultKind::kill_server, "kill_server"},
    std::pair{FaultKind::freeze_server, "freeze_server"},
    std::pair{FaultKind::kill_front, "kill_front"},
    std::pair{FaultKind::kill_agent, "kill_agent"},
    std::pair{FaultKind::freeze_agent, "freeze_agent"},
    std::pair{FaultKind::roll_agents, "roll_agents"},
    std::pair{FaultKind::crash_node, "crash_node"},
    std::pair{FaultKind::pause_machine, "pause_machine"},
    std::pair{FaultKind::isolate, "isolate"},
    std::pair{FaultKind::cut_pair, "cut_pair"},
    std::pair{FaultKind::delay_packets, "delay_packets"},
    std::pair{FaultKind::lose_packets, "lose_packets"},
    std::pair{FaultKind::reset_connections, "reset_connections"},
    std::pair{FaultKind::stall_disk, "stall_disk"},
    std::pair{FaultKind::hang_server, "hang_server"},
    std::pair{FaultKind::slow_replication, "slow_replication"},
    std::pair{FaultKind::attach_stranger, "attach_stranger"},
    std::pair{FaultKind::replace_directory, "replace_directory"},
    std::pair{FaultKind::ask_switchover, "ask_switchover"},
    std::pair{FaultKind::ask_failover, "ask_failover"},
    std::pair{FaultKind::pause_group, "pause_group"},
    std::pair{FaultKind::resume_group, "resume_group"},
    std::pair{FaultKind::drain_node, "drain_node"},
    std::pair{FaultKind::fence_node, "fence_node"},
    std::pair{FaultKind::rejoin_node, "rejoin_node"},
    std::pair{FaultKind::restart_node, "restart_node"},
    std::pair{FaultKind::reinit_standby, "reinit_standby"},
    std::pair{FaultKind::pass_leadership, "pass_leadership"},
    std::pair{FaultKind::compact_log, "compact_log"},
    std::pair{FaultKind::declare, "declare"},
    std::pair{FaultKind::add_node, "add_node"},
    std::pair{FaultKind::remove_node, "remove_node"},
};

constexpr std::array change_names{
    std::pair{Change::none, "none"},
    std::pair{Change::add_group, "add_group"},
    std::pair{Change::remove_group, "remove_group"},
    std::pair{Change::add_instance, "add_instance"},
    std::pair{Change::remove_instance, "remove_instance"},
    std::pair{Change::durability, "durability"},
    std::pair{Change::acknowledgements, "acknowledgements"},
    std::pair{Change::priority, "priority"},
    std::pair{Change::load_balance, "load_balance"},
    std::pair{Change::lease, "lease"},
};

constexpr std::array directions{
    std::pair{Direction::both, "both"},
    std::pair{Direction::outward, "outward"},
    std::pair{Direction::inward, "inward"},
};

template <typename Table, typename Value>
bool find_by_name(const Table& table, std::string_view name, Value& value) {
    const auto found =
        std::ranges::find_if(table, [&](const auto& row) { return row.second == name; });
    if (found != table.end()) value = found->first;
    return found != table.end();
}

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool read_duration(std::string_view text, Duration& duration) {
    std::uint64_t nanoseconds = 0;
    if (!read_number(text, nanoseconds)) return false;
    duration = Duration{static_cast<std::int64_t>(nanoseconds)};
    return true;
}

bool read_word(std::string_view word, Fault& fault) {
    const std::size_t equals = word.find('=');
    if (word == "consent") return fault.consent = true;
    if (equals == std::string_view::npos) return find_by_name(kinds, word, fault.kind);
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    if (key == "at") return read_duration(value, fault.at.since_boot);
    if (key == "time") return read_duration(value, fault.time);
    if (key == "delay") return read_duration(value, fault.delay);
    if (key == "one_in") return read_number(value, fault.one_in);
    if (key == "number") return read_number(value, fault.number);
    if (key == "change") return find_by_name(change_names, value, fault.change);
    if (key == "direction") return find_by_name(directions, value, fault.direction);
    if (key != "node" && key != "other") return false;
    (key == "node" ? fault.node : fault.other) = NodeId{std::string(value)};
    return true;
}

}  // namespace

Fault fault_on(const NodeId& node, FaultKind kind, Duration time) {
    Fault fault;
    fault.kind = kind;
    fault.node = node;
    fault.time = time;
    return fault;
}

std::string_view name_of(FaultKind kind) {
    return std::ranges::find(kinds, kind, [](const auto& row) { return row.first; })->second;
}

std::string_view name_of(Change change) {
    const auto named = [&](const auto& row) { return row.first == change; };
    return std::ranges::find_if(change_names, named)->second;
}

std::string to_text(const Fault& fault) {
    std::ostringstream text;
    text << "at=" << fault.at.since_boot.count() << ' ' << name_of(fault.kind);
    if (fault.node) text << " node=" << fault.node.text;
    if (fault.other) text << " other=" << fault.other.text;
    if (fault.direction != Direction::both) {
        text << " direction=" << (fault.direction == Direction::outward ? "outward" : "inward");
    }
    if (fault.delay.count() > 0) text << " delay=" << fault.delay.count();
    if (fault.one_in > 0) text << " one_in=" << fault.one_in;
    if (fault.change != Change::none) text << " change=" << name_of(fault.change);
    if (fault.number > 0) text << " number=" << fault.number;
    if (fault.consent) text << " consent";
    if (fault.time.count() > 0) text << " time=" << fault.time.count();
    return text.str();
}

Result<Fault> read_fault(const std::string& line) {
    Fault fault;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
        if (!read_word(word, fault)) return invalid("no part of a fault: " + word);
    }
    return fault;
}

Result<Schedule> read_schedule(const std::string& path) {
    std::ifstream file(path);
    if (!file) return invalid("cannot read " + path);
    Schedule schedule;
    for (std::string line; std::getline(file, line);) {
        if (line.empty()) continue;
        BATON_TRY(auto fault, read_fault(line));
        schedule.push_back(std::move(fault));
    }
    return schedule;
}

Result<void> write_schedule(const std::string& path, const Schedule& schedule) {
    std::ofstream file(path);
    for (const Fault& fault : schedule) file << to_text(fault) << '\n';
    if (!file.flush()) return unavailable("cannot write " + path);
    return success();
}

}  // namespace baton::simulation
