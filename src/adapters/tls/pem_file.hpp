#pragma once

/// Files of keys and certificates: read whole and bounded, made once, replaced
/// in one step. Every error names the file and what to do; none holds content.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace baton::adapters::tls {

inline constexpr std::size_t pem_bytes_max = 64 * 1024;

/// Errors: unavailable (cannot be read), invalid (too large).
[[nodiscard]] Result<std::string> read_pem(const std::string& path);
/// The same for a key: refused if users other than owner and group may use it.
[[nodiscard]] Result<std::string> read_key_file(const std::string& path);

enum class FileMode {
    secret,  ///< For the owner only.
    open,    ///< Everybody may read it: fronts run as another user.
};
/// Durable when it answers. Errors: refused (exists already), unavailable.
[[nodiscard]] Result<void> create_file(const std::string& path, std::string_view content,
                                       FileMode mode);
/// Puts `content` in the place of a file that everybody may read.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view content);
/// One that is already gone is fine.
void remove_file(const std::string& path);
[[nodiscard]] Result<void> make_folder(const std::string& path);

}  // namespace baton::adapters::tls
