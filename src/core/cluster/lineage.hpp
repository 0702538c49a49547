#pragma once

/// Which data history a group is in, and whose memory counts in it. Values as the
/// log keeps them; what they prove is for core/failover.

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace baton::cluster {

/// The data history before the present one, which goes on where it ended:
/// offsets of both count the same bytes.
struct FormerHistory {
    std::string replication_id;  ///< Empty: none, or it is not known where it ended.
    std::uint64_t from = 0;      ///< Where it began.
    std::uint64_t until = 0;     ///< Where it ended. What anyone holds of it beyond that is over.

    friend bool operator==(const FormerHistory&, const FormerHistory&) = default;
};

/// The data history of a group: what the current primary opened with. A
/// candidate must descend from it.
struct Lineage {
    std::string replication_id;  ///< Empty: no primary has opened yet.
    std::uint64_t offset = 0;    ///< Where that history began, or a little later.
    FormerHistory former;

    friend bool operator==(const Lineage&, const Lineage&) = default;
};

/// One life of a server's memory, for `durability: replicated`. Redis confirms
/// writes from memory: what a standby holds says something about confirmed
/// writes only if it is all that it ever confirmed. That is so in the life
/// `run_id`, once it has reached `reach`: an offset of the primary that was read
/// after that life was known, and so after everything an earlier life confirmed.
struct Holder {
    std::string run_id;
    LogIndex noted;                      ///< Entry that made this life known.
    std::optional<std::uint64_t> reach;  ///< Nothing: its positions prove nothing yet.

    friend bool operator==(const Holder&, const Holder&) = default;
};

}  // namespace baton::cluster
