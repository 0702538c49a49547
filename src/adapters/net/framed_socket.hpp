#pragma once

/// One established connection that carries frames, plain or inside TLS. Answers
/// "which payload came" and "is the last write through"; knows nothing of
/// greetings or peers. All calls and callbacks belong to the loop's thread.

#include "adapters/gate.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "wire/frame.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters::net {

using Tcp = boost::asio::ip::tcp;

/// TCP_NODELAY, keepalive, TCP_USER_TIMEOUT 2 s, close-on-exec. Best effort: a
/// refused option costs latency, never safety.
void tune(Tcp::socket& socket);

/// Shared because a pending socket operation keeps its buffers alive; the
/// owner calls `close`, after which no callback comes.
class FramedSocket : public std::enable_shared_from_this<FramedSocket> {
public:
    struct Callbacks {
        std::function<void(std::string payload)> frame;
        std::function<void()> written;             ///< The last `write` is with the kernel.
        /// By the peer, an error or a bad frame; once. Unless it is unavailable,
        /// the peer or somebody on the way did what they should not.
        std::function<void(const Error&)> closed;
    };

    FramedSocket(Tcp::socket socket, std::size_t payload_bytes_max);
    FramedSocket(SecureConnection connection, std::size_t payload_bytes_max);

    void start(Callbacks callbacks);
    /// From here on frames may be this large. Errors: invalid when bytes of a
    /// further frame have already come.
    [[nodiscard]] Result<void> allow(std::size_t payload_bytes_max);
    /// One at a time: not before `written` was called for the last one.
    void write(std::string frames);
    [[nodiscard]] bool writing() const { return writing_; }
    void close();
    [[nodiscard]] bool is_open() const { return !closed_; }
    /// The peer's address, without its port: ports differ with each attempt.
    [[nodiscard]] const std::string& remote() const { return remote_; }
    /// Errors: refused, when there is a certificate and it names other nodes.
    [[nodiscard]] Result<void> check_name(const NodeId& node) const;

private:
    void read();
    void take(std::string_view bytes);
    void hand_out(std::string_view plain);
    void fail(Error why);

    Tcp::socket socket_;
    std::shared_ptr<Session> session_;  ///< Null: plain.
    std::string received_;              ///< In plain, before `start`.
    wire::FrameReader reader_;
    Callbacks callbacks_;
    std::vector<char> input_;
    std::string output_;
    std::string remote_;
    bool writing_ = false;
    bool closed_ = false;
};

}  // namespace baton::adapters::net
