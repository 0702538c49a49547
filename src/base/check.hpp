#pragma once

/// Invariants that only a bug in baton can break. They stay on in release
/// builds: a member that no longer believes its own state must stop, because
/// going on could mean two primaries. Never for anything the outside world can
/// cause; that is what `Result` is for.

namespace baton {

/// Prints the broken condition with its place on stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace baton

#define BATON_CHECK(condition)                                            \
    do {                                                                  \
        if (!(condition)) [[unlikely]] {                                  \
            ::baton::check_failed(#condition, __FILE__, __LINE__);        \
        }                                                                 \
    } while (false)
