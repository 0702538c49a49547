#pragma once

/// What agents say on a connection besides their messages: the greeting that
/// opens it, the welcome or refusal that answers, and who may send what after
/// it. Bytes and judgement only; no socket. Every payload begins with its tag.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "ports/transport.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::adapters::net {

/// Version of what is written here; another one is refused with both numbers.
inline constexpr std::uint16_t wire_version = 1;
/// No greeting, welcome or refusal is longer, so that a stranger costs little.
inline constexpr std::size_t greeting_bytes_max = 4096;
/// Names and reasons inside them.
inline constexpr std::size_t greeting_text_max = 1024;

enum class Tag : char {
    greeting = 'G',  ///< From the side that dialled; again whenever its cluster changed.
    welcome = 'W',   ///< The answer of the other side, with its own identity.
    refusal = 'R',   ///< A reason for people; the connection ends.
    message = 'M',   ///< A peer message, only from the side that dialled.
};

/// The tag of a payload, or nothing for one that has none.
[[nodiscard]] std::optional<Tag> tag_of(std::string_view payload);

struct Greeting {
    std::uint16_t version = wire_version;
    Lane lane = Lane::urgent;
    Incarnation incarnation;
    ClusterId cluster;  ///< Empty: not part of one yet.
    NodeId node;

    friend bool operator==(const Greeting&, const Greeting&) = default;
};

/// `tag` is greeting or welcome; both carry the same fields.
[[nodiscard]] std::string encode_greeting(Tag tag, const Greeting& greeting);
/// Errors: invalid. A greeting of another wire version names both versions.
[[nodiscard]] Result<Greeting> decode_greeting(std::string_view payload);

/// A longer reason is cut.
[[nodiscard]] std::string encode_refusal(std::string_view reason);
/// Never fails; bytes that no terminal should see are replaced.
[[nodiscard]] std::string decode_refusal(std::string_view payload);

[[nodiscard]] std::string encode_message(const PeerMessage& message);

/// Whether `message` may have come from the node that greeted. Errors: invalid,
/// naming the claimed sender.
[[nodiscard]] Result<void> check_sender(const PeerMessage& message, const Greeting& greeting,
                                        const NodeId& self);

[[nodiscard]] std::string_view name_of(Lane lane);

}  // namespace baton::adapters::net
