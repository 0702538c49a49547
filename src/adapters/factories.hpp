#pragma once

/// Everything the wiring needs to know of the adapters. Each function makes
/// one adapter behind its port; what is behind stays private.

#include "base/event.hpp"
#include "base/result.hpp"
#include "core/cluster/topology.hpp"
#include "ports/front.hpp"
#include "ports/guard.hpp"
#include "ports/log_store.hpp"
#include "ports/loop.hpp"
#include "ports/quarantine.hpp"
#include "ports/server.hpp"
#include "ports/transport.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::adapters {

/// A loop with a thread of its own to run it on (the caller's, in `run`).
class RunningLoop : public Loop {
public:
    /// Runs until `stop`; call it on the thread that is to own the loop.
    virtual void run() = 0;
    /// May be called from any thread or from a signal's callback.
    virtual void stop() = 0;
    /// The Asio executor behind it, for the adapters: an `io_context*`.
    [[nodiscard]] virtual void* io_context() = 0;
};
[[nodiscard]] std::unique_ptr<RunningLoop> make_loop();

/// How long fsyncs take, for status.
class FsyncWatch {
public:
    virtual ~FsyncWatch() = default;
    [[nodiscard]] virtual double p99_milliseconds() const = 0;
};

struct OpenedStore {
    Recovered recovered;
    std::unique_ptr<LogStore> store;
    const FsyncWatch* fsync = nullptr;  ///< Owned by `store`.
    /// What a crash had left and was repaired, in sentences for the operator.
    std::vector<std::string> warnings;
};
/// Opens or makes the directory. Writes happen on a thread of the store's own;
/// answers arrive on `loop`. Errors: corrupt (names file, offset, remedy),
/// refused (directory of another node or of a newer format), unavailable.
[[nodiscard]] Result<OpenedStore> open_log_store(Loop& loop, const std::string& directory,
                                                 NodeId node, std::uint64_t entropy);

struct PeerAddress {
    NodeId node;
    cluster::Endpoint endpoint;
};
class Gate;  // gate.hpp

struct TransportOptions {
    NodeId self;
    Incarnation incarnation;
    cluster::Endpoint listen;
    std::vector<PeerAddress> peers;
    std::size_t frame_bytes_max = 4 * 1024 * 1024;
    std::size_t connections_max = 256;  ///< Incoming ones, so that a flood costs bounded memory.
    /// Called on the loop when a peer is refused or refuses us, once per reason; may be empty.
    std::function<void(Event)> report;
    Gate* gate = nullptr;  ///< Behind it everything is TLS; null: plain. Outlives the transport.
};
/// What a peer must prove in its greeting before its frames count.
class PeerCheck {
public:
    virtual ~PeerCheck() = default;
    /// Empty cluster: this node has none yet.
    [[nodiscard]] virtual ClusterId cluster() const = 0;
    /// Refused with a message for both sides' operators, or fine.
    [[nodiscard]] virtual Result<void> admit(const NodeId& peer, Incarnation incarnation,
                                             const ClusterId& cluster) const = 0;
};
struct RunningTransport {
    std::unique_ptr<Transport> transport;
    std::shared_ptr<const std::uint64_t> frames_refused;  ///< Read on the same loop.
};
[[nodiscard]] Result<RunningTransport> make_transport(RunningLoop& loop, TransportOptions options,
                                                      const PeerCheck& check);

/// Server of kind redis. `password` is the content of the password file.
[[nodiscard]] std::unique_ptr<Server> make_redis(RunningLoop& loop, const cluster::Group& group,
                                                 const cluster::Instance& instance,
                                                 std::string password);
/// Where its node keeps what it holds and its group lacks: below `directory`.
[[nodiscard]] std::unique_ptr<Quarantine> make_redis_quarantine(RunningLoop& loop,
                                                                const cluster::Group& group,
                                                                const cluster::Instance& instance,
                                                                std::string password,
                                                                std::string directory);
/// argv and the generated configuration file for it (written to
/// `instance.data`, mode 0600: it holds the password). The server starts as a
/// standby of nobody.
[[nodiscard]] Result<Launch> launch_redis(const cluster::Group& group,
                                          const cluster::Instance& instance,
                                          const std::string& password);

struct FrontOptions {
    NodeId node;
    std::string directory;  ///< For the configuration, socket and log.
    std::string binary;     ///< Empty: "haproxy" in PATH or /usr/sbin.
    Duration lease{0};      ///< A check marks a server down only after this much silence.
    /// User that HAProxy runs as when the guard is root; empty: the guard's own.
    std::string run_as{};
    std::string ca_file{};  ///< Who signs for the agents' API; empty: it is plain HTTP.
};
[[nodiscard]] std::unique_ptr<Front> make_haproxy(RunningLoop& loop, Guard& guard,
                                                  FrontOptions options);

struct GuardEnds {
    std::unique_ptr<Guard> guard;
    std::unique_ptr<Deadlines> deadlines;
};
/// Connects to the guard that started this process (inherited descriptors).
/// Errors: refused when there is none: the message names `baton guard`.
[[nodiscard]] Result<GuardEnds> connect_guard(RunningLoop& loop);

/// 64 random bits from the operating system.
[[nodiscard]] std::uint64_t system_entropy();

}  // namespace baton::adapters
