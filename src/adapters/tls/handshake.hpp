#pragma once

/// One handshake over one socket, on the gate's thread: sends what the session
/// owes, gives it what arrives, and ends at the deadline at the latest.

#include "adapters/gate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace baton::adapters::tls {

using Tcp = boost::asio::ip::tcp;

/// "the other side's address", without its port: ports differ with each attempt.
[[nodiscard]] std::string address_of(const Tcp::socket& socket);

/// Shared because its pending operations refer to it; after `abandon` or the
/// call of `done` they do nothing.
class Handshake : public std::enable_shared_from_this<Handshake> {
public:
    /// Called once, unless abandoned before.
    using Done = std::function<void(Handshake& finished, Result<void> outcome)>;

    Handshake(Tcp::socket socket, std::shared_ptr<Session> session)
        : socket_(std::move(socket)),
          timer_(socket_.get_executor()),
          session_(std::move(session)) {}

    void start(Duration deadline, Done done);
    /// Closes the connection; nobody is told.
    void abandon();
    /// After success: the connection, moved over to the loop of `context`.
    [[nodiscard]] SecureConnection hand_over(boost::asio::io_context& context);
    [[nodiscard]] const Tcp::socket& socket() const { return socket_; }

private:
    void flush();
    void receive();
    void take(std::size_t count);
    void finish(Result<void> outcome);

    Tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<Session> session_;
    Done done_;
    std::string output_;
    std::string received_;
    std::array<char, 4096> input_{};
};

}  // namespace baton::adapters::tls
