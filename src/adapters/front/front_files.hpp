#pragma once

/// The files of a node's front: its configuration, written so that a reader
/// never sees half of one, and what HAProxy wrote to its log.

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace baton::front {

/// Replaces `path`. Not synced: after a machine's crash the file is written anew
/// before HAProxy is started. Errors: unavailable.
[[nodiscard]] Result<void> replace_file(const std::string& path, const std::string& text);

[[nodiscard]] Result<void> make_directory(const std::string& path);

/// HAProxy's absolute path. Errors: invalid, saying what to install.
[[nodiscard]] Result<std::string> find_haproxy(const std::string& configured);

[[nodiscard]] std::size_t size_of(const std::string& path);

/// What was appended to `path` since it had `from` bytes, at most 16 KiB.
[[nodiscard]] std::string read_from(const std::string& path, std::size_t from);

/// Why HAProxy ended, from its output, in the operator's words.
[[nodiscard]] Error explain_failure(const std::string& output);

}  // namespace baton::front
