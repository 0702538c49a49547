#include "playground/processes.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace baton::playground {

namespace {

namespace fs = std::filesystem;

constexpr auto end_poll = std::chrono::milliseconds{20};

bool alive(int pid) { return pid > 0 && ::kill(pid, 0) == 0; }

/// Parent of a process, from /proc/<pid>/stat; 0 if it is gone. The name may
/// contain blanks and brackets, so the fields start after the last ')'.
int parent_of(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return 0;
    std::istringstream fields(text.substr(end + 1));
    std::string state;
    int parent = 0;
    fields >> state >> parent;
    return parent;
}

/// The guard and its keepers share one command line; the agent's has one word more.
bool is_agent(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/cmdline", std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.find(std::string("\0--foreground\0", 14)) != std::string::npos;
}

[[noreturn]] void become_node(const std::vector<std::string>& words, const std::string& log) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDONLY);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
    ::dup2(null, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv("/proc/self/exe", arguments.data());
    ::_exit(127);
}

}  // namespace

int guard_pid(const std::string& node_directory) {
    const std::string path = node_directory + "/guard.lock";
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    const bool free = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
    ::close(descriptor);
    if (free) return 0;
    std::ifstream file(path);
    int pid = 0;
    file >> pid;
    return alive(pid) ? pid : 0;
}

int agent_pid(int guard) {
    if (guard <= 0) return 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (parent_of(name) == guard && is_agent(name)) return std::atoi(name.c_str());
    }
    return 0;
}

Result<void> start_node(const std::string& config, const std::string& node,
                        const std::string& node_directory) {
    std::error_code error;
    fs::create_directories(node_directory, error);
    if (error) return unavailable("cannot make " + node_directory + ": " + error.message());
    const std::vector<std::string> words{"baton", "agent", "--config", config, "--node", node};
    const int child = ::fork();
    if (child < 0) return unavailable(std::string("cannot fork: ") + std::strerror(errno));
    if (child == 0) {
        // Twice, so that the node belongs to nobody who waits for it.
        if (::fork() == 0) become_node(words, node_directory + "/agent.log");
        ::_exit(0);
    }
    int ended = 0;
    ::waitpid(child, &ended, 0);
    return success();
}

void end_guard(int guard, Duration patience) {
    if (!alive(guard)) return;
    ::kill(guard, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (alive(guard) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(end_poll);
    }
    if (!alive(guard)) return;
    ::kill(guard, SIGKILL);
    while (alive(guard)) std::this_thread::sleep_for(end_poll);
}

}  // namespace baton::playground
