#include "fixture.hpp"

#include "guard/processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace baton::guard_test {

namespace {

constexpr int patience_milliseconds = 20'000;

bool stat_of(pid_t pid, guard::ProcessStat& stat) {
    const int proc = ::open("/proc", O_PATH | O_CLOEXEC);
    const auto found = guard::read_stat(proc, pid, stat);
    ::close(proc);
    return found == guard::Found::yes;
}

bool readable(int descriptor) {
    pollfd poll{descriptor, POLLIN, 0};
    return ::poll(&poll, 1, patience_milliseconds) == 1;
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
    for (int waited = 0; waited < patience_milliseconds; waited += 5) {
        if (condition()) return true;
        ::usleep(5'000);
    }
    return condition();
}

bool is_alive(pid_t pid) {
    guard::ProcessStat stat;
    return stat_of(pid, stat) && stat.state != 'Z' && stat.state != 'X';
}

pid_t parent_of(pid_t pid) {
    guard::ProcessStat stat;
    return stat_of(pid, stat) ? stat.parent : 0;
}

std::string contents(const std::string& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

pid_t pid_in(const std::string& path) {
    eventually([&] { return std::filesystem::exists(path); });
    pid_t pid = 0;
    std::ifstream{path} >> pid;
    return pid;
}

void GuardTest::SetUp() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    directory_ = testing::TempDir() + "guardXXXXXX";
    ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
    ::chmod(directory_.c_str(), 0777);  // A server under another user writes here too.
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("test.socket").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener_, 8), 0);
    guard_ = start_guard();
    ASSERT_GT(await_agent(), 0);
}

void GuardTest::TearDown() {
    if (guard_ > 0 && is_alive(guard_)) {
        ::kill(guard_, SIGTERM);
        EXPECT_EQ(exit_code(guard_), 0);
    }
    // Whatever outlived its guard has become our child, and must be ending.
    const bool nothing_left = eventually([] {
        while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
        }
        return ::waitpid(-1, nullptr, WNOHANG | __WALL) < 0 && errno == ECHILD;
    });
    EXPECT_TRUE(nothing_left);
    if (HasFailure()) {
        std::cout << contents(path("guard.log")) << contents(path("agent.log"));
    }
    if (agent_ >= 0) ::close(agent_);
    ::close(listener_);
    std::filesystem::remove_all(directory_);
}

pid_t GuardTest::start_guard() {
    const std::string log = path("guard.log");
    const std::string socket = path("test.socket");
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    const int file = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0644);
    ::dup2(file, STDERR_FILENO);
    ::execl(GUARD_TEST_PROGRAM, GUARD_TEST_PROGRAM, "guard", directory_.c_str(), socket.c_str(),
            nullptr);
    ::_exit(126);
}

int GuardTest::exit_code(pid_t pid) {
    int status = 0;
    const bool ended = eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; });
    if (!ended) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

pid_t GuardTest::await_agent() {
    if (agent_ >= 0) ::close(agent_);
    received_.clear();
    agent_ = readable(listener_) ? ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC) : -1;
    std::string line;
    if (!next_line(line) || !line.starts_with("hello ")) return 0;
    return agent_pid_ = std::stoi(line.substr(6));
}

bool GuardTest::next_line(std::string& line) {
    for (;;) {
        const auto end = received_.find('\n');
        if (end != std::string::npos) {
            line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return true;
        }
        std::array<char, 4096> buffer;
        if (agent_ < 0 || !readable(agent_)) return false;
        const auto got = ::read(agent_, buffer.data(), buffer.size());
        if (got <= 0) return false;
        received_.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

void GuardTest::tell(const std::string& line) const {
    const std::string text = line + "\n";
    EXPECT_EQ(::send(agent_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
}

std::string GuardTest::ask(const std::string& line) {
    tell(line);
    std::string answer;
    while (next_line(answer)) {
        if (!answer.starts_with("gone ")) return answer;
        gone_.push_back(answer.substr(5));
    }
    return "no answer";
}

bool GuardTest::told_gone(const std::string& name) {
    std::string line;
    for (;;) {
        const auto told = std::find(gone_.begin(), gone_.end(), name);
        if (told != gone_.end()) {
            gone_.erase(told);
            return true;
        }
        if (!next_line(line)) return false;
        if (line.starts_with("gone ")) gone_.push_back(line.substr(5));
    }
}

std::string GuardTest::launch_line(const std::string& name, const std::string& words,
                                   const std::string& user) const {
    return "launch " + name + " " + directory_ + " " + path(name + ".log") + " " + user + " " +
           GUARD_TEST_PROGRAM + " server " + words;
}

pid_t GuardTest::launch(const std::string& name, const std::string& words) {
    const std::string answer = ask(launch_line(name, words));
    EXPECT_TRUE(answer.starts_with("pid ")) << answer;
    return answer.starts_with("pid ") ? std::stoi(answer.substr(4)) : 0;
}

}  // namespace baton::guard_test
