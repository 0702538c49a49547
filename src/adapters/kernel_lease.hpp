#pragma once

/// The kernel's lease over nftables: makes it where the machine permits it, and
/// removes what a node that has ended left of it.

#include "base/result.hpp"
#include "ports/kernel_lease.hpp"
#include "ports/loop.hpp"

#include <memory>
#include <string>

namespace baton::adapters {

/// Which table of this machine is whose. Several agents of one machine, also of
/// clusters with the same names, must not touch each other's.
struct KernelLeaseOwner {
    std::string cluster;
    std::string node;
    std::string directory;  ///< The agent's own, absolute: unique on a machine.
    std::string host;       ///< Where its servers listen, as in the cluster file.
};

/// Takes over the table that an earlier agent of this node left. Calls and
/// proofs happen on two threads of its own. Errors: unavailable, with what is
/// missing (the capability, nf_tables) in words for the operator.
[[nodiscard]] Result<std::unique_ptr<KernelLease>> make_kernel_lease(Loop& loop,
                                                                     const KernelLeaseOwner& owner);

/// For a node of which nothing runs any more. Harmless where there is nothing.
void remove_kernel_lease(const KernelLeaseOwner& owner);

}  // namespace baton::adapters
