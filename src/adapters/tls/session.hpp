#pragma once

/// OpenSSL's half of a TLS connection, driven by bytes instead of a socket.

#include "adapters/secure.hpp"
#include "adapters/tls/openssl.hpp"
#include "base/ids.hpp"

namespace baton::adapters::tls {

enum class Side {
    server,
    client,
};

/// Whom the other side must be, beyond being signed for by the authority.
struct Expected {
    std::string host{};  ///< Name or address its certificate is for; empty: any.
    NodeId node{};       ///< Node its certificate names; none: any.
};

[[nodiscard]] std::shared_ptr<Session> begin_session(SSL_CTX& context, Side side,
                                                     Expected expected);

/// TLS 1.3 and nothing older, no resumption: every connection proves itself.
/// Null if OpenSSL is out of memory.
[[nodiscard]] Owned<SSL_CTX> make_context(Side side);

/// Certificates in `pem` become the authorities; how many they are.
[[nodiscard]] int trust(SSL_CTX& context, std::string_view pem);

}  // namespace baton::adapters::tls
