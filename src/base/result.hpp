#pragma once

/// How every fallible function in baton answers: a value, or an `Error` whose
/// kind is advice to the caller. Errors are values; no exception crosses a
/// function we wrote.

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace baton {

/// What the caller should do next. A kind is added only when some caller acts
/// differently on it.
enum class ErrorKind {
    invalid,          ///< The request can never work as given: fix it.
    refused,          ///< Understood, but not in this state: change the state first.
    conflict,         ///< Someone newer decided otherwise: read again before acting.
    unavailable,      ///< Nothing happened: safe to try again.
    outcome_unknown,  ///< It may or may not have happened: observe before assuming.
    corrupt,          ///< Stored data is damaged: stop and tell a human.
};

/// The stable lower-case name of a kind, as printed in messages and JSON.
[[nodiscard]] constexpr std::string_view name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid: return "invalid";
        case ErrorKind::refused: return "refused";
        case ErrorKind::conflict: return "conflict";
        case ErrorKind::unavailable: return "unavailable";
        case ErrorKind::outcome_unknown: return "outcome_unknown";
        case ErrorKind::corrupt: return "corrupt";
    }
    return "invalid";
}

/// What went wrong, why, and what to do next, in sentences an operator can act
/// on. `message` never holds a secret.
struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

[[nodiscard]] inline Error invalid(std::string message) {
    return {ErrorKind::invalid, std::move(message)};
}
[[nodiscard]] inline Error refused(std::string message) {
    return {ErrorKind::refused, std::move(message)};
}
[[nodiscard]] inline Error conflict(std::string message) {
    return {ErrorKind::conflict, std::move(message)};
}
[[nodiscard]] inline Error unavailable(std::string message) {
    return {ErrorKind::unavailable, std::move(message)};
}
[[nodiscard]] inline Error outcome_unknown(std::string message) {
    return {ErrorKind::outcome_unknown, std::move(message)};
}
[[nodiscard]] inline Error corrupt(std::string message) {
    return {ErrorKind::corrupt, std::move(message)};
}

/// A successful `Result<void>`.
[[nodiscard]] inline auto success() { return boost::outcome_v2::success(); }

}  // namespace baton

/// BATON_TRY(value, expression) unwraps a result or returns its error;
/// BATON_TRY(expression) does the same for a result without value.
#define BATON_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
/// The same inside a coroutine.
#define BATON_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
