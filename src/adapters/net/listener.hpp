#pragma once

/// Connections other agents make to us, for receiving. Admits whom the peer
/// check admits, and bounds what strangers can cost: their number, their time
/// and the bytes they may send before they are known.

#include "adapters/net/framed_socket.hpp"
#include "adapters/net/shared.hpp"

#include <list>
#include <memory>
#include <optional>

namespace baton::adapters::net {

/// Time for a refused peer to read the reason and hang up.
inline constexpr Duration refusal_linger = std::chrono::seconds{1};
/// Pause after accepting failed, for example for want of file descriptors.
inline constexpr Duration accept_pause = std::chrono::milliseconds{100};

/// Shared because a pending accept refers to it; after `close` it does nothing.
class Listener : public std::enable_shared_from_this<Listener> {
public:
    /// Errors: unavailable, naming address, reason and remedy.
    [[nodiscard]] static Result<std::shared_ptr<Listener>> open(Shared& shared);

    Listener(Shared& shared, Tcp::acceptor acceptor);
    void start();
    void close();

private:
    struct Incoming {
        std::shared_ptr<FramedSocket> connection;
        std::optional<Greeting> greeting;  ///< Of an admitted peer.
        bool refused = false;              ///< Only waits for the peer to hang up.
        TimerId deadline = 0;              ///< Of the greeting, or of a refusal.
        std::string welcome_waiting;       ///< Welcome owed while another was being written.
    };
    using Place = std::list<Incoming>::iterator;

    void accept();
    void open_door();
    void admit(std::shared_ptr<FramedSocket> connection);
    [[nodiscard]] bool make_room();
    void take(Place place, const std::string& payload);
    void take_greeting(Place place, const std::string& payload);
    void take_message(Place place, const std::string& payload);
    void replace_older(Place place);
    void answer(Place place, std::string frames);
    void refuse(Place place, const std::string& why);
    void drop(Place place);

    Shared& shared_;
    Tcp::acceptor acceptor_;          ///< Without a gate.
    std::unique_ptr<OpenDoor> door_;  ///< With one.
    std::list<Incoming> incoming_;  ///< Oldest first; at most TransportOptions::connections_max.
    TimerId accept_again_ = 0;
    bool closed_ = false;
};

}  // namespace baton::adapters::net
