#include "adapters/guard/connection.hpp"

#include "adapters/guard/deadlines.hpp"
#include "adapters/guard/look.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace baton::adapters {

using guard::Answer;
using guard::Entry;
using guard::Kind;
using guard::Status;

namespace {

std::string name_of(const Entry& entry) {
    return std::string{guard::text_of(entry.name)};
}

Supervised supervised(const Entry& entry) {
    return {name_of(entry), entry.pid, Instant{Duration{entry.started}}};
}

std::string describe(const Launch& launch) {
    std::string text = "Server '" + launch.name + "' was not started (program " +
                       launch.arguments.front() + ", directory " + launch.directory;
    if (!launch.run_as.empty()) text += ", user " + launch.run_as;
    return text + ", log file " + launch.log_file + ")";
}

}  // namespace

GuardConnection::GuardConnection(RunningLoop& loop, Inherited inherited)
    : loop_(loop),
      context_(*static_cast<boost::asio::io_context*>(loop.io_context())),
      inherited_(std::move(inherited)),
      socket_(context_, inherited_.socket),
      proc_(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    wait_for_answers();
}

GuardConnection::~GuardConnection() {
    for (const auto& [number, waiting] : waiting_) loop_.cancel(waiting.timer);
    socket_.release();  // Closing it would tell the guard that this agent is over.
    if (proc_ >= 0) ::close(proc_);
}

void GuardConnection::start(Gone gone) {
    gone_ = std::move(gone);
}

void GuardConnection::order(Result<Datagram> datagram, std::uint32_t number, Answered answered) {
    const auto fail = [&](Error error) {
        loop_.post([answered = std::move(answered), error = std::move(error)] { answered(error); });
    };
    if (!datagram) return fail(datagram.error());
    if (waiting_.size() >= orders_waiting_max) {
        return fail(unavailable("The guard has 64 orders to answer already; nothing was sent."));
    }
    const auto& bytes = datagram.value();
    if (::send(inherited_.socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        return fail(unavailable(std::string{"The guard takes no orders ("} + std::strerror(errno) +
                                "); nothing was sent."));
    }
    const TimerId timer = loop_.at(loop_.now() + answer_patience, [this, number] {
        finish(number, outcome_unknown("The guard did not answer within 2 s; it may have obeyed. "
                                       "List the servers before assuming either."));
    });
    waiting_.emplace(number, Waiting{std::move(answered), timer});
}

void GuardConnection::finish(std::uint32_t number, Result<Answer> answer) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    const Answered answered = std::move(found->second.answered);
    loop_.cancel(found->second.timer);
    waiting_.erase(found);
    answered(std::move(answer));
}

void GuardConnection::list(Done<std::vector<Supervised>> done) {
    const auto number = ++last_number_;
    order(plain_order(Kind::list, {}, {}, number), number, [done](Result<Answer> answer) {
        if (!answer) return done(answer.error());
        std::vector<Supervised> running;
        for (std::size_t at = 0; at < answer.value().entries; ++at) {
            running.push_back(supervised(answer.value().entry[at]));
        }
        done(std::move(running));
    });
}

void GuardConnection::launch(Launch launch, Done<Supervised> done) {
    const auto number = ++last_number_;
    order(launch_order(launch, number), number, [launch, done](Result<Answer> answer) {
        if (!answer) return done(answer.error());
        if (answer.value().status != Status::ok) {
            return done(error_of(answer.value(), describe(launch)));
        }
        if (answer.value().entries != 1) {
            return done(outcome_unknown("The guard started '" + launch.name +
                                        "' and did not say how. List the servers."));
        }
        done(supervised(answer.value().entry[0]));
    });
}

void GuardConnection::plain(Kind kind, const std::string& name, Instant deadline, Done<void> done) {
    const auto number = ++last_number_;
    order(plain_order(kind, name, deadline, number), number, [name, done](Result<Answer> answer) {
        if (!answer) return done(answer.error());
        if (answer.value().status == Status::ok) return done(success());
        done(error_of(answer.value(), "Server '" + name + "' was not ended"));
    });
}

void GuardConnection::kill(const std::string& name, Done<void> done) {
    plain(Kind::kill, name, {}, std::move(done));
}

void GuardConnection::stop(const std::string& name, Instant deadline, Done<void> done) {
    plain(Kind::stop, name, deadline, std::move(done));
}

void GuardConnection::wait_for_answers() {
    socket_.async_wait(Descriptor::wait_read,
                       [this, alive = std::weak_ptr{alive_}](boost::system::error_code error) {
                           if (alive.expired() || error) return;
                           read_answers();
                       });
}

