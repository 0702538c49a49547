#pragma once

/// A listening socket behind which strangers shake hands. Bounds what they can
/// cost: their number, their time, and how many one address may begin. Lives on
/// the gate's thread; whoever got through is handed to the door's loop.

#include "adapters/tls/credentials.hpp"
#include "adapters/tls/handshake.hpp"
#include "adapters/tls/pace.hpp"

#include <list>
#include <memory>
#include <string>

namespace baton::adapters::tls {

/// Pause after accepting failed, for example for want of file descriptors.
inline constexpr Duration accept_pause = std::chrono::milliseconds{100};
/// Between two reports of connections turned away.
inline constexpr Duration refusal_pause = std::chrono::seconds{1};

/// Shared because its pending operations refer to it; after `close` they do nothing.
class Entrance : public std::enable_shared_from_this<Entrance> {
public:
    Entrance(Tcp::acceptor acceptor, DoorOptions options, Credentials& credentials);

    void accept();
    void close();

private:
    void begin(Tcp::socket socket);
    void make_room();
    void ended(Handshake& handshake, const Result<void>& outcome);
    void turn_away(const std::string& reason);
    void tell();

    Tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer quiet_;
    DoorOptions options_;
    Credentials& credentials_;
    Pace pace_;
    std::list<std::shared_ptr<Handshake>> under_way_;  ///< Oldest first; bounded by the options.
    std::uint64_t refused_ = 0;                        ///< Not told yet.
    std::string reason_;
    bool quiet_now_ = false;
    bool closed_ = false;
};

}  // namespace baton::adapters::tls
