#include "guard/agent_process.hpp"

#include "guard/keeper.hpp"
#include "guard/processes.hpp"
#include "guard/say.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace baton::guard {

namespace {

void pass_on(const char* variable, int descriptor) {
    ::fcntl(descriptor, F_SETFD, 0);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%d", descriptor);
    ::setenv(variable, text.data(), 1);
}

}  // namespace

AgentProcess::AgentProcess(const Options& options, int memory, int oom_score)
    : options_(options), memory_(memory), oom_score_(oom_score) {
    for (const auto& argument : options.agent) {
        arguments_.push_back(const_cast<char*>(argument.c_str()));  // execv changes nothing.
    }
    arguments_.push_back(nullptr);
}

void AgentProcess::become_agent(int socket, pid_t guard) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != guard) ::_exit(127);
    // A Ctrl-C in the terminal is for the guard, which ends things in order.
    ::setsid();
    shed_protection(oom_score_);
    if (!options_.agent_log.empty()) {
        const int log = ::open(options_.agent_log.c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0640);
        if (log >= 0) {
            ::dup2(log, STDOUT_FILENO);
            ::dup2(log, STDERR_FILENO);
        }
    }
    pass_on(socket_variable, socket);
    pass_on(memory_variable, memory_);
    ::execv(arguments_[0], arguments_.data());
    say("cannot execute the agent %s: %s. Check that the path is right.", arguments_[0],
        std::strerror(errno));
    ::_exit(exit_bad_configuration);
}

void AgentProcess::start(std::int64_t now) {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0) {
        const pid_t guard = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) become_agent(ends[1], guard);
        ::close(ends[1]);
        if (pid_ > 0) {
            socket_ = ends[0];
            return;
        }
        ::close(ends[0]);
    }
    say("cannot start the agent: %s. It is tried again every second.", std::strerror(errno));
    pid_ = 0;
    start_at_ = now + second;
}

void AgentProcess::turn(std::int64_t now) {
    if (pid_ > 0 && now >= kill_at_) {
        say("the agent (pid %d) did not end in time: killed", pid_);
        ::kill(pid_, SIGKILL);  // Our unreaped child: the number is still its own.
        kill_at_ = INT64_MAX;
    }
    if (pid_ == 0 && !ending_ && now >= start_at_) start(now);
}

std::int64_t AgentProcess::next_turn() const {
    if (pid_ > 0) return kill_at_;
    return ending_ ? INT64_MAX : start_at_;
}

void AgentProcess::end(std::int64_t deadline) {
    ending_ = true;
    renew(deadline);
}

void AgentProcess::renew(std::int64_t deadline) {
    if (pid_ == 0) return;
    ::kill(pid_, SIGTERM);
    kill_at_ = std::min(kill_at_, deadline);
}

void AgentProcess::ended(int status, std::int64_t now) {
    start_at_ = restarts_.take(now);
    kill_at_ = INT64_MAX;
    hang_up();
    if (WIFSIGNALED(status)) {
        say("the agent (pid %d) was killed by signal %d", pid_, WTERMSIG(status));
    } else {
        say("the agent (pid %d) exited with code %d", pid_, WEXITSTATUS(status));
    }
    pid_ = 0;
}

void AgentProcess::hang_up() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

std::span<const char> AgentProcess::receive(std::span<char> buffer, std::int64_t now) {
    if (socket_ < 0) return {};
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got > 0) return buffer.first(static_cast<std::size_t>(got));
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    hang_up();
    kill_at_ = std::min(kill_at_, now + second);
    return {};
}

bool AgentProcess::send(const Answer& answer) {
    if (socket_ < 0) return true;  // Nobody listens, so nobody misses it.
    const auto sent = ::send(socket_, &answer, answer.bytes(), MSG_NOSIGNAL);
    return sent >= 0 || errno != EAGAIN;
}

}  // namespace baton::guard
