#pragma once

/// TLS as whoever speaks it sees it: one connection's bytes in and out, without
/// its socket. OpenSSL stays in adapters/tls.

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters {

/// One TLS connection without its socket. Used by one thread at a time.
class Session {
public:
    virtual ~Session() = default;

    /// Takes what came from the other side and answers what it held in plain.
    /// Errors: invalid (forged, repeated or damaged), refused (one side does
    /// not accept the other's certificate), unavailable (it said goodbye).
    [[nodiscard]] virtual Result<std::string> open(std::string_view wire) = 0;
    /// What is to be sent: `plain`, behind whatever the handshake still owes.
    /// Give nothing while the handshake lasts.
    [[nodiscard]] virtual std::string seal(std::string_view plain) = 0;
    [[nodiscard]] virtual bool established() const = 0;
    /// Nodes that the other side's certificate names; empty without one.
    [[nodiscard]] virtual const std::vector<std::string>& nodes() const = 0;
};

/// Begins the client's side of a connection to an agent's API. The certificate
/// must name `host`. Errors: as for reading `ca_file`.
[[nodiscard]] Result<std::shared_ptr<Session>> begin_api_client(const std::string& ca_file,
                                                                const std::string& host);

}  // namespace baton::adapters
