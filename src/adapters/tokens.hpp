#pragma once

/// Tokens with a name and a role, kept as salted hashes in a file with one line
/// for each. A token is shown once, when it is made.

#include "base/event.hpp"
#include "base/result.hpp"
#include "ports/tokens.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::adapters {

/// The role of that name, as `name_of` gives it.
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

struct TokenSources {
    std::string secret;  ///< An administrator's token, as it is; empty: none.
    std::string file;    ///< Of lines "NAME ROLE SALT HASH"; empty: none.
};
/// A changed file is read anew, looking once a second. `report` hears when it is of
/// no use: the tokens read before stay. Errors: unavailable (cannot be read),
/// invalid (file, line, what is wrong), refused (others may read it).
[[nodiscard]] Result<std::unique_ptr<Tokens>> open_tokens(TokenSources sources,
                                                          std::function<void(Event)> report);

/// Draws a token and appends its line to `file`, made for its owner alone if it
/// is not there. Errors: invalid (the name), refused (the name is taken), unavailable.
[[nodiscard]] Result<std::string> add_token(const std::string& file, const std::string& name,
                                            Role role);

}  // namespace baton::adapters
