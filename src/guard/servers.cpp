#include "guard/servers.hpp"

#include "guard/processes.hpp"
#include "guard/say.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace baton::guard {

namespace {

constexpr std::int64_t orphan_walk_pause = 5 * millisecond;

/// A keeper without living descendants needs no longer than this to notice;
/// one that does not is stopped or broken, and is killed.
constexpr std::int64_t keeper_patience = 100 * millisecond;

const char* text_of(Step step) {
    switch (step) {
        case Step::forked: return "its keeper died";
        case Step::log_file: return "cannot open its log file";
        case Step::user: return "cannot become its user";
        case Step::directory: return "cannot enter its directory";
        case Step::execute: return "cannot execute its program";
        case Step::fork: return "cannot create its process";
    }
    return "cannot start it";
}

/// Whether trying again without a correction is pointless.
bool is_permanent(int error) {
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM ||
           error == ENOEXEC || error == EINVAL || error == ELOOP || error == EISDIR;
}

void describe(std::array<char, 256>& text, int status) {
    if (WIFSIGNALED(status)) {
        std::snprintf(text.data(), text.size(), "killed by signal %d", WTERMSIG(status));
    } else {
        std::snprintf(text.data(), text.size(), "exited with code %d", WEXITSTATUS(status));
    }
}

void raise_to(Word& greatest, std::int64_t value) {
    if (value > greatest.load(std::memory_order_relaxed)) greatest.store(value);
}

}  // namespace

Servers::Servers(Memory& memory, Speech& speech, int proc, int lock, int oom_score)
    : memory_(memory), speech_(speech), proc_(proc), lock_(lock), oom_score_(oom_score) {}

Servers::Server* Servers::find(std::string_view name) {
    const auto found = std::find_if(server_.begin(), server_.end(), [&](const Server& server) {
        return server.keeper != 0 && guard::text_of(server.name) == name;
    });
    return found == server_.end() ? nullptr : &*found;
}

Ending& Servers::ending_of(const Server& server) const {
    return memory_.endings[static_cast<std::size_t>(&server - server_.data())];
}

Entry Servers::entry_of(const Server& server) const {
    return {server.name, server.keeper, server.pid, server.started, &server - server_.data()};
}

void Servers::answer(std::uint32_t number, Status status, const char* text, const Server* server) {
    Answer answer;
    answer.header.kind = Kind::done;
    answer.header.number = number;
    answer.status = status;
    put_text(answer.text, text);
    if (server != nullptr) answer.entry[answer.entries++] = entry_of(*server);
    speech_.speak(answer);
}

void Servers::launch(const Order& order, const Program& program) {
    const auto number = order.header.number;
    if (Server* known = find(guard::text_of(order.name)); known != nullptr) {
        if (known->closing_since != INT64_MAX || known->keeper_gone || known->failed) {
            return answer(number, Status::unavailable, "its last process is still ending", nullptr);
        }
        if (known->reports < 0) return answer(number, Status::ok, "", known);
        if (known->launch != 0) {
            return answer(number, Status::unavailable, "it is being started already", nullptr);
        }
        known->launch = number;
        return;
    }
    const auto place = std::find_if(server_.begin(), server_.end(),
                                    [](const Server& server) { return server.keeper == 0; });
    if (place == server_.end()) {
        return answer(number, Status::unavailable, "64 servers run on this node already", nullptr);
    }
    const auto started = start_keeper(program, {&ending_of(*place), lock_, oom_score_});
    if (started.pid < 0) {
        return answer(number, Status::unavailable, std::strerror(errno), nullptr);
    }
    place->name = order.name;
    place->keeper = started.pid;
    place->reports = started.reports;
    place->started = boot_nanoseconds();
    place->launch = number;
}

void Servers::kill(const Order& order) {
    if (Server* server = find(guard::text_of(order.name)); server != nullptr) {
        close(*server, boot_nanoseconds());
    }
    answer(order.header.number, Status::ok, "", nullptr);
}

void Servers::stop(const Order& order) {
    if (Server* server = find(guard::text_of(order.name)); server != nullptr) {
        ask_to_end(*server, order.deadline);
    }
    answer(order.header.number, Status::ok, "", nullptr);
}

