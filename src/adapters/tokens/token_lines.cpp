#include "adapters/tokens/token_lines.hpp"

#include "base/hex.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <utility>

namespace baton::adapters {

std::optional<Role> role_of(std::string_view name) {
    for (const Role role : {Role::read, Role::operate, Role::admin}) {
        if (name_of(role) == name) return role;
    }
    return std::nullopt;
}

namespace tokens {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t token_bytes = 32;
constexpr std::size_t name_length_max = 63;

std::string hash_of(const std::string& salt, std::string_view token) {
    const std::string both = salt + std::string{token};
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(both.data()), both.size(), digest.data());
    return hex(digest);
}

bool is_hex(const std::string& text, std::size_t digits) {
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool is_name(const std::string& text) {
    return text.size() <= name_length_max && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-' || c == '@';
           });
}

/// What is wrong with the words of a line; empty if nothing is.
std::string read_words(const std::string& text, TokenLine& into) {
    std::istringstream words{text};
    std::string role;
    std::string more;
    if (!(words >> into.bearer.name >> role >> into.salt >> into.hash) || words >> more) {
        return "expected NAME ROLE SALT HASH";
    }
    const auto known = role_of(role);
    if (!known) return "the role must be read, operate or admin, not \"" + role + "\"";
    into.bearer.role = *known;
    if (!is_name(into.bearer.name)) return "a name has letters, digits, '.', '_', '-' and '@' only";
    if (!is_hex(into.salt, 2 * salt_bytes) || !is_hex(into.hash, 2 * SHA256_DIGEST_LENGTH)) {
        return "the salt must be 32 hexadecimal digits, the hash 64";
    }
    return {};
}

}  // namespace

Result<std::vector<TokenLine>> parse_lines(std::string_view text, const std::string& path) {
    std::vector<TokenLine> lines;
    std::set<std::string> names;
    std::istringstream all{std::string{text}};
    std::size_t number = 0;
    for (std::string line; std::getline(all, line);) {
        ++number;
        if (line.empty() || line[0] == '#') continue;
        TokenLine read;
        std::string problem = read_words(line, read);
        if (problem.empty() && !names.insert(read.bearer.name).second) {
            problem = "the name \"" + read.bearer.name + "\" is given twice";
        }
        if (problem.empty() && lines.size() == tokens_max) {
            problem = "there are more than " + std::to_string(tokens_max) + " tokens";
        }
        if (!problem.empty()) {
            return invalid(path + ":" + std::to_string(number) + ": " + problem +
                           "; baton token add makes such lines");
        }
        lines.push_back(std::move(read));
    }
    return lines;
}

std::string text_of(const TokenLine& line) {
    return line.bearer.name + " " + std::string{name_of(line.bearer.role)} + " " + line.salt + " " +
           line.hash + "\n";
}

TokenLine seal_token(Bearer bearer, std::string_view token) {
    std::array<unsigned char, salt_bytes> salt{};
    // A salt only has to differ from the others'; the token is what is secret.
    RAND_bytes(salt.data(), static_cast<int>(salt.size()));
    TokenLine line{std::move(bearer), hex(salt), {}};
    line.hash = hash_of(line.salt, token);
    return line;
}

std::optional<Bearer> find_token(const std::vector<TokenLine>& lines, std::string_view token) {
    std::optional<Bearer> found;
    for (const TokenLine& line : lines) {
        const std::string given = hash_of(line.salt, token);
        if (CRYPTO_memcmp(given.data(), line.hash.data(), line.hash.size()) == 0) {
            found = line.bearer;
        }
    }
    return found;
}

Result<std::string> draw_token() {
    std::array<unsigned char, token_bytes> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        return unavailable("the operating system gives no random numbers");
    }
    return "baton_" + hex(bytes);
}

}  // namespace tokens

}  // namespace baton::adapters
