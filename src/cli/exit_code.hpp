#pragma once

/// What a script may rely on: "no" and "nobody knows" never share a code.

#include "base/result.hpp"

#include <string>
#include <utility>

namespace baton::cli {

enum class ExitCode {
    done = 0,             ///< Done, or the asserted condition holds.
    condition_false = 1,  ///< The asserted condition does not hold.
    usage = 2,            ///< The command line is wrong; nothing was asked or changed.
    changes = 3,          ///< Reserved for plans that have changes.
    unknown = 4,          ///< Cluster unreachable or without quorum: state unknown.
    refused = 5,          ///< A safety rule says no.
    changed = 6,          ///< Something happened since the plan was made.
    timed_out = 7,        ///< Not finished in time; it goes on without us.
    partly_done = 8,      ///< Done in part; the output says which.
    not_authorised = 9,   ///< The token is missing or wrong.
    interrupted = 130,    ///< Stopped by the operator; what was begun goes on.
};

/// Why a command ends without an answer.
struct Failure {
    Failure(ExitCode why, std::string text) : code(why), message(std::move(text)) {}

    ExitCode code;
    std::string message;  ///< What happened, why, what to do next.
};

template <typename T>
using Outcome = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

[[nodiscard]] inline Failure usage(std::string message) {
    return {ExitCode::usage, std::move(message)};
}

/// Usage errors of a file or argument keep their message and become a failure.
[[nodiscard]] inline Failure usage(const Error& error) {
    return usage(error.message);
}

}  // namespace baton::cli
