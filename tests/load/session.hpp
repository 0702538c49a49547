#pragma once

/// A blocking conversation with the primary, for reading back what was
/// written. Every wait has a deadline.

#include "settings.hpp"
#include "wire.hpp"

#include <optional>
#include <string>
#include <vector>

namespace baton::load {

class Session {
public:
    Session(const Settings& settings, Instant deadline)
        : settings_(settings), deadline_(deadline) {}

    /// Asks until a server answers with something other than an error, moving
    /// to the next front each time. Empty: the deadline passed. Only for
    /// questions that may safely be asked twice.
    [[nodiscard]] std::optional<Reply> ask(const std::vector<std::string>& words);

private:
    [[nodiscard]] bool connect();
    [[nodiscard]] bool greet();
    [[nodiscard]] std::optional<Endpoint> primary();
    [[nodiscard]] std::optional<Reply> exchange(const std::vector<std::string>& words);

    const Settings& settings_;
    Instant deadline_;
    Wire wire_;
    std::size_t server_ = 0;
};

}  // namespace baton::load
