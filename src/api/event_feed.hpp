#pragma once

/// Events as server-sent events: first those kept, then each new one, and a
/// comment from time to time so that both sides notice a dead connection.

#include "api/access.hpp"
#include "api/http.hpp"
#include "ports/loop.hpp"

#include <memory>
#include <optional>

namespace baton::api {

inline constexpr Duration feed_comment_every = std::chrono::seconds{10};
/// Kept events are sent in pieces of this many, so that catching up neither
/// holds up the loop nor overflows the client's buffer.
inline constexpr std::size_t feed_batch = 100;

/// `from` empty: only new events. `access` and `loop` outlive the feed.
[[nodiscard]] std::shared_ptr<Feed> make_event_feed(Access& access, Loop& loop,
                                                    std::optional<std::uint64_t> from);

}  // namespace baton::api