void Servers::list(std::uint32_t number) {
    Answer answer;
    answer.header.kind = Kind::state;
    answer.header.number = number;
    for (const auto& server : server_) {
        if (server.keeper != 0 && !server.failed) answer.entry[answer.entries++] = entry_of(server);
    }
    speech_.speak(answer);
}

void Servers::forget_orders() {
    for (auto& server : server_) server.launch = 0;
}

void Servers::stop_all(std::int64_t deadline) {
    for (auto& server : server_) {
        if (server.keeper != 0) ask_to_end(server, deadline);
    }
}

/// A server that is still starting is asked when its pid is known.
void Servers::ask_to_end(Server& server, std::int64_t deadline) {
    if (server.pidfd >= 0) send_signal(server.pidfd, SIGTERM);
    server.stop_at = std::min(server.stop_at, deadline);
}

bool Servers::empty() const {
    return !orphans_ && std::all_of(server_.begin(), server_.end(),
                                    [](const Server& server) { return server.keeper == 0; });
}

std::size_t Servers::reports_to_poll(std::span<pollfd> polls) const {
    std::size_t count = 0;
    for (const auto& server : server_) {
        if (server.reports >= 0) polls[count++] = {server.reports, POLLIN, 0};
    }
    return count;
}

void Servers::report_ready(int descriptor) {
    for (auto& server : server_) {
        if (server.reports != descriptor) continue;
        StartReport report{};
        for (;;) {
            const auto got = ::read(descriptor, &report, sizeof report);
            if (got == sizeof report) {
                took_report(server, report);
                continue;
            }
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
            break;
        }
        ::close(server.reports);
        server.reports = -1;
        if (server.pid == 0 && !server.failed) took_report(server, {Step::forked, 0});
        answer_launch(server);
        return;
    }
}

void Servers::took_report(Server& server, const StartReport& report) {
    if (report.step == Step::forked && report.value > 0) {
        server.pid = report.value;
        server.pidfd = open_pidfd(server.pid);
        // If it ended meanwhile, the number may be a stranger's: only a child
        // of this keeper is ours.
        ProcessStat stat;
        const bool ours =
            read_stat(proc_, server.pid, stat) == Found::yes && stat.parent == server.keeper;
        if (!ours && server.pidfd >= 0) {
            ::close(server.pidfd);
            server.pidfd = -1;
        }
        if (server.stop_at != INT64_MAX) ask_to_end(server, server.stop_at);
        return;
    }
    server.failed = true;
    server.step = report.step;
    server.error = report.step == Step::forked ? ECHILD : report.value;
}

/// A failed start is answered by `release`, when its name is free again.
void Servers::answer_launch(Server& server) {
    if (server.failed) return;
    say("%s runs (pid %d, keeper %d)", server.name.data(), server.pid, server.keeper);
    if (server.launch != 0) answer(server.launch, Status::ok, "", &server);
    server.launch = 0;
}

void Servers::close(Server& server, std::int64_t now) {
    if (server.closing_since != INT64_MAX) return;
    if (server.pidfd >= 0) send_signal(server.pidfd, SIGKILL);
    server.closing_since = now;
    server.walk_pause = walk_pause_min;
    // Until it is reaped the keeper is our child, and its number its own.
    if (!server.keeper_gone) ::kill(server.keeper, SIGTERM);
    walk(server, now);
}

void Servers::walk(Server& server, std::int64_t now) {
    server.next_walk = now + server.walk_pause;
    server.walk_pause = std::min(2 * server.walk_pause, walk_pause_max);
    if (server.keeper_gone) return;
    ::kill(server.keeper, SIGCONT);
    const auto found = kill_descendants(proc_, server.keeper, {});
    if (found.complete && found.alive == 0 && now - server.closing_since > keeper_patience) {
        ::kill(server.keeper, SIGKILL);
    }
}

void Servers::ended(pid_t pid, int status) {
    const auto found = std::find_if(server_.begin(), server_.end(), [&](const Server& server) {
        return server.keeper == pid && !server.keeper_gone;
    });
    if (found == server_.end()) return;
    if (found->reports >= 0) report_ready(found->reports);
    found->keeper_gone = true;
    const auto emptied_by = ending_of(*found).emptied_by.load(std::memory_order_acquire);
    found->proven = WIFEXITED(status) && WEXITSTATUS(status) == 0 && emptied_by == pid;
    if (found->proven) return release(*found);
    expect_orphans();
}

