#pragma once

/// Who may use the API: tokens with a name and a role, kept as salted hashes in
/// a file with one line for each. A token is shown once, when it is made.

#include "base/event.hpp"
#include "base/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::adapters {

/// Each may do what those before it may.
enum class Role {
    read,     ///< Look at everything but the record of changes.
    operate,  ///< Change who serves: switchover, failover, pause, resume.
    admin,    ///< Change what there is, and read the record of changes.
};
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

struct Bearer {
    std::string name;
    Role role = Role::read;
};

class Tokens {
public:
    virtual ~Tokens() = default;
    /// Whose token that is. Takes as long whether the token is known, almost
    /// known or unknown. Reads a changed file anew, looking once a second.
    [[nodiscard]] virtual std::optional<Bearer> find(std::string_view token) = 0;
};

struct TokenSources {
    std::string secret;  ///< An administrator's token, as it is; empty: none.
    std::string file;    ///< Of lines "NAME ROLE SALT HASH"; empty: none.
};
/// `report` hears when the file was changed and is of no use: the tokens read
/// before stay. Errors: unavailable (cannot be read), invalid (file, line, what is
/// wrong), refused (others may read it).
[[nodiscard]] Result<std::unique_ptr<Tokens>> open_tokens(TokenSources sources,
                                                          std::function<void(Event)> report);

/// Draws a token and appends its line to `file`, made for its owner alone if it
/// is not there. Errors: invalid (the name), refused (the name is taken), unavailable.
[[nodiscard]] Result<std::string> add_token(const std::string& file, const std::string& name,
                                            Role role);

}  // namespace baton::adapters
