#pragma once

/// Who may copy a modelled server: its access list, as far as copying goes.

#include "adapters/redis/resp_value.hpp"

#include <map>
#include <set>
#include <string>

namespace baton::simulation {

class AccessList {
public:
    /// The standbys' users in its configuration, which the next start reads.
    void configure(std::set<std::string> users) { configured_ = std::move(users); }
    /// A server that has just started knows those, and hides nothing from its clients.
    void start();
    [[nodiscard]] bool may_copy(const std::string& user) const;
    /// `ACL USERS`, `SETUSER` and `DELUSER`.
    [[nodiscard]] redis::RespValue run(const redis::Command& command);

private:
    std::set<std::string> configured_;
    std::map<std::string, bool> users_;  ///< And whether they may copy it.
};

}  // namespace baton::simulation
