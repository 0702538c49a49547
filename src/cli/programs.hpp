#pragma once

/// The entry of the command line. The long-running programs are handed in, so
/// that the command line links neither agent nor playground.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::cli {

struct Surroundings;

inline constexpr std::string_view version = "0.1.0";

struct AgentOptions {
    std::string config{};     ///< Cluster file; never empty.
    std::string node{};       ///< `--node`; empty: environment or host name decides.
    bool foreground = false;  ///< Set by the guard that started this process.
};

struct PlaygroundOptions {
    std::string directory{};
    unsigned nodes = 3;
    std::string config{};  ///< Cluster file to take groups from; empty: one Redis group.
    bool tls = false;      ///< Make certificates, and let the agents use them.
    std::string format{};  ///< As given with --format; empty: for people.
};

/// Each answers with the exit code of the process. `guard` gets the words
/// after "guard" unread. An empty function prints "not part of this program".
struct Programs {
    std::function<int(const AgentOptions&)> agent;
    std::function<int(const std::vector<std::string>&)> guard;
    std::function<int(const PlaygroundOptions&)> playground_up;
    std::function<int(const PlaygroundOptions&)> playground_down;
    std::function<int(const PlaygroundOptions&)> playground_status;
};

/// Runs one command line and answers with the exit code of exit_code.hpp.
[[nodiscard]] int run(int argc, char** argv, const Programs& programs);

/// The same with everything outside the process handed in. `words` are without
/// the program's name.
[[nodiscard]] int run(const std::vector<std::string>& words, Surroundings& surroundings,
                      const Programs& programs);

}  // namespace baton::cli