void GuardConnection::read_answers() {
    const std::weak_ptr alive{alive_};
    std::array<char, sizeof(Answer) + 1> buffer;
    for (;;) {
        const auto got = ::recv(inherited_.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
        // A guard that is gone takes this process with it; nothing to do here.
        if (got <= 0) return;
        Answer answer;
        if (!guard::read_answer({buffer.data(), static_cast<std::size_t>(got)}, answer)) continue;
        take(answer);
        if (alive.expired()) return;  // A callback ended this object.
    }
    wait_for_answers();
}

void GuardConnection::take(const Answer& answer) {
    const auto number = answer.header.number;
    if (answer.header.kind == Kind::gone && answer.entries == 1) {
        const std::string name = name_of(answer.entry[0]);
        const auto told = told_.find(name);
        const bool known_already = told != told_.end() && told->second == answer.entry[0].started;
        if (known_already) told_.erase(told);
        if (!known_already) {
            note_ending(answer.entry[0]);
            tell_gone(name, answer.entry[0].started);
        }
        return;
    }
    if (answer.header.kind == Kind::state) {
        const std::weak_ptr alive{alive_};
        take_state(answer);
        if (!alive.expired()) finish(number, answer);
        return;
    }
    if (answer.status == Status::ok && answer.entries == 1) know(answer.entry[0]);
    finish(number, answer);
}

/// Whoever was known and is not in the guard's list any more is gone: this is
/// how an agent that was too slow for the guard's messages learns it.
void GuardConnection::take_state(const Answer& answer) {
    const auto entries = std::span{answer.entry}.first(answer.entries);
    std::vector<std::pair<std::string, std::int64_t>> missing;
    for (const auto& [name, known] : known_) {
        const std::int64_t started = known.entry.started;
        const bool there = std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
            return entry.started == started && name_of(entry) == name;
        });
        if (!there) missing.emplace_back(name, started);
    }
    const std::weak_ptr alive{alive_};
    for (const auto& [name, started] : missing) {
        tell_gone(name, started);
        if (alive.expired()) return;
    }
    for (const auto& entry : entries) know(entry);
}

void GuardConnection::know(const Entry& entry) {
    const std::string name = name_of(entry);
    const auto told = told_.find(name);
    if (told != told_.end() && told->second == entry.started) return;
    const auto [place, added] = known_.try_emplace(name);
    Known& known = place->second;
    const bool same = !added && known.entry.started == entry.started;
    known.entry = entry;
    if (same) return;
    known.cpu_ticks.reset();
    known.keeper.reset();
    watch_keeper(name, known);
}

void GuardConnection::watch_keeper(const std::string& name, Known& known) {
    const auto keeper = static_cast<pid_t>(known.entry.keeper);
    const int pidfd = guard::open_pidfd(keeper);
    if (pidfd < 0) return;
    // If it ended before, the number may be a stranger's: the guard's message
    // is on its way then.
    guard::ProcessStat stat;
    if (guard::read_stat(proc_, keeper, stat) != guard::Found::yes ||
        stat.parent != inherited_.memory->guard) {
        ::close(pidfd);
        return;
    }
    known.keeper = std::make_unique<Descriptor>(context_, pidfd);
    known.keeper->async_wait(Descriptor::wait_read,
                             [this, alive = std::weak_ptr{alive_}, name,
                              started = known.entry.started](boost::system::error_code error) {
                                 if (!alive.expired() && !error) keeper_ended(name, started);
                             });
}

/// A killed keeper proves nothing; the guard tells when what it left is dead.
void GuardConnection::keeper_ended(const std::string& name, std::int64_t started) {
    const auto found = known_.find(name);
    if (found == known_.end() || found->second.entry.started != started) return;
    const Entry& entry = found->second.entry;
    const auto& ending = inherited_.memory->endings[static_cast<std::size_t>(entry.place)];
    if (ending.emptied_by.load(std::memory_order_acquire) != entry.keeper) return;
    told_[name] = started;
    note_ending(entry);
    tell_gone(name, started);
}

/// What a keeper left at that place counts only while it is still its own.
void GuardConnection::note_ending(const Entry& entry) {
    const auto& ending = inherited_.memory->endings[static_cast<std::size_t>(entry.place)];
    const bool own = ending.emptied_by.load(std::memory_order_acquire) == entry.keeper;
    const auto status = static_cast<int>(ending.status.load());
    own ? void(endings_[name_of(entry)] = status) : void(endings_.erase(name_of(entry)));
}

std::optional<int> GuardConnection::exit_code(const std::string& name) const {
    const auto found = endings_.find(name);
    if (found == endings_.end() || !WIFEXITED(found->second)) return std::nullopt;
    return WEXITSTATUS(found->second);
}

void GuardConnection::tell_gone(const std::string& name, std::int64_t started) {
    const auto known = known_.find(name);
    if (known != known_.end()) {
        if (known->second.entry.started != started) return;  // An earlier server of that name.
        known_.erase(known);
    }
    if (gone_) gone_(name);
}

cluster::ProcessState GuardConnection::look(const std::string& name) {
    const auto found = known_.find(name);
    if (found == known_.end()) return cluster::ProcessState::absent;
    Known& known = found->second;
    if (known.entry.pid == 0) return cluster::ProcessState::running;  // It is being started.
    guard::ProcessStat stat;
    const auto there = guard::read_stat(proc_, static_cast<pid_t>(known.entry.pid), stat);
    const bool ended = there == guard::Found::no ||
                       (there == guard::Found::yes && stat.parent != known.entry.keeper);
    if (ended) return cluster::ProcessState::busy;
    if (there != guard::Found::yes) return cluster::ProcessState::running;
    const auto state = judge(stat, known.cpu_ticks);
    known.cpu_ticks = stat.cpu_ticks;
    if (state != cluster::ProcessState::running) return state;
    return in_frozen_group(known.entry.pid) ? cluster::ProcessState::frozen : state;
}

Result<GuardEnds> connect_guard(RunningLoop& loop) {
    BATON_TRY(auto inherited, inherited_from_guard());
    GuardEnds ends;
    ends.deadlines = std::make_unique<SharedDeadlines>(inherited);
    ends.guard = std::make_unique<GuardConnection>(loop, std::move(inherited));
    return ends;
}

}  // namespace baton::adapters
