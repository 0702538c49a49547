#pragma once

/// The certificate that a group's servers and agents present.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <boost/asio/ssl/context.hpp>

namespace baton::redis {

/// Takes `cert_file` and `key_file` where they are named. Errors: refused, and
/// which file it was; the context is of no use then.
[[nodiscard]] Result<void> present_certificate(boost::asio::ssl::context& context,
                                               const cluster::ServerTls& files);

}  // namespace baton::redis
