#pragma once

/// The Redis protocol as far as a writer needs it: commands out, replies in.
/// Pure; it neither connects nor waits.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::load {

struct Reply {
    enum class Kind {
        status,   ///< `+OK`; in `text`.
        error,    ///< `-READONLY ...`; in `text`.
        integer,  ///< `:1`; in `number`.
        bulk,     ///< A string; in `text`.
        nothing,  ///< A missing value.
        array,    ///< In `items`.
    };
    Kind kind = Kind::nothing;
    std::string text;
    std::int64_t number = 0;
    std::vector<Reply> items;
};

[[nodiscard]] std::string command(const std::vector<std::string>& words);

struct Parsed {
    Reply reply;
    std::size_t bytes = 0;  ///< Consumed from the front of the input.
};

/// One whole reply from the front of `input`. Empty: more bytes are needed.
/// Sets `broken` for bytes that are no reply at all, or nested deeper than any
/// reply a writer asks for.
[[nodiscard]] std::optional<Parsed> parse(std::string_view input, bool& broken);

}  // namespace baton::load
