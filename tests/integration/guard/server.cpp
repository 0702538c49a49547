#include "program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

extern char** environ;

namespace baton::guard_test {

namespace {

/// Announced by name, so that a reader never sees a half-written number.
void write_pid(const std::string& path) {
    const std::string draft = path + ".draft";
    FILE* file = std::fopen(draft.c_str(), "w");
    if (file == nullptr) ::_exit(70);
    std::fprintf(file, "%d %u\n", ::getpid(), ::getuid());
    std::fclose(file);
    if (std::rename(draft.c_str(), path.c_str()) != 0) ::_exit(70);
}

[[noreturn]] void sleep_for_ever() {
    for (;;) ::pause();
}

/// A grandchild in a session of its own whose parent is gone: no process group,
/// session or parent leads to it any more.
void escape(const std::string& path) {
    if (::fork() != 0) return;
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    ::signal(SIGTERM, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    write_pid(path);
    sleep_for_ever();
}

}  // namespace

/// Words: `pid=FILE` announces itself there; `escape=FILE` leaves a grandchild
/// that announces itself there; `deaf` ignores SIGTERM; `spin` uses CPU;
/// `environment` prints its environment; `exit` ends at once.
int run_server(const std::vector<std::string>& arguments) {
    bool spin = false;
    for (const auto& word : arguments) {
        if (word.starts_with("escape=")) escape(word.substr(7));
        if (word.starts_with("pid=")) write_pid(word.substr(4));
        if (word == "deaf") ::signal(SIGTERM, SIG_IGN);
        if (word == "spin") spin = true;
        if (word == "exit") return 3;
        if (word == "environment") {
            for (char** variable = environ; *variable != nullptr; ++variable) std::puts(*variable);
            std::fflush(stdout);
        }
    }
    if (spin) {
        for (volatile unsigned turn = 0;;) turn = turn + 1;
    }
    sleep_for_ever();
}

}  // namespace baton::guard_test
