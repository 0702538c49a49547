#pragma once

/// Ends the server's side of every connection at a port, with what waits in it
/// to be sent: answers that were given too late must not leave when the port is
/// released, and the kernel would send them on behalf of a dead server, too.

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace baton::kernel_lease {

/// Errors: unavailable (the kernel cannot, or does not permit it).
[[nodiscard]] Result<void> may_end_connections();

/// Of all connections whose local end is `port`, at `host` if that is an
/// address. Call it while no packet passes: else there may be new ones.
/// Errors: as above.
[[nodiscard]] Result<void> end_connections(const std::string& host, std::uint16_t port);

}  // namespace baton::kernel_lease
