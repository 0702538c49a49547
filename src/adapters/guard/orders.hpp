#pragma once

/// Orders to the guard as datagrams. Pure; refuses (`invalid`) what the guard
/// would refuse too, with the name and the number in the message.

#include "base/result.hpp"
#include "guard/protocol.hpp"
#include "ports/guard.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace baton::adapters {

using Datagram = std::vector<char>;

[[nodiscard]] Result<Datagram> launch_order(const Launch& launch, std::uint32_t number);

/// `list`, `kill` and `stop`; `name` and `deadline` as far as the kind has them.
[[nodiscard]] Result<Datagram> plain_order(guard::Kind kind, const std::string& name,
                                           Instant deadline, std::uint32_t number);

/// The error of a `done` that is not ok, completed with what the agent knows.
[[nodiscard]] Error error_of(const guard::Answer& answer, const std::string& what);

}  // namespace baton::adapters
