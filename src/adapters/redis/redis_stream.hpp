#pragma once

/// One connection attempt to a Redis server and the byte stream it becomes:
/// plain TCP or TLS, with the peer's certificate checked against its name.

#include "adapters/redis/redis_connection.hpp"
#include "base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::redis {

/// Shared by its own pending operations: it lives until the last has ended,
/// and after `close` none of its callbacks runs.
class RedisStream : public std::enable_shared_from_this<RedisStream> {
public:
    using Bytes = std::function<void(Result<std::string_view>)>;

    RedisStream(boost::asio::io_context& context, const LinkOptions& options);

    /// Resolves, connects and shakes hands. Errors: unavailable, refused (TLS).
    void connect(std::function<void(Result<void>)> done);
    /// One write at a time; a failed one shows as a failed read.
    void write(std::string bytes);
    /// Calls `received` for every piece until an error, which is the last call.
    void read(Bytes received);
    /// Whether the peer already hung up, as far as this machine knows.
    [[nodiscard]] bool hung_up();
    /// Whether process `pid` of this machine is the peer.
    [[nodiscard]] bool ends_in(std::int64_t pid) const;
    void close();

private:
    using Tcp = boost::asio::ip::tcp;

    void resolved(const Tcp::resolver::results_type& places);
    void connected();
    void handshake();
    [[nodiscard]] Result<void> prepare_tls();
    void finish(Result<void> result);
    void read_more();
    [[nodiscard]] Error not_reached(const std::string& why) const;

    LinkOptions options_;
    Tcp::resolver resolver_;
    Tcp::socket socket_;
    std::optional<boost::asio::ssl::context> tls_context_;
    std::optional<boost::asio::ssl::stream<Tcp::socket&>> tls_;
    std::function<void(Result<void>)> connected_;
    Bytes received_;
    std::string writing_;
    std::array<char, 16 * 1024> buffer_{};
    bool closed_ = false;
};

}  // namespace baton::redis
