#pragma once

/// What a change of primary may cost, and what is left of a former primary.
/// Values as the log keeps them; how they are found is core/failover's.

#include "base/ids.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::cluster {

/// Why a change of primary loses no write that was promised.
enum class Promise {
    none,         ///< Nothing was promised, or an operator accepted the loss.
    replicated,   ///< Every write that `WAIT` confirmed is held; others may be gone.
    handed_over,  ///< The old primary closed itself for a successor that held everything.
};

/// How far the new primary was behind the old one, as far as the leader knew
/// when it decided. Offsets count bytes of one history.
struct Loss {
    Epoch epoch;  ///< That began with the loss; 0: no primary was ever replaced.
    InstanceId from;
    InstanceId to;
    Promise promise = Promise::none;
    std::uint64_t promoted = 0;  ///< How far the new primary held what the old one wrote.
    /// The group's history, where the new primary did not descend from it: an operator
    /// wanted it all the same. What anyone holds of it beyond `promoted` is over.
    std::string abandoned;
    /// Newest position of the old primary that the leader heard; nothing: it never did.
    std::optional<std::uint64_t> heard;
    Duration age{0};                     ///< Of `heard`, when the decision was taken.
    std::uint64_t bytes_per_second = 0;  ///< What the old primary was writing.
    /// Only writes younger than this can be missing; nothing: no bound is known.
    std::optional<Duration> window;

    friend bool operator==(const Loss&, const Loss&) = default;
    /// Bytes that are certainly missing.
    [[nodiscard]] std::uint64_t bytes_known() const {
        return heard && *heard > promoted ? *heard - promoted : 0;
    }
    /// And those it has probably written since it was last heard.
    [[nodiscard]] std::uint64_t bytes_likely() const {
        const double unheard = std::chrono::duration<double>(age).count();
        return bytes_known() +
               static_cast<std::uint64_t>(unheard * static_cast<double>(bytes_per_second));
    }
};

/// A former primary that has not been seen following a successor yet: it may
/// hold what no successor does.
struct Fallen {
    Epoch epoch;                 ///< Of the successor that lacks most of it.
    std::string run_id;          ///< Life of its server that served.
    std::string replication_id;  ///< History it wrote.
    std::uint64_t until = 0;     ///< Where its successor, or one after it, left that history.
    std::uint64_t bytes_known = 0;
    std::uint64_t bytes_likely = 0;

    friend bool operator==(const Fallen&, const Fallen&) = default;
};

/// What a server holds that the history of its group lacks.
enum class Remains {
    nothing,
    in_memory,  ///< It runs as it did: its replication stream can be read.
    on_disk,    ///< Its memory is lost; its files may hold some of it.
};

struct Tail {
    Remains remains = Remains::nothing;
    Epoch epoch;                     ///< Whose primary lacks it.
    std::string replication_id;      ///< in_memory: history to ask the server for.
    std::uint64_t from = 0;          ///< Last offset that both hold.
    std::uint64_t until = 0;         ///< in_memory: the server's offset.
    std::uint64_t bytes_known = 0;   ///< on_disk: what is known to be lost at least.
    std::uint64_t bytes_likely = 0;  ///< on_disk: what is probably lost.

    friend bool operator==(const Tail&, const Tail&) = default;
};

[[nodiscard]] std::string_view name_of(Promise promise);
[[nodiscard]] std::string_view name_of(Remains remains);

}  // namespace baton::cluster
