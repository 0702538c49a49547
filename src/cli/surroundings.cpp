#include "cli/surroundings.hpp"

#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace baton::cli {
namespace {

/// A signal's callback may touch nothing else.
volatile std::sig_atomic_t interrupt_seen = 0;

void note_interrupt(int /*signal*/) {
    interrupt_seen = 1;
}

Instant steady_now() {
    return Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

std::string environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
}

bool pause(Duration duration) {
    constexpr int slice_milliseconds = 100;  // An interrupt between check and poll waits this long.
    const Instant end = steady_now() + duration;
    while (interrupt_seen == 0) {
        const std::int64_t left = whole_milliseconds(end - steady_now());
        if (left <= 0) return true;
        poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(left, slice_milliseconds)));
    }
    return false;
}

std::string user_and_host() {
    std::string user = environment("SUDO_USER");
    if (user.empty()) user = environment("USER");
    if (user.empty()) user = "uid " + std::to_string(getuid());
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return user;
    return user + "@" + host.data();
}

}  // namespace

Surroundings process_surroundings() {
    struct sigaction action{};
    action.sa_handler = note_interrupt;
    sigaction(SIGINT, &action, nullptr);
    return Surroundings{
        .out = std::cout,
        .err = std::cerr,
        .in = std::cin,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .in_is_terminal = isatty(STDIN_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .environment = environment,
        .pause = pause,
        .interrupted = [] { return interrupt_seen != 0; },
        .release_interrupts = [] { std::signal(SIGINT, SIG_DFL); },
        .now = steady_now,
        .wall_milliseconds =
            [] {
                const auto now = std::chrono::system_clock::now().time_since_epoch();
                return std::int64_t{
                    std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
            },
        .user = user_and_host(),
    };
}

}  // namespace baton::cli
