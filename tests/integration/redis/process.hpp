#pragma once

/// Child processes, temporary directories and free ports for tests with real
/// servers.

#include "ports/guard.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace baton::adapters {

inline constexpr auto patience = std::chrono::seconds{15};

/// Waits for a condition; false when it never came true.
inline bool becomes(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return condition();
}

inline std::uint16_t free_port() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor, plain, size), 0);
    EXPECT_EQ(::getsockname(descriptor, plain, &size), 0);
    ::close(descriptor);
    return ntohs(address.sin_port);
}

/// A child process, killed with this object.
class Process {
public:
    explicit Process(const Launch& launch) : pid_(::fork()) {
        if (pid_ == 0) become(launch);
    }
    ~Process() { kill(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const { ::kill(pid_, number); }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    static void become(const Launch& launch) {
        std::vector<char*> words;
        for (const std::string& word : launch.arguments)
            words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        for (const std::string& each : launch.environment) {
            ::putenv(const_cast<char*>(each.c_str()));
        }
        const int log = ::open(launch.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(log, 1);
        ::dup2(log, 2);
        const passwd* user = launch.run_as.empty() ? nullptr : ::getpwnam(launch.run_as.c_str());
        if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
            ::_exit(127);
        }
        if (::chdir(launch.directory.c_str()) == 0) ::execv(words[0], words.data());
        ::_exit(127);
    }
    pid_t pid_;
};

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = std::filesystem::temp_directory_path() / "baton-test-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace baton::adapters
