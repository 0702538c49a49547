#pragma once

/// This node's certificate and whom it trusts, as of the last look at the
/// files. Sessions begun before a renewal go on as they began.

#include "adapters/gate.hpp"
#include "adapters/tls/session.hpp"

#include <mutex>
#include <utility>

namespace baton::adapters::tls {

class Credentials {
public:
    /// Empty until `refresh` has succeeded; `load` does both.
    Credentials(CertificateFiles files, NodeId self)
        : files_(std::move(files)), self_(std::move(self)) {}
    /// Errors: as for `make_gate`.
    [[nodiscard]] static Result<std::unique_ptr<Credentials>> load(const CertificateFiles& files,
                                                                   const NodeId& self);

    /// Reads the files again; true if they hold something new that is in use
    /// from now on. With an error the old certificate stays in use.
    [[nodiscard]] Result<bool> refresh();

    [[nodiscard]] std::shared_ptr<Session> answer(Door door);
    /// A connection to `node` that we dialled.
    [[nodiscard]] std::shared_ptr<Session> dial(const NodeId& node);
    /// End of validity in seconds since 1970. From any thread.
    [[nodiscard]] std::int64_t expires() const;

private:
    struct Content {
        std::string authority;
        std::string certificate;
        std::string key;

        friend bool operator==(const Content&, const Content&) = default;
    };
    struct Contexts {
        Owned<SSL_CTX> peers;
        Owned<SSL_CTX> api;
        Owned<SSL_CTX> client;
        std::int64_t expires = 0;
    };

    [[nodiscard]] Result<Content> read() const;
    [[nodiscard]] Result<Contexts> build(const Content& content) const;
    [[nodiscard]] Result<Owned<SSL_CTX>> context(const Content& content, Side side) const;
    [[nodiscard]] Result<void> check_own(SSL_CTX& context) const;

    CertificateFiles files_;
    NodeId self_;
    Content content_;
    mutable std::mutex mutex_;  ///< Of `contexts_`.
    Contexts contexts_;
};

}  // namespace baton::adapters::tls
