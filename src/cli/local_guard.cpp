#include "cli/local_guard.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace baton::cli {

namespace {

/// Whether some process holds it: nobody else may be taken for a guard.
bool is_held(const std::string& lock) {
    const int file = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool free = ::flock(file, LOCK_SH | LOCK_NB) == 0;
    ::close(file);
    return !free;
}

/// A keeper may hold the lock of a guard that is gone, whose number then is free.
bool is_guard(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    return std::getline(file, name) && name == "baton-guard";
}

}  // namespace

Result<int> local_guard(const std::string& node, const std::string& directory) {
    const std::string lock = directory + "/guard.lock";
    std::ifstream file(lock);
    int pid = 0;
    std::string whose;
    if (!(file >> pid >> whose) || !is_held(lock) || !is_guard(pid)) {
        return refused("no guard of node " + node + " runs on this machine (nobody holds " + lock +
                       ")");
    }
    if (whose != node) {
        return refused("node " + node + " does not run on this machine: " + lock +
                       " is held by the guard of node " + whose);
    }
    return pid;
}

Result<void> ask_for_new_agent(int guard) {
    if (::kill(guard, SIGHUP) == 0) return success();
    return refused("its guard (pid " + std::to_string(guard) + ") cannot be asked: " +
                   std::strerror(errno) + "; become its user, or root, and repeat");
}

}  // namespace baton::cli
