#pragma once

/// A primary that has nothing to say. A Redis that follows nobody lets nobody
/// read its history (-NOMASTERLINK); one that follows this does, and stays a
/// standby that refuses writes all the while. Loopback only; learns nothing it keeps.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace baton::redis {

/// Shared by its own pending operations; `close` ends them.
class MutePrimary : public std::enable_shared_from_this<MutePrimary> {
public:
    explicit MutePrimary(boost::asio::io_context& context) : acceptor_(context) {}

    /// Where to follow it from now on.
    [[nodiscard]] Result<cluster::Endpoint> listen();
    void close();

private:
    using Tcp = boost::asio::ip::tcp;
    struct Session;

    void accept();
    void read(const std::shared_ptr<Session>& session);
    void answer(const std::shared_ptr<Session>& session);

    Tcp::acceptor acceptor_;
    std::weak_ptr<Session> session_;  ///< The newest; it lives by its pending operations.
};

}  // namespace baton::redis
