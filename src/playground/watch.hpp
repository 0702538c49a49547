#pragma once

/// What the agents of a playground say about its groups, asked over HTTP with
/// the token that its cluster file names. Judges nothing beyond "steady".

#include "base/result.hpp"
#include "config/cluster_file.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace baton::playground {

/// The token of the file's `token_file`, else that of BATON_TOKEN, else none. Errors:
/// unavailable or refused, as config/secret says.
[[nodiscard]] Result<std::string> token_of(const config::ClusterFile& file);

/// The groups as the first agent that answers shows them, or why none did.
[[nodiscard]] Result<nlohmann::json> groups_of(const config::ClusterFile& file,
                                               const std::string& token);

/// Empty when every group is steady and every instance is a healthy part of
/// it; else what is missing, in words.
[[nodiscard]] std::string unsteady(const config::ClusterFile& file,
                                   const Result<nlohmann::json>& groups);

}  // namespace baton::playground
