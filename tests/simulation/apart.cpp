#include "simulation/apart.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <string_view>
#include <utility>

namespace baton::simulation {

namespace {

constexpr std::string_view fault_mark = "fault ";

void write_line(int pipe, const std::string& text) {
    const std::string line = text + "\n";
    for (std::size_t done = 0; done < line.size();) {
        const ssize_t written = write(pipe, line.data() + done, line.size() - done);
        if (written <= 0) return;
        done += static_cast<std::size_t>(written);
    }
}

/// Faults are told as they come: a process that aborts tells nothing later.
[[noreturn]] void run_and_tell(SeedOptions options, int pipe) {
    std::signal(SIGABRT, SIG_DFL);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    options.struck = [pipe](const Fault& fault) {
        write_line(pipe, std::string(fault_mark) + to_text(fault));
    };
    const SeedResult result = run_seed(options);
    if (!result.broken.empty()) write_line(pipe, result.broken);
    _exit(0);
}

std::string read_all(int pipe) {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t size = 0; (size = read(pipe, piece.data(), piece.size())) > 0;) {
        text.append(piece.data(), static_cast<std::size_t>(size));
    }
    return text;
}

Verdict verdict_in(const std::string& told) {
    Verdict verdict;
    std::istringstream lines(told);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(fault_mark)) {
            verdict.broken = line;
        } else if (auto fault = read_fault(line.substr(fault_mark.size()))) {
            verdict.struck.push_back(std::move(fault).value());
        }
    }
    return verdict;
}

}  // namespace

Verdict run_apart(SeedOptions options) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return {"no pipe", {}};
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_and_tell(std::move(options), ends[1]);
    }
    close(ends[1]);
    Verdict verdict = verdict_in(read_all(ends[0]));
    close(ends[0]);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return {"no process", {}};
    if (!WIFEXITED(status)) {
        verdict.broken = std::string(invariant) + ": the process ended by signal " +
                         std::to_string(WTERMSIG(status));
    }
    return verdict;
}

}  // namespace baton::simulation
