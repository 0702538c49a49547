#pragma once

/// What the agent and the guard say to each other: one message per datagram of
/// a local SOCK_SEQPACKET pair, fixed layout, same machine, same byte order.
/// Every order carries a number; its answer carries the same one. The guard
/// sends `gone` and `state` unasked, with number 0. The guard trusts no length,
/// count or text in an order: `read_order` refuses what does not fit.

#include "guard/memory.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace baton::guard {

enum class Kind : std::uint16_t {
    wake = 1,    ///< Order without answer: a deadline was armed, look again.
    list = 2,    ///< Answered by `state`.
    launch = 3,  ///< Answered by `done` with one entry.
    kill = 4,    ///< Answered by `done` once SIGKILL is under way.
    stop = 5,    ///< Answered by `done` once SIGTERM was sent.
    done = 16,
    state = 17,  ///< Everything that runs.
    gone = 18,   ///< No process of the one entry is left.
};

enum class Status : std::uint32_t {
    ok = 0,
    invalid = 1,      ///< Can never work as given.
    unavailable = 2,  ///< Nothing was started or changed.
};

inline constexpr std::size_t arguments_max = 128;
inline constexpr std::size_t variables_max = 64;
inline constexpr std::size_t text_bytes_max = 32 * 1024;

struct Header {
    std::uint16_t version = format_version;
    Kind kind = Kind::wake;
    std::uint32_t number = 0;
};

/// For `launch`, `text_bytes` of zero-terminated strings follow: directory, user
/// (empty: unchanged), log file, the arguments, the variables.
struct Order {
    Header header;
    std::array<char, name_bytes> name{};
    std::int64_t deadline = 0;  ///< `stop`: SIGKILL at this CLOCK_BOOTTIME nanosecond.
    std::uint32_t arguments = 0;
    std::uint32_t variables = 0;
    std::uint32_t text_bytes = 0;
    std::uint32_t reserved = 0;
};

inline constexpr std::size_t order_bytes_max = sizeof(Order) + text_bytes_max;

/// One server under the guard.
struct Entry {
    std::array<char, name_bytes> name{};
    std::int64_t keeper = 0;   ///< Pid of its keeper, which outlives every process of the server.
    std::int64_t pid = 0;      ///< First process of the server; 0 until it runs.
    std::int64_t started = 0;  ///< CLOCK_BOOTTIME nanoseconds.
    std::int64_t place = 0;    ///< Index into `Memory::endings`.
};

/// Sent only up to the last used entry.
struct Answer {
    Header header;
    Status status = Status::ok;
    std::uint32_t entries = 0;
    std::array<char, 256> text{};  ///< For people: why not, or how it ended.
    std::array<Entry, servers_max> entry{};

    [[nodiscard]] std::size_t bytes() const {
        return sizeof(Answer) - (servers_max - entries) * sizeof(Entry);
    }
};

/// A launch order taken apart; points into the datagram it was read from.
struct Program {
    const char* directory = nullptr;
    const char* user = nullptr;
    const char* log_file = nullptr;
    std::array<const char*, arguments_max + 1> arguments{};  ///< Ends with a null pointer, as
    std::array<const char*, variables_max + 3> variables{};  ///< execve wants both.
};

/// Reads one datagram. Answers nullptr, or what is wrong with it; `order.header`
/// is filled whenever the datagram is long enough to hold one.
[[nodiscard]] const char* read_order(std::span<const char> datagram, Order& order,
                                     Program& program);

/// Reads one answer; false if it is not one of this version.
[[nodiscard]] bool read_answer(std::span<const char> datagram, Answer& answer);

}  // namespace baton::guard
