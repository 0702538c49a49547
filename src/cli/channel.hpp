#pragma once

/// Bytes to and from one agent, plain or inside TLS, never waiting longer than
/// the deadline. Says of every failure whether anything was sent.

#include "adapters/secure.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace baton::cli {

/// How long all waits of one exchange may last together.
class Deadline {
public:
    Deadline(Duration limit, const std::function<bool()>& stop);

    /// Waits for `events` of poll; false when time is up or the operator interrupts.
    [[nodiscard]] bool wait(int socket, short events) const;
    [[nodiscard]] Duration left() const;

private:
    std::chrono::steady_clock::time_point end_;
    const std::function<bool()>& stop_;
};

class Channel {
public:
    /// Takes over a connected socket that does not block. `session` null: plain.
    Channel(int socket, std::shared_ptr<adapters::Session> session)
        : socket_(socket), session_(std::move(session)) {}
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Errors: unavailable; no request was sent yet.
    [[nodiscard]] Result<void> shake(const Deadline& deadline);
    /// Errors: unavailable; the agent acts on whole requests only.
    [[nodiscard]] Result<void> send(const std::string& text, const Deadline& deadline);
    /// What came next; nothing when the agent closed. Errors: outcome_unknown.
    [[nodiscard]] Result<std::optional<std::string>> receive(const Deadline& deadline);

private:
    [[nodiscard]] Result<void> send_bytes(const std::string& bytes, const Deadline& deadline);
    [[nodiscard]] Result<std::optional<std::string>> receive_bytes(const Deadline& deadline);

    int socket_;
    std::shared_ptr<adapters::Session> session_;
    std::string early_;  ///< In plain: came right behind the handshake.
};

}  // namespace baton::cli
