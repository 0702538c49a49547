#pragma once

/// A planned switchover, seen from the primary that gives its role away.
///
///     approach ─► hold writes ─► catch up ─► close ─► confirm
///                     └── not in time: writes go on, `refused`
///
/// The primary closes before anyone else opens: if everything dies in between,
/// nobody accepts writes, and never two. The pause alone is no fence, because it
/// ends by itself; so the position is read again after the server has closed,
/// and the successor must reach that one.

#include "adapters/redis/redis_commands.hpp"
#include "adapters/redis/redis_link.hpp"
#include "ports/loop.hpp"
#include "ports/server.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::redis {

/// Writes are held back only once the successor is this close and has reached
/// what the primary had when first asked: a standby fresh from a full copy says
/// that its link is up as much as a second before anything flows through it.
inline constexpr std::uint64_t approach_bytes_max = 1024 * 1024;
/// The longest that clients are made to wait; then the switchover is undone.
inline constexpr Duration hold_max = std::chrono::seconds{1};
inline constexpr Duration poll_interval = std::chrono::milliseconds{1};

class HandOver {
public:
    /// Sends commands to the primary; answers nothing once this is destroyed.
    using Ask = std::function<void(std::vector<Command>, Instant, Done<Replies>)>;

    /// `done` is called once, unless this is destroyed first.
    HandOver(Loop& loop, Ask ask_primary, std::unique_ptr<RedisLink> successor, Target self,
             Target next, Instant deadline, Done<Position> done);
    ~HandOver();
    HandOver(const HandOver&) = delete;
    HandOver& operator=(const HandOver&) = delete;

    void start();
    /// Gives up because another order came: answers `conflict`. That order ends
    /// the pause.
    void overtaken();

private:
    void look();
    void looked(Result<Replies> replies);
    void approach();
    void hold();
    void catch_up();
    void close();
    void closed(Result<Replies> replies);
    void confirm();
    void give_up();
    void finish(Result<Position> result);

    /// Asks the successor; true through `then` once its link is up and it has
    /// reached offset `goal` of `own_`'s history. What is missing is kept for
    /// the operator.
    void ask_successor(std::uint64_t goal, Instant until, std::function<void(bool)> then);
    /// A quarter of the longest pause is kept for ending it in good order.
    [[nodiscard]] Instant give_up_at() const { return hold_until_ - hold_max / 4; }
    [[nodiscard]] bool reached(const Replication& theirs, std::uint64_t goal);
    void again(std::function<void()> step);

    Loop& loop_;
    Ask ask_primary_;
    std::unique_ptr<RedisLink> successor_;
    Target self_;
    Target next_;
    Instant deadline_;
    Instant hold_until_;
    Done<Position> done_;
    Position own_;
    std::optional<std::uint64_t> first_;  ///< Own offset when first looked at.
    std::string missing_;
    TimerId timer_ = 0;
};

}  // namespace baton::redis
