#pragma once

/// The gate behind which strangers shake hands on a thread of their own, so
/// that however many come, no renewal waits. What is admitted is handed over to
/// the loop of whoever opened the door.

#include "adapters/secure.hpp"
#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace baton::adapters {

/// A connected socket with an established session.
struct SecureConnection {
    std::shared_ptr<boost::asio::ip::tcp::socket> socket;  ///< On the loop of who asked.
    std::shared_ptr<Session> session;
    std::string received;  ///< In plain: came right behind the handshake.
};

/// Who may come through a door.
enum class Door {
    peers,  ///< Only whose certificate the authority signed.
    api,    ///< Anybody; a certificate that is shown must be the authority's.
};

struct DoorOptions {
    Door door = Door::peers;
    Loop& loop;                        ///< Callbacks run here.
    boost::asio::io_context& context;  ///< Of that loop; admitted sockets belong to it.
    /// Handshakes under way; beyond it the oldest gives way.
    std::size_t handshakes_max = 64;
    Duration handshake_deadline = std::chrono::seconds{2};
    /// From one address, in the long run; beyond it connections are closed unread.
    std::size_t handshakes_per_second = 100;
    std::function<void(SecureConnection)> admitted;
    /// How many were turned away since the last call, and the newest reason; at
    /// most once a second.
    std::function<void(std::uint64_t count, const std::string& reason)> refused;
};

/// Closes its door when destroyed; then no connection is accepted any more.
class OpenDoor {
public:
    virtual ~OpenDoor() = default;
};

/// The thread on which hands are shaken, and the certificate it is done with.
/// Outlives the doors it opened; the loops it calls back on outlive it.
class Gate {
public:
    virtual ~Gate() = default;

    /// Takes over a listening socket.
    [[nodiscard]] virtual std::unique_ptr<OpenDoor> open(boost::asio::ip::tcp::acceptor listening,
                                                         DoorOptions options) = 0;

    struct Dialled {
        boost::asio::ip::tcp::socket socket;
        NodeId node;  ///< Whom its certificate must name.
        Loop& loop;
        boost::asio::io_context& context;
        Duration deadline;
    };
    /// The handshake of a connection we made; answers on the dialler's loop.
    virtual void shake(Dialled dialled, std::function<void(Result<SecureConnection>)> done) = 0;

    /// End of this node's certificate in seconds since 1970. From any thread.
    [[nodiscard]] virtual std::int64_t expires() const = 0;
};

/// Where this node's certificate comes from; all three in PEM.
struct CertificateFiles {
    std::string ca_file;    ///< Who signs for this cluster; several in one file count all.
    std::string cert_file;  ///< This node's, followed by what leads to the authority.
    std::string key_file;
};

/// How often the files are looked at: a renewed certificate counts from then on.
inline constexpr Duration certificate_poll = std::chrono::seconds{2};

/// Reads the files and starts the thread. `report` is called on that thread.
/// Errors: unavailable (a file cannot be read), invalid (it says which file, what
/// is wrong and what to do).
[[nodiscard]] Result<std::unique_ptr<Gate>> make_gate(const CertificateFiles& files,
                                                      const NodeId& self,
                                                      std::function<void(Event)> report);

}  // namespace baton::adapters
