#include "guard/keeper.hpp"

#include "base/priority.hpp"
#include "guard/processes.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

namespace baton::guard {

namespace {

/// execve takes pointers to non-const for historical reasons and changes nothing.
char* const* as_exec(const char* const* strings) {
    return const_cast<char* const*>(strings);
}

void report(int pipe, Step step, int value) {
    const StartReport record{step, value};
    // Shorter than PIPE_BUF, so it is written whole or not at all.
    if (::write(pipe, &record, sizeof record) < 0) return;
}

[[noreturn]] void fail(int pipe, Step step) {
    report(pipe, step, errno);
    ::_exit(127);
}

/// The kernel forgets the parent-death signal when the credentials change, and
/// sends none if the parent was already dead: hence set again, and checked.
void die_with_parent(pid_t parent, int signal) {
    ::prctl(PR_SET_PDEATHSIG, signal);
    if (::getppid() != parent) ::_exit(127);
}

void open_streams(const char* log_file, int pipe) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    // Opened before the user changes: the directory may belong to the guard's
    // user. Never through a link that the server's user could have planted.
    const int log = ::open(
        log_file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
        0640);
    if (null < 0 || log < 0) fail(pipe, Step::log_file);
    struct stat kind {};
    ::fstat(log, &kind);
    if (!S_ISREG(kind.st_mode) && !S_ISCHR(kind.st_mode)) {
        errno = EINVAL;
        fail(pipe, Step::log_file);
    }
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
}

void change_user(const char* name, int pipe) {
    errno = 0;
    const passwd* user = ::getpwnam(name);
    if (user == nullptr) {
        if (errno == 0) errno = ENOENT;
        fail(pipe, Step::user);
    }
    if (user->pw_uid == ::geteuid() && user->pw_gid == ::getegid()) return;
    if (::initgroups(name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
        ::setuid(user->pw_uid) != 0) {
        fail(pipe, Step::user);
    }
}

[[noreturn]] void become_server(const Program& program, pid_t keeper, int oom_score, int pipe) {
    die_with_parent(keeper, SIGKILL);
    shed_protection(oom_score);
    open_streams(program.log_file, pipe);
    if (program.user[0] != '\0') change_user(program.user, pipe);
    die_with_parent(keeper, SIGKILL);
    // The agent may need the right to change packet filters; no server does.
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_NET_ADMIN, 0, 0);
    // No descendant may become more privileged than the guard that must kill it.
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::chdir(program.directory) != 0) fail(pipe, Step::directory);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(program.arguments[0], as_exec(program.arguments.data()),
             as_exec(program.variables.data()));
    fail(pipe, Step::execute);
}

/// Closes what the guard had open, except the two descriptors kept.
void close_others(int one, int other) {
    const auto low = static_cast<unsigned>(std::min(one, other));
    const auto high = static_cast<unsigned>(std::max(one, other));
    if (low > 3) ::close_range(3, low - 1, 0);
    if (high > low + 1) ::close_range(low + 1, high - 1, 0);
    ::close_range(high + 1, ~0U, 0);
}

sigset_t awaited_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGCHLD);
    ::sigaddset(&signals, SIGTERM);
    return signals;
}

/// Reaps until nobody is left; answers false then.
bool reap_ended(pid_t server, Ending& ending, bool& closing) {
    for (;;) {
        int status = 0;
        // __WALL: also children that a clone made with another exit signal.
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL);
        if (pid == 0) return true;
        if (pid < 0 && errno == ECHILD) return false;
        if (pid < 0) continue;
        if (pid != server) continue;
        ending.status.store(status, std::memory_order_relaxed);
        closing = true;
    }
}

[[noreturn]] void keep(pid_t server, Ending& ending, int proc) {
    const sigset_t signals = awaited_signals();
    std::int64_t pause = walk_pause_min;
    bool closing = false;
    while (reap_ended(server, ending, closing)) {
        const timespec wait{0, pause};
        if (closing) {
            kill_descendants(proc, ::getpid(), {});
            pause = std::min(2 * pause, walk_pause_max);
        }
        const int signal =
            closing ? ::sigtimedwait(&signals, nullptr, &wait) : ::sigwaitinfo(&signals, nullptr);
        if (signal == SIGTERM) closing = true;
    }
    ending.emptied_by.store(::getpid(), std::memory_order_release);
    ::_exit(0);
}

[[noreturn]] void become_keeper(const Program& program, const KeeperNeeds& needs, pid_t guard,
                                int pipe) {
    const sigset_t signals = awaited_signals();
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    // Not SIGKILL: a keeper that learns of the guard's death still kills the
    // descendants that have no parent-death signal of their own.
    die_with_parent(guard, SIGTERM);
    ::prctl(PR_SET_NAME, "baton-keeper");
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::setsid();
    // On an overloaded machine a death must not wait for its turn.
    run_first();
    close_others(pipe, needs.lock);
    const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const pid_t keeper = ::getpid();
    const pid_t server = proc < 0 ? -1 : ::fork();
    if (server == 0) become_server(program, keeper, needs.oom_score, pipe);
    if (server < 0) fail(pipe, Step::fork);
    report(pipe, Step::forked, server);
    ::close(pipe);
    keep(server, *needs.ending, proc);
}

}  // namespace

void shed_protection(int oom_score) {
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        ::dprintf(file, "%d", oom_score);
        ::close(file);
    }
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

StartedKeeper start_keeper(const Program& program, const KeeperNeeds& needs) {
    StartedKeeper started;
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return started;
    needs.ending->emptied_by.store(0, std::memory_order_relaxed);
    needs.ending->status.store(0, std::memory_order_relaxed);
    const pid_t guard = ::getpid();
    started.pid = ::fork();
    if (started.pid == 0) become_keeper(program, needs, guard, ends[1]);
    const int fork_error = errno;
    ::close(ends[1]);
    if (started.pid < 0) {
        ::close(ends[0]);
        errno = fork_error;
        return started;
    }
    started.reports = ends[0];
    return started;
}

}  // namespace baton::guard
