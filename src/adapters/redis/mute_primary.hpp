#pragma once

/// A primary that has nothing to say. A Redis that follows nobody lets nobody
/// read its history (-NOMASTERLINK); one that follows this does, and stays a
/// standby that refuses writes all the while. Loopback only; learns nothing it keeps.
/// Where servers follow each other over TLS, it presents their certificate.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace baton::redis {

/// Shared by its own pending operations; `close` ends them.
class MutePrimary : public std::enable_shared_from_this<MutePrimary> {
public:
    MutePrimary(boost::asio::io_context& context, cluster::ServerTls tls)
        : acceptor_(context), tls_(std::move(tls)) {}

    /// Where to follow it from now on. Errors: unavailable, refused (a file of TLS).
    [[nodiscard]] Result<cluster::Endpoint> listen();
    void close();

private:
    using Tcp = boost::asio::ip::tcp;
    struct Session;

    void accept();
    void greet(const std::shared_ptr<Session>& session);
    void read(const std::shared_ptr<Session>& session);
    void answer(const std::shared_ptr<Session>& session);

    Tcp::acceptor acceptor_;
    cluster::ServerTls tls_;
    std::optional<boost::asio::ssl::context> tls_context_;
    std::weak_ptr<Session> session_;  ///< The newest; it lives by its pending operations.
};

}  // namespace baton::redis
