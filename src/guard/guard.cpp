#include "guard/guard.hpp"

#include "guard/agent_process.hpp"
#include "guard/processes.hpp"
#include "guard/say.hpp"
#include "guard/servers.hpp"
#include "guard/surroundings.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace baton::guard {

namespace {

/// A deadline that moves closer is seen within this.
constexpr std::int64_t period_armed = 20 * millisecond;
/// Bounds the age of the heartbeat that an agent looks at.
constexpr std::int64_t period_connected = 50 * millisecond;
constexpr std::int64_t period_alone = second;

/// An orderly end: how long the agent, then the servers, get to finish.
constexpr std::int64_t agent_patience = 5 * second;
constexpr std::int64_t server_patience = 10 * second;
/// A frozen agent hears no request: leases of its node run out meanwhile.
constexpr std::int64_t renewal_patience = second / 2;

enum class Phase { serving, ending_agent, ending_servers, over };

class Turns final : public Speech {
public:
    Turns(const Options& options, const Surroundings& around)
        : around_(around),
          agent_(options, around.memory_descriptor, around.oom_score),
          servers_(*around.memory, *this, around.proc, around.lock, around.oom_score) {}

    int run() {
        for (;;) {
            const std::int64_t now = boot_nanoseconds();
            around_.memory->heartbeat.store(now, std::memory_order_release);
            reap(now);
            servers_.turn(now, agent_.pid());
            agent_.turn(now);
            end_if_due(now);
            if (phase_ == Phase::over) return exit_code_;
            catch_up();
            sleep(now);
        }
    }

    void speak(const Answer& answer) override { unheard_ |= !agent_.send(answer); }

private:
    void reap(std::int64_t now) {
        for (;;) {
            int status = 0;
            const pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL);
            if (pid <= 0) return;
            if (pid == agent_.pid()) {
                agent_ended(status, now);
            } else {
                servers_.ended(pid, status);
            }
        }
    }

    void agent_ended(int status, std::int64_t now) {
        const bool hopeless = WIFEXITED(status) && WEXITSTATUS(status) == exit_bad_configuration;
        if (hopeless && servers_.empty() && phase_ == Phase::serving) {
            exit_code_ = exit_bad_configuration;
            phase_ = Phase::ending_agent;
        }
        agent_.ended(status, now);
        if (phase_ != Phase::serving) agent_.end(now);
        servers_.forget_orders();
        servers_.expect_orphans();
        unheard_ = false;
    }

    /// SIGTERM or SIGINT; the second one does not wait any longer.
    void asked_to_end(std::int64_t now) {
        hurry_ = phase_ != Phase::serving;
        if (phase_ == Phase::serving) phase_ = Phase::ending_agent;
        agent_.end(hurry_ ? now : now + agent_patience);
        if (phase_ == Phase::ending_servers) servers_.stop_all(now);
        say("asked to end: %s",
            hurry_ ? "everything is killed" : "the agent ends, then the servers");
    }

    /// SIGHUP. Servers are not touched.
    void asked_to_renew(std::int64_t now) {
        if (phase_ != Phase::serving) return;
        say("asked to restart the agent (pid %d)", agent_.pid());
        agent_.renew(now + renewal_patience);
    }

    void end_if_due(std::int64_t now) {
        if (phase_ == Phase::ending_agent && agent_.pid() == 0) {
            phase_ = Phase::ending_servers;
            servers_.stop_all(hurry_ ? now : now + server_patience);
        }
        if (phase_ == Phase::ending_servers && servers_.empty()) phase_ = Phase::over;
    }

    /// What a slow reader missed is made good by the whole state.
    void catch_up() {
        if (!unheard_) return;
        unheard_ = false;
        servers_.list(0);
    }

    [[nodiscard]] std::int64_t wake_up_at(std::int64_t now) const {
        const std::int64_t period = servers_.armed()       ? period_armed
                                    : agent_.socket() >= 0 ? period_connected
                                                           : period_alone;
        return std::min({now + period, servers_.next_turn(), agent_.next_turn()});
    }

    void sleep(std::int64_t now) {
        std::array<pollfd, servers_max + 2> polls{};
        polls[0] = {around_.signals, POLLIN, 0};
        polls[1] = {agent_.socket(), POLLIN, 0};  // -1 is ignored by the kernel.
        const auto reports = servers_.reports_to_poll({polls.data() + 2, servers_max});
        const std::int64_t wake_up =
            phase_ == Phase::ending_agent && agent_.pid() == 0 ? now : wake_up_at(now);
        const std::int64_t wait = std::max<std::int64_t>(wake_up - boot_nanoseconds(), 0);
        const timespec timeout{wait / second, wait % second};
        const int ready = ::ppoll(polls.data(), reports + 2, &timeout, nullptr);
        if (ready == 0 && wait > 0) {
            const std::int64_t late = boot_nanoseconds() - wake_up;
            Word& longest = around_.memory->oversleep_max;
            if (late > longest.load(std::memory_order_relaxed)) longest.store(late);
            note_delay(*around_.memory, late);
        }
        if (ready <= 0) return;
        if (polls[0].revents != 0) take_signals();
        for (std::size_t at = 2; at < reports + 2; ++at) {
            if (polls[at].revents != 0) servers_.report_ready(polls[at].fd);
        }
        if (polls[1].revents != 0) take_order();
    }

    /// Dead children are reaped by the next turn; here they only wake it.
    void take_signals() {
        signalfd_siginfo signal{};
        while (::read(around_.signals, &signal, sizeof signal) == sizeof signal) {
            if (signal.ssi_signo == SIGHUP) asked_to_renew(boot_nanoseconds());
            if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) {
                asked_to_end(boot_nanoseconds());
            }
        }
    }

    void take_order() {
        const std::int64_t now = boot_nanoseconds();
        const auto datagram = agent_.receive(buffer_, now);
        if (datagram.empty()) return;
        // The kernel tells the agent of a death too: its next order may come
        // before we have looked, and must find the name free.
        reap(now);
        Order order;
        Program program;
        const char* problem = read_order(datagram, order, program);
        if (problem != nullptr) return refuse(order, Status::invalid, problem);
        obey(order, program);
    }

    void obey(const Order& order, const Program& program) {
        switch (order.header.kind) {
            case Kind::wake: return;
            case Kind::list: return servers_.list(order.header.number);
            case Kind::kill: return servers_.kill(order);
            case Kind::stop: return servers_.stop(order);
            case Kind::launch: break;
            case Kind::done:
            case Kind::state:
            case Kind::gone: return;
        }
        if (phase_ != Phase::serving) return refuse(order, Status::unavailable, "the guard ends");
        servers_.launch(order, program);
    }

    void refuse(const Order& order, Status status, const char* reason) {
        Answer answer;
        answer.header.kind = Kind::done;
        answer.header.number = order.header.number;
        answer.status = status;
        put_text(answer.text, reason);
        speak(answer);
    }

    const Surroundings& around_;
    AgentProcess agent_;
    Servers servers_;
    Phase phase_ = Phase::serving;
    bool hurry_ = false;
    bool unheard_ = false;  ///< The agent missed something.
    int exit_code_ = 0;
    std::array<char, order_bytes_max + 1> buffer_{};  ///< One more, so that excess is noticed.
};

}  // namespace

int run(const Options& options) {
    say_for(options.node.c_str());
    Surroundings around;
    if (!prepare(options, around)) return exit_cannot_start;
    say("started (pid %d)", ::getpid());
    Turns turns{options, around};
    const int code = turns.run();
    say("ended");
    return code;
}

}  // namespace baton::guard
