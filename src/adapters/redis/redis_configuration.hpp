#pragma once

/// The text of a server's configuration file. Pure. The file on disk always
/// says "standby of nobody": only an agent with an appointment opens a server,
/// at run time, and CONFIG REWRITE is never sent.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <string>

namespace baton::redis {

/// Holds the password: for a file of mode 0600 only. Errors: invalid for a
/// group that listens beyond loopback without a password, and for a
/// `server_arguments` entry that baton itself must set.
[[nodiscard]] Result<std::string> server_configuration(const cluster::Group& group,
                                                       const cluster::Instance& instance,
                                                       const std::string& password);

}  // namespace baton::redis
