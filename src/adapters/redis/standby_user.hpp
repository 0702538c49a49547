#pragma once

/// As whom a server of a group copies another one, and who else may. `WAIT`
/// counts whoever is attached; what only a server confirmed that baton does not
/// know is lost with the primary. So each declared instance has a user of its
/// own, and where writes take standbys, nobody else may attach.

#include "adapters/redis/resp_value.hpp"
#include "base/ids.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace baton::redis {

/// Users that begin so are baton's: those that it does not know are deleted.
inline constexpr std::string_view standby_user_prefix = "baton:";

struct StandbyUser {
    std::string name;
    std::string secret;
};

/// The secret follows from the group's password, so that every node knows it and
/// no file has to be shared; without a password it only keeps mistakes away.
[[nodiscard]] StandbyUser standby_user(const GroupId& group, const InstanceId& instance,
                                       const std::string& password);

/// What the user may do, as words of an access list; the secret only as a hash.
[[nodiscard]] std::vector<std::string> standby_rules(const StandbyUser& user);

/// Admits exactly `standbys` among baton's users, cutting the others off, and
/// with `nobody_else` no other user either. `users` are all that the server knows.
[[nodiscard]] std::vector<Command> admit_commands(const std::vector<StandbyUser>& standbys,
                                                  bool nobody_else,
                                                  const std::vector<std::string>& users);

}  // namespace baton::redis
