#include "adapters/guard/look.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

namespace baton::adapters {

using cluster::ProcessState;

namespace {

/// The beginning of a small kernel file; empty if it cannot be read.
std::string beginning_of(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return {};
    std::array<char, 4096> text;
    const auto got = ::read(file, text.data(), text.size());
    ::close(file);
    return got > 0 ? std::string{text.data(), static_cast<std::size_t>(got)} : std::string{};
}

}  // namespace

ProcessState judge(const guard::ProcessStat& now, std::optional<std::uint64_t> before) {
    if (now.state == 'T' || now.state == 't') return ProcessState::frozen;
    if (now.state == 'R' || now.state == 'Z' || now.state == 'X') return ProcessState::busy;
    return before && now.cpu_ticks > *before ? ProcessState::busy : ProcessState::running;
}

std::string_view unified_group(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.starts_with("0::")) return line.substr(3);
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return {};
}

bool in_frozen_group(std::int64_t pid) {
    const std::string groups = beginning_of("/proc/" + std::to_string(pid) + "/cgroup");
    const std::string_view path = unified_group(groups);
    if (path.empty()) return false;
    const std::string events =
        beginning_of("/sys/fs/cgroup" + std::string{path} + "/cgroup.events");
    return events.find("frozen 1") != std::string::npos;
}

}  // namespace baton::adapters
