#pragma once

/// The memory the guard and the agent share: by when must which server be
/// killed, and is the guard awake? The agent writes the slots, the guard and
/// its keepers the rest. Every field that changes is a lock-free atomic, so
/// neither side can ever block the other, however it dies. Nothing here asks or
/// answers anything else; that is what guard/protocol.hpp is for.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::guard {

/// Changes with every change of layout or protocol: guard and agent may come
/// from different releases while an agent is being upgraded.
inline constexpr std::int64_t format_version = 2;

inline constexpr std::size_t delays_kept = 1024;  ///< Of the guard; it wakes up 20 times a second.
inline constexpr std::size_t servers_max = 64;    ///< Servers of one node; also slots.
inline constexpr std::size_t name_bytes = 64;  ///< Of a server's name, terminating zero included.

/// The descriptors an agent inherits, named by these environment variables.
inline constexpr const char* socket_variable = "BATON_GUARD_SOCKET";
inline constexpr const char* memory_variable = "BATON_GUARD_MEMORY";

using Word = std::atomic<std::int64_t>;
static_assert(Word::is_always_lock_free, "shared between processes");

/// When the server of this name must be dead unless the deadline moves.
struct Slot {
    static constexpr std::int64_t unused = 0;
    static constexpr std::int64_t being_named = 1;
    static constexpr std::int64_t named = 2;  ///< `name` is complete.

    Word state;
    Word deadline;  ///< CLOCK_BOOTTIME in nanoseconds; 0: none.
    std::array<char, name_bytes> name;
};

/// What a keeper leaves behind; one per place in the guard's table.
struct Ending {
    Word emptied_by;  ///< Pid of the keeper that saw its last descendant end; else 0.
    Word status;      ///< How the server's first process ended, as waitpid says.
};

struct Memory {
    std::int64_t version;
    std::int64_t guard;  ///< Its pid.
    Word heartbeat;      ///< CLOCK_BOOTTIME nanoseconds of the guard's latest turn.
    Word closed;         ///< Servers killed because their deadline passed.
    Word lateness_last;  ///< Nanoseconds from a deadline to its first SIGKILL.
    Word lateness_max;
    Word oversleep_max;  ///< Longest that the guard woke up later than it wanted to.
    Word delays_noted;   ///< Grows by one with each of these; the latest at `% delays_kept`.
    std::array<Word, delays_kept> delays;  ///< Nanoseconds, of wake-ups and of deadlines.
    std::array<Ending, servers_max> endings;
    std::array<Slot, servers_max> slots;
};

/// The guard was late by so much. For the guard alone.
inline void note_delay(Memory& memory, std::int64_t nanoseconds) {
    const std::int64_t number = memory.delays_noted.load(std::memory_order_relaxed);
    memory.delays.at(static_cast<std::size_t>(number) % delays_kept).store(nanoseconds);
    memory.delays_noted.store(number + 1, std::memory_order_release);
}

/// The text of a fixed field, never read beyond its end.
template <std::size_t Size>
[[nodiscard]] std::string_view text_of(const std::array<char, Size>& field) {
    const std::string_view whole{field.data(), Size};
    return whole.substr(0, whole.find('\0'));
}

/// Copies what fits and always terminates.
template <std::size_t Size>
void put_text(std::array<char, Size>& field, std::string_view text) {
    field.fill('\0');
    text.copy(field.data(), Size - 1);
}

}  // namespace baton::guard
