#pragma once

/// Changes of elements as one batch of netlink messages, and what the kernel said to
/// it. Pure bytes: sends nothing.

#include "adapters/kernel_lease/ruleset.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace baton::kernel_lease {

struct Batch {
    std::vector<char> bytes;
    std::uint32_t first = 0;  ///< Number of its first message.
    std::uint32_t last = 0;   ///< Of the one that is acknowledged if all went well.
};

/// Messages are numbered from `first` on.
[[nodiscard]] Batch batch_of(const std::string& table, std::span<const Change> changes,
                             std::uint32_t first);

/// What one datagram of answers says of a batch; answers to others count for nothing.
struct Verdict {
    int error = 0;      ///< The first errno in it; 0: none.
    bool done = false;  ///< The last message was acknowledged.
};
[[nodiscard]] Verdict verdict_of(std::span<const char> answers, const Batch& batch);

}  // namespace baton::kernel_lease
