#pragma once

/// Whether the kernel obeys: packets of a connection of our own, at a port taken
/// for the purpose, flow in both directions until their lease ends and not after.

#include "base/result.hpp"
#include "base/time.hpp"

#include <string>

namespace baton::kernel_lease {

class NftLease;

/// Takes about a tenth of a second and blocks for so long. Answers by how much a
/// packet is known to have outlived the lease (0: none did). Errors: unavailable
/// (no socket, the lease was not granted, or packets went on and on).
[[nodiscard]] Result<Duration> prove(NftLease& lease, const std::string& host);

/// CLOCK_BOOTTIME now.
[[nodiscard]] Instant boot_time();

}  // namespace baton::kernel_lease
