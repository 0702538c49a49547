#pragma once

/// What one run of the load client was asked to do, read from its arguments.

#include "endpoint.hpp"
#include "time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace baton::load {

struct Settings {
    std::vector<Endpoint> fronts;  ///< Each connection starts at its own and moves on at an error.
    std::vector<Endpoint> sentinels;  ///< Instead of fronts: whom to ask for the primary.
    std::string service;              ///< The name Sentinel knows it by.

    std::size_t connections = 4;
    double rate = 1000;              ///< Writes per second, over all connections.
    std::int64_t confirmations = 1;  ///< Replicas that WAIT must count; 0 sends no WAIT.
    Duration timeout = std::chrono::milliseconds{200};  ///< For an answer, for a connection.
    Duration retry = std::chrono::milliseconds{1};      ///< Between an error and the next try.
    Duration gap_reported =
        std::chrono::milliseconds{20};  ///< Longer gaps are told as they happen.
    std::optional<Duration> duration;   ///< Empty: until a signal or the end of standard input.

    std::string log_path;
    std::string password;  ///< From --password-file; never printed.
    bool verify = false;   ///< Judge an old log instead of writing.
};

/// Reads the arguments; prints what is wrong to stderr and returns nothing.
[[nodiscard]] std::optional<Settings> read_settings(int count, char** arguments);

}  // namespace baton::load
