#pragma once

/// Which user the servers of a playground run as. Started by root, they get
/// one without privileges, unless that user could not reach what it needs.

#include <string>
#include <vector>

namespace baton::playground {

struct Account {
    std::string user{};     ///< Empty: the user who starts the playground.
    std::string warning{};  ///< Why root's servers run as root, and what helps.
};

/// The owner of `directory`, or `nobody` when that is root. `needed` names the
/// directories and programs that the user has to be able to enter or run.
[[nodiscard]] Account server_account(const std::string& directory,
                                     const std::vector<std::string>& needed);

}  // namespace baton::playground
