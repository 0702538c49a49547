#include "scenarios/detector/listener.hpp"

#include "core/detector/verdict.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <vector>

namespace baton::detector::test {

namespace {

using baton::test::Command;

Duration duration(const std::string& text) {
    return Duration{baton::test::parse_nanoseconds(text)};
}

/// With as many digits as a reader can compare by eye.
std::string rounded(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", number);
    return text;
}

std::map<NodeId, cluster::NodeReport> reports_of(const Command& command) {
    const NodeId about{command.value("about", "")};
    const auto listed = [&](const char* key, const std::string& name) {
        const auto names = command.list(key);
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::map<NodeId, cluster::NodeReport> reports;
    for (const std::string& name : command.list("voters")) {
        if (listed("silent", name)) continue;
        cluster::NodeReport report;
        report.node = NodeId{name};
        report.doubts_itself = listed("doubting", name);
        cluster::PeerView opinion;
        opinion.peer = about;
        opinion.liveness = listed("failed", name)    ? Liveness::failed
                           : listed("suspect", name) ? Liveness::suspect
                                                     : Liveness::alive;
        report.peers.push_back(opinion);
        reports[report.node] = std::move(report);
    }
    return reports;
}

std::string opinions(const Command& command) {
    std::vector<NodeId> voters;
    for (const std::string& name : command.list("voters")) voters.push_back(NodeId{name});
    const NodeId about{command.value("about", "")};
    return majority_holds_failed(about, voters, reports_of(command))
               ? "a majority holds " + about.text + " failed"
               : "no majority holds " + about.text + " failed";
}

}  // namespace

Listener::Listener()
    : detector_(Config{}), self_doubt_(SelfDoubtConfig{}), now_{std::chrono::seconds{100}} {}

std::string Listener::perform(const Command& command) {
    if (command.verb == "settings") return settings(command);
    if (command.verb == "heartbeat") return heartbeat(command);
    if (command.verb == "turn") return turn();
    if (command.verb == "show") return show(command);
    if (command.verb == "opinions") return opinions(command);
    if (command.verb == "advance" || command.verb == "pause") {
        now_ = now_ + duration(command.word(0));
        return "";
    }
    if (command.verb == "stall") {
        self_doubt_.stalled(now_);
        return "";
    }
    if (command.verb == "forget") {
        detector_.forget(NodeId{command.word(0)});
        known_.erase(NodeId{command.word(0)});
        return "";
    }
    throw std::runtime_error("\"" + command.verb + "\" is no command of this conversation");
}

std::string Listener::settings(const Command& command) {
    Config config;
    config.threshold = std::stod(command.value("threshold", "8"));
    config.failed_threshold = std::stod(command.value("failed", "16"));
    config.adaptive = command.value("adaptive", "yes") == "yes";
    config.window_size = command.number("window", config.window_size);
    config.network_jitter_factor = std::stod(command.value("jitter", "0.3"));
    config.silence_min = duration(command.value("lease", "750ms"));
    detector_ = PhiDetector{config};
    known_.clear();
    return "";
}

/// Late and early by `jitter` in turns, so that the mean stays `every`.
std::string Listener::heartbeat(const Command& command) {
    const NodeId peer{command.word(0)};
    const Duration every = duration(command.value("every", "50ms"));
    const Duration jitter = duration(command.value("jitter", "0ms"));
    const bool several = command.values.contains("times");
    for (std::uint64_t count = command.number("times", 1); count > 0; --count) {
        if (several) now_ = now_ + every + (count % 2 == 0 ? jitter : -jitter);
        detector_.heartbeat(peer, now_);
    }
    known_.insert(peer);
    return "";
}

std::string Listener::turn() {
    if (!self_doubt_.turn(now_)) return "";
    detector_.forgive(now_);
    return "we were paused: all silence is forgiven";
}

std::string Listener::show(const Command& command) const {
    std::string text;
    if (self_doubt_.doubts(now_)) text += "we doubt ourselves\n";
    for (const NodeId& peer : known_) {
        const bool wanted = command.words.empty() ||
                            std::find(command.words.begin(), command.words.end(), peer.text) !=
                                command.words.end();
        if (wanted) text += show_peer(peer);
    }
    for (const std::string& name : command.words) {
        if (!known_.contains(NodeId{name})) text += show_peer(NodeId{name});
    }
    return text;
}

std::string Listener::show_peer(const NodeId& peer) const {
    return peer.text + ": " + std::string(cluster::name_of(detector_.liveness(peer, now_))) +
           " phi " + rounded(detector_.phi(peer, now_)) + " of " +
           rounded(detector_.threshold(peer)) + ", silent " +
           std::to_string(whole_milliseconds(detector_.silence(peer, now_))) + " ms, " +
           std::to_string(detector_.samples(peer)) + " intervals\n";
}

}  // namespace baton::detector::test
