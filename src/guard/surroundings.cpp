#include "guard/surroundings.hpp"

#include "base/priority.hpp"
#include "guard/keeper.hpp"
#include "guard/processes.hpp"
#include "guard/say.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>

namespace baton::guard {

namespace {

/// How long the last processes of a guard that died get to follow it.
constexpr std::int64_t lock_patience = 5 * second;

/// A descriptor opened later must not land on a standard stream.
void fill_standard_streams() {
    int descriptor = 0;
    do {
        descriptor = ::open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) ::close(descriptor);
}

bool make_memory(Surroundings& surroundings) {
    const int file = ::memfd_create("baton-guard", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0 || ::ftruncate(file, sizeof(Memory)) != 0) return false;
    // An agent that shrank it would make the guard fault at its next look.
    if (::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return false;
    void* place = ::mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) return false;
    surroundings.memory_descriptor = file;
    surroundings.memory = std::construct_at(static_cast<Memory*>(place));
    surroundings.memory->version = format_version;
    surroundings.memory->guard = ::getpid();
    return true;
}

bool take_lock(const Options& options, Surroundings& surroundings) {
    const std::string path = options.directory + "/guard.lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0) {
        say("cannot open %s: %s. The directory must exist and be writable.", path.c_str(),
            std::strerror(errno));
        return false;
    }
    const std::int64_t last_try = boot_nanoseconds() + lock_patience;
    while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (boot_nanoseconds() > last_try) {
            std::array<char, 32> owner{};
            const auto got = ::read(file, owner.data(), owner.size() - 1);
            say("%s is held by the guard with pid %ld, or by a process it left. Only one guard "
                "may run in a directory: end that one first.",
                path.c_str(), got > 0 ? std::strtol(owner.data(), nullptr, 10) : 0L);
            return false;
        }
        const timespec pause{0, 20 * millisecond};
        ::nanosleep(&pause, nullptr);
    }
    if (::ftruncate(file, 0) != 0 ||
        ::dprintf(file, "%d\n%s\n", ::getpid(), options.node.c_str()) < 0) {
        say("cannot write %s: %s", path.c_str(), std::strerror(errno));
        return false;
    }
    surroundings.lock = file;
    return true;
}

void take_signals(Surroundings& surroundings) {
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    surroundings.signals = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// Each of these may fail without privilege; the guard then works, with less
/// certainty about its lateness on a machine that swaps or is overloaded.
void protect(Surroundings& surroundings) {
    const int file = ::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    if (file >= 0) {
        std::array<char, 16> text{};
        if (::read(file, text.data(), text.size() - 1) > 0) {
            surroundings.oom_score = static_cast<int>(std::strtol(text.data(), nullptr, 10));
        }
        ::dprintf(file, "-1000");
        ::close(file);
    }
    run_first();
    ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    // Pages are locked as they are touched: touch those of the kill path now.
    kill_descendants(surroundings.proc, ::getpid(), {});
}

}  // namespace

bool prepare(const Options& options, Surroundings& surroundings) {
    fill_standard_streams();
    ::prctl(PR_SET_NAME, "baton-guard");
    if (options.agent.empty() || options.agent[0].empty() || options.agent[0][0] != '/') {
        say("the agent's program must be given with its absolute path");
        return false;
    }
    surroundings.proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int self = open_pidfd(::getpid());
    if (surroundings.proc < 0 || self < 0 || ::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        say("cannot watch processes: %s. It needs /proc and Linux 5.11 or newer.",
            std::strerror(errno));
        return false;
    }
    ::close(self);
    if (!make_memory(surroundings)) {
        say("cannot make the memory shared with the agent: %s", std::strerror(errno));
        return false;
    }
    take_signals(surroundings);
    if (!take_lock(options, surroundings)) return false;
    protect(surroundings);
    return surroundings.signals >= 0;
}

}  // namespace baton::guard
