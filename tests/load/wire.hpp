#pragma once

/// One non-blocking TCP connection that carries replies. It never waits and
/// never reconnects; whoever owns it decides both.

#include "endpoint.hpp"
#include "reply.hpp"

#include <optional>
#include <string>

namespace baton::load {

class Wire {
public:
    Wire() = default;
    ~Wire() { close(); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// Begins to connect; false when the system refuses at once.
    [[nodiscard]] bool open(const Endpoint& endpoint);
    void close();

    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] short events() const;

    /// Queues bytes; they leave with the next `serve`.
    void send(std::string bytes);
    /// Whether any byte queued since the last `forget_sent` reached the kernel.
    [[nodiscard]] bool sent_any() const { return sent_any_; }
    void forget_sent() { sent_any_ = false; }

    /// Moves bytes both ways as poll reported. False: the connection is over,
    /// but replies that arrived before its end can still be taken.
    [[nodiscard]] bool serve(short events);
    /// The next whole reply. Sets `broken` when the peer speaks something else.
    [[nodiscard]] std::optional<Reply> take(bool& broken);

private:
    [[nodiscard]] bool finish_connecting();
    [[nodiscard]] bool write();
    [[nodiscard]] bool read();

    int descriptor_ = -1;
    bool connected_ = false;
    bool sent_any_ = false;
    std::string input_;
    std::string output_;
};

}  // namespace baton::load
