#pragma once

/// The guard's table of servers: starts them, closes them at their deadlines,
/// and knows when nothing is left of one. Every member is called from the
/// guard's one loop; none blocks or allocates, and killing never waits for a
/// log line, an answer or a start.

#include "guard/keeper.hpp"
#include "guard/memory.hpp"
#include "guard/protocol.hpp"

#include <poll.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace baton::guard {

/// Where the table's answers to the agent go.
class Speech {
public:
    virtual ~Speech() = default;
    virtual void speak(const Answer& answer) = 0;
};

class Servers {
public:
    /// All three must outlive this. `proc`: an open directory /proc.
    Servers(Memory& memory, Speech& speech, int proc, int lock, int oom_score);

    /// Orders of the agent; each is answered once, launch when its outcome is known.
    void launch(const Order& order, const Program& program);
    void kill(const Order& order);
    void stop(const Order& order);
    void list(std::uint32_t number);
    /// The agent is gone, and with it its interest in outstanding answers.
    void forget_orders();

    /// Asks every server to end, and kills what is left at `deadline`.
    void stop_all(std::int64_t deadline);
    /// A child of the guard that is not the agent ended and was reaped.
    void ended(pid_t pid, int status);
    /// Processes may have become the guard's children: kill who has no keeper.
    void expect_orphans() { orphans_ = true; }

    /// Does what is due: deadlines first. `agent`: its pid or 0.
    void turn(std::int64_t now, pid_t agent);
    /// When `turn` must be called next; INT64_MAX: nothing planned.
    [[nodiscard]] std::int64_t next_turn() const;
    /// Whether any deadline is set, so that memory must be looked at often.
    [[nodiscard]] bool armed() const { return armed_; }
    [[nodiscard]] bool empty() const;

    /// Fills in what to poll for; `report_ready` takes what it says.
    std::size_t reports_to_poll(std::span<pollfd> polls) const;
    void report_ready(int descriptor);

private:
    struct Server {
        std::array<char, name_bytes> name{};
        pid_t keeper = 0;  ///< 0: the place is free.
        pid_t pid = 0;
        int pidfd = -1;    ///< Of the server's first process.
        int reports = -1;  ///< Open while it is starting.
        std::int64_t started = 0;
        std::uint32_t launch = 0;  ///< Order to be answered; 0: none.
        bool failed = false;       ///< It never ran; `step` and `error` say why.
        Step step = Step::execute;
        int error = 0;
        std::int64_t stop_at = INT64_MAX;
        std::int64_t closing_since = INT64_MAX;
        std::int64_t next_walk = INT64_MAX;
        std::int64_t walk_pause = 0;
        bool keeper_gone = false;  ///< Only orphans may be left.
        bool proven = false;       ///< The keeper itself saw the last descendant end.
    };

    [[nodiscard]] Server* find(std::string_view name);
    [[nodiscard]] Entry entry_of(const Server& server) const;
    [[nodiscard]] Ending& ending_of(const Server& server) const;
    void answer(std::uint32_t number, Status status, const char* text, const Server* server);
    void answer_launch(Server& server);
    void took_report(Server& server, const StartReport& report);
    void ask_to_end(Server& server, std::int64_t deadline);
    void close(Server& server, std::int64_t now);
    void walk(Server& server, std::int64_t now);
    void walk_orphans(std::int64_t now, pid_t agent);
    void enforce(Slot& slot, std::int64_t now);
    void disarm_passed(std::string_view name);
    void release(Server& server);

    Memory& memory_;
    Speech& speech_;
    int proc_;
    int lock_;
    int oom_score_;
    bool armed_ = false;
    bool orphans_ = false;
    std::int64_t orphan_walk_ = 0;
    std::int64_t next_deadline_ = INT64_MAX;
    std::array<Server, servers_max> server_;
};

}  // namespace baton::guard
