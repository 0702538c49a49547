#pragma once

/// Reads a stretch of a server's history as a standby would (PSYNC), and hangs
/// up at its end. Bounded by the stretch and by a deadline; keeps nothing itself.

#include "adapters/redis/redis_connection.hpp"
#include "adapters/redis/redis_stream.hpp"
#include "core/cluster/loss.hpp"
#include "ports/done.hpp"
#include "ports/loop.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace baton::redis {

class TailReader : public std::enable_shared_from_this<TailReader> {
public:
    /// An error ends the reading.
    using Take = std::function<Result<void>(std::string_view)>;

    /// `options` present the server's standby_user.
    TailReader(Loop& loop, boost::asio::io_context& context, LinkOptions options, std::int64_t pid);

    /// Answers once. Errors: unavailable (not reached, or not in time), refused
    /// (the server no longer holds the stretch), and those of `take`.
    void read(const cluster::Tail& tail, Instant deadline, Take take, Done<void> done);
    /// Ends without an answer.
    void close();

private:
    enum class Stage { greeting, asking, reading };

    void connect();
    void connected();
    void ask();
    void received(Result<std::string_view> bytes);
    void line(const std::string& text);
    void pass_on(std::string_view bytes);
    void again();
    void finish(Result<void> result);

    Loop& loop_;
    boost::asio::io_context& context_;
    LinkOptions options_;
    std::int64_t pid_;
    cluster::Tail tail_;
    Instant deadline_;
    Take take_;
    Done<void> done_;
    Stage stage_ = Stage::greeting;
    std::string pending_;
    std::uint64_t left_ = 0;
    std::shared_ptr<RedisStream> stream_;
    TimerId timer_ = 0;
    TimerId again_ = 0;
};

}  // namespace baton::redis
