#pragma once

/// The file of tokens as text: what its lines mean, and which token belongs to
/// which. Tokens hold 256 random bits, so that one round of SHA-256 suffices:
/// nobody can try them out. No files here.

#include "adapters/tokens.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters::tokens {

inline constexpr std::size_t tokens_max = 256;

struct TokenLine {
    Bearer bearer;
    std::string salt;  ///< 32 hexadecimal digits.
    std::string hash;  ///< Of salt and token, 64 hexadecimal digits.
};

/// Empty lines and those that begin with # mean nothing. Errors: invalid, naming
/// `path` and the line.
[[nodiscard]] Result<std::vector<TokenLine>> parse_lines(std::string_view text,
                                                         const std::string& path);
[[nodiscard]] std::string text_of(const TokenLine& line);

/// The line of a token with a salt of its own.
[[nodiscard]] TokenLine seal_token(Bearer bearer, std::string_view token);
/// Looks at every line, whichever fits.
[[nodiscard]] std::optional<Bearer> find_token(const std::vector<TokenLine>& lines,
                                               std::string_view token);

/// "baton_" and 64 hexadecimal digits from the operating system. Errors: unavailable.
[[nodiscard]] Result<std::string> draw_token();

}  // namespace baton::adapters::tokens