/// A deadline that has passed was about the server that is gone now; the next
/// one of that name must not be killed for it.
void Servers::disarm_passed(std::string_view name) {
    const std::int64_t now = boot_nanoseconds();
    for (auto& slot : memory_.slots) {
        if (slot.state.load(std::memory_order_acquire) != Slot::named) continue;
        std::int64_t deadline = slot.deadline.load(std::memory_order_acquire);
        if (deadline > now || guard::text_of(slot.name) != name) continue;
        slot.deadline.compare_exchange_strong(deadline, 0);
    }
}

void Servers::release(Server& server) {
    disarm_passed(guard::text_of(server.name));
    Answer answer;
    answer.header.kind = Kind::gone;
    answer.entry[answer.entries++] = entry_of(server);
    if (server.failed) {
        answer.header.kind = Kind::done;
        answer.header.number = server.launch;
        answer.status = is_permanent(server.error) ? Status::invalid : Status::unavailable;
        std::snprintf(answer.text.data(), answer.text.size(), "%s: %s", text_of(server.step),
                      std::strerror(server.error));
    } else if (server.proven) {
        describe(answer.text, static_cast<int>(ending_of(server).status.load()));
    } else {
        put_text(answer.text, "its keeper was killed, and so was all that was left");
    }
    if (!server.failed || server.launch != 0) speech_.speak(answer);
    say("%s %s: %s", server.name.data(), server.failed ? "was not started" : "is gone",
        answer.text.data());
    if (server.pidfd >= 0) ::close(server.pidfd);
    if (server.reports >= 0) ::close(server.reports);
    server = Server{};
}

void Servers::enforce(Slot& slot, std::int64_t now) {
    if (slot.state.load(std::memory_order_acquire) != Slot::named) return;
    std::int64_t deadline = slot.deadline.load(std::memory_order_acquire);
    if (deadline == 0) return;
    armed_ = true;
    if (now < deadline) {
        next_deadline_ = std::min(next_deadline_, deadline);
        return;
    }
    Server* server = find(guard::text_of(slot.name));
    if (server == nullptr) {
        // Nothing to kill, and a server started later starts as a standby.
        slot.deadline.compare_exchange_strong(deadline, 0);
        return;
    }
    if (server->closing_since != INT64_MAX) return;
    const std::int64_t lateness = boot_nanoseconds() - deadline;
    close(*server, now);
    memory_.closed.fetch_add(1);
    memory_.lateness_last.store(lateness);
    raise_to(memory_.lateness_max, lateness);
    note_delay(memory_, lateness);
    say("%s: its deadline passed without an extension: killed, %lld us late", server->name.data(),
        static_cast<long long>(lateness / 1000));
}

void Servers::turn(std::int64_t now, pid_t agent) {
    armed_ = false;
    next_deadline_ = INT64_MAX;
    for (auto& slot : memory_.slots) enforce(slot, now);
    for (auto& server : server_) {
        if (server.keeper == 0) continue;
        if (now >= server.stop_at) close(server, now);
        if (now >= server.next_walk) walk(server, now);
    }
    if (orphans_ && now >= orphan_walk_) walk_orphans(now, agent);
}

void Servers::walk_orphans(std::int64_t now, pid_t agent) {
    std::array<pid_t, servers_max + 1> spared{};
    std::size_t count = 0;
    if (agent != 0) spared[count++] = agent;
    for (const auto& server : server_) {
        if (server.keeper != 0 && !server.keeper_gone) spared[count++] = server.keeper;
    }
    const auto found = kill_descendants(proc_, ::getpid(), {spared.data(), count});
    orphan_walk_ = now + orphan_walk_pause;
    orphans_ = !found.none();
    if (orphans_) return;
    for (auto& server : server_) {
        if (server.keeper != 0 && server.keeper_gone) release(server);
    }
}

std::int64_t Servers::next_turn() const {
    std::int64_t next = orphans_ ? std::min(next_deadline_, orphan_walk_) : next_deadline_;
    for (const auto& server : server_) {
        if (server.keeper == 0) continue;
        if (server.closing_since == INT64_MAX) next = std::min(next, server.stop_at);
        if (!server.keeper_gone) next = std::min(next, server.next_walk);
    }
    return next;
}

}  // namespace baton::guard
