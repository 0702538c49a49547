#pragma once

/// What an error reply of Redis means for the caller: repeat, or fix something.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <string>
#include <string_view>

namespace baton::redis {

/// Who is being talked to, as an operator knows it.
struct Target {
    GroupId group;
    InstanceId instance;  ///< Empty: another server of the group, known by `endpoint` only.
    cluster::Endpoint endpoint;
    std::string password_file;
};

/// "instance cache-n1 of group cache at 10.0.0.1:6379"
[[nodiscard]] std::string describe(const Target& target);

/// `endpoint` as host:port, with brackets around an IPv6 address.
[[nodiscard]] std::string text_of(const cluster::Endpoint& endpoint);

/// The error behind an error reply; the message never holds a secret.
[[nodiscard]] Error classify(std::string_view reply, const Target& target);

}  // namespace baton::redis
