#pragma once

/// Our own connection to one peer on one lane, for sending. Dials, greets,
/// retries with back-off, and says when it is established or lost. What is sent
/// while it is down is dropped: the cores repeat what still matters.

#include "adapters/net/framed_socket.hpp"
#include "adapters/net/send_queue.hpp"
#include "adapters/net/shared.hpp"

#include <memory>
#include <vector>

namespace baton::adapters::net {

inline constexpr Duration retry_first = std::chrono::milliseconds{20};
inline constexpr Duration retry_max = std::chrono::milliseconds{500};
/// Between two attempts made because the peer has shown itself: two nodes whose
/// connections die as soon as they are made would otherwise dial without end.
inline constexpr Duration hurried_interval = std::chrono::milliseconds{100};
/// A connection lost sooner does not reset the back-off: the peer may accept
/// and close for ever.
inline constexpr Duration established_long_enough = std::chrono::seconds{1};

/// Shared because pending operations of the socket layer refer to it; after
/// `close` they do nothing.
class Dialer : public std::enable_shared_from_this<Dialer> {
public:
    Dialer(Shared& shared, PeerAddress peer, Lane lane);

    void start();
    /// What is sent in one turn of the loop travels together: every write wakes
    /// the peer.
    void send(const PeerMessage& message);
    /// The peer has shown that it is there: an attempt that waits is made now,
    /// once per `hurried_interval`.
    void hurry();
    void close();

private:
    void dial();
    void resolve();
    void connect(std::vector<Tcp::endpoint> endpoints);
    void secure(Tcp::socket socket);
    void greet(std::shared_ptr<FramedSocket> connection);
    void take(const std::string& payload);
    void take_welcome(const std::string& payload);
    void take_refusal(const std::string& payload);
    void pump();
    void refuse(const std::string& why);
    void lost();
    void retry();
    [[nodiscard]] std::string name() const;

    Shared& shared_;
    PeerAddress peer_;
    Lane lane_;
    SendQueue queue_;
    std::shared_ptr<FramedSocket> connection_;
    std::shared_ptr<Tcp::socket> connecting_;
    std::uint64_t attempt_ = 0;  ///< Answers to an older attempt are stale.
    TimerId timer_ = 0;          ///< Deadline of an attempt, or the next attempt.
    Duration retry_after_ = retry_first;
    ClusterId greeted_as_;  ///< The cluster our last greeting on this connection named.
    Instant established_at_;
    Instant may_hurry_at_;
    bool established_ = false;
    bool pumping_soon_ = false;
    bool waiting_ = false;  ///< For the next attempt.
    bool closed_ = false;
};

}  // namespace baton::adapters::net
