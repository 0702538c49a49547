#pragma once

/// The port `Front` by HAProxy: one process per node, supervised by the guard,
/// steered through its administration socket, outliving the agent. Without
/// sockets of its own: RuntimeSocket is handed in.

#include "adapters/factories.hpp"
#include "adapters/front/runtime_socket.hpp"

#include <memory>

namespace baton::front {

/// Name of HAProxy under the guard.
inline constexpr const char* process_name = "front";

/// One application is under way at a time; a newer one waits for it, and one
/// that waits already is answered `conflict`. Destroying it leaves HAProxy
/// running and drops unanswered calls.
[[nodiscard]] std::unique_ptr<Front> make_haproxy_front(Loop& loop, Guard& guard,
                                                        adapters::FrontOptions options,
                                                        std::unique_ptr<RuntimeSocket> socket);

}  // namespace baton::front
