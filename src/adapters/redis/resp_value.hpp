#pragma once

/// A Redis reply as a plain value, and the commands it answers. Refuses to
/// know how either travels.

#include <cstdint>
#include <string>
#include <vector>

namespace baton::redis {

/// A command with its arguments, as binary-safe strings.
using Command = std::vector<std::string>;

struct RespValue {
    enum class Kind {
        nil,
        text,  ///< A status or a bulk string.
        integer,
        error,  ///< The server refused the command; `text` says why.
        list,
    };
    Kind kind = Kind::nil;
    std::string text;
    std::int64_t integer = 0;
    std::vector<RespValue> elements;

    friend bool operator==(const RespValue&, const RespValue&) = default;
};

}  // namespace baton::redis
