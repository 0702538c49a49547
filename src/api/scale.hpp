#pragma once

/// Another node for the cluster: may it be added, and what happens then? Pure;
/// the replicated state judges again when the wish is applied.

#include "api/access.hpp"
#include "api/view_json.hpp"

namespace baton::api {

/// The same node, already added, may be added again: nothing changes then.
struct Addition {
    bool changes = false;
};

/// Errors: refused (known under that name with another address, or no quorum),
/// invalid (its ports or name clash with what is declared).
[[nodiscard]] Result<Addition> plan_addition(const View& view, const cluster::Node& node);

[[nodiscard]] Json addition_json(const View& view, const cluster::Node& node, const Addition& plan);

/// Voters that are left without `node`, and how many of them are heard here.
struct Remaining {
    std::size_t voters = 0;
    std::size_t heard = 0;
    std::string silent;  ///< Those that are not, for people.

    [[nodiscard]] bool decide() const { return heard >= voters / 2 + 1; }
};
[[nodiscard]] Remaining remaining_without(const View& view, const NodeId& node);

}  // namespace baton::api
