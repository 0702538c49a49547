#pragma once

/// The book over what the kernel can hold of each port at the latest, and what
/// may be written next. It keeps one promise: at any moment at most one of a
/// port's two elements can outlive its lease, so packets, which need both, never
/// do. Pure: instants come in, text is made elsewhere.

#include "adapters/kernel_lease/ruleset.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace baton::kernel_lease {

/// A grant may outlive what was asked for by this much: half the margin of the tier.
inline constexpr Duration overrun_max = std::chrono::milliseconds{5};

struct Due {
    std::uint16_t port = 0;
    Instant until;
    std::uint64_t life = 0;  ///< Whoever asked knows it again by this.
};

/// One transaction.
struct Write {
    Half half = Half::first;
    std::vector<Grant> grants;             ///< In the order of what was due.
    std::vector<std::uint16_t> withdrawn;  ///< From the other half.
};

class Halves {
public:
    /// Nothing is known any more; what `found` tells next is all there is.
    void forget() { ends_.clear(); }
    void found(Half half, std::uint16_t port, Instant end);

    /// The kernel counts from when it takes the call, which nobody is told. So what is
    /// granted is counted from `back`, when the call is expected to have returned.
    [[nodiscard]] Write plan(Half half, std::span<const Due> ports, Instant back) const;
    /// The call came back at `after`; `taken`: the kernel took it. True if what it
    /// granted cannot outlive what was asked for; else it is to be repeated before
    /// the other half is written.
    [[nodiscard]] bool returned(const Write& write, std::span<const Due> ports, Instant after,
                                bool taken);

private:
    using Ends = std::array<Instant, 2>;

    [[nodiscard]] Instant end(Half half, std::uint16_t port) const;

    std::map<std::uint16_t, Ends> ends_;  ///< The latest instants at which elements can end.
};

}  // namespace baton::kernel_lease
