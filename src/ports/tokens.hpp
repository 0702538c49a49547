#pragma once

/// The port to what is known of tokens: whose one is, and what its bearer may do.

#include <optional>
#include <string>
#include <string_view>

namespace baton {

/// Each may do what those before it may.
enum class Role {
    read,     ///< Look at everything but the record of changes.
    operate,  ///< Change who serves: switchover, failover, pause, resume.
    admin,    ///< Change what there is, and read the record of changes.
};

[[nodiscard]] constexpr std::string_view name_of(Role role) {
    switch (role) {
        case Role::read: return "read";
        case Role::operate: return "operate";
        case Role::admin: return "admin";
    }
    return "read";
}

struct Bearer {
    std::string name;
    Role role = Role::read;
};

class Tokens {
public:
    virtual ~Tokens() = default;
    /// Whose token that is. Takes as long whether the token is known, almost
    /// known or unknown. May read a changed file anew.
    [[nodiscard]] virtual std::optional<Bearer> find(std::string_view token) = 0;
};

}  // namespace baton
