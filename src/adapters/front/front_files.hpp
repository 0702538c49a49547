#pragma once

/// The files of a node's front: its configuration, written so that a reader
/// never sees half of one, and what HAProxy wrote to its log.

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace baton::front {

/// Replaces `path`, readable for the group of `reader` if one is named. Not
/// synced: after a machine's crash the file is written anew before HAProxy is
/// started. Errors: unavailable, invalid (no such user).
[[nodiscard]] Result<void> replace_file(const std::string& path, const std::string& text,
                                        const std::string& reader);

/// Makes the front's directory and, for a user of HAProxy's own, the place in
/// it that belongs to that user. The rest does not: what root reads again must
/// not be writable for a program that clients talk to. Errors: as above.
[[nodiscard]] Result<void> make_directories(const std::string& path, const std::string& user);

/// Where HAProxy makes its administration socket, below the front's directory.
[[nodiscard]] std::string socket_directory(const std::string& path, const std::string& user);

/// Removes the socket of an HAProxy that was started when `user` was another
/// one. True: there was one, and what made it may still run.
[[nodiscard]] bool forget_other_socket(const std::string& path, const std::string& user);

/// HAProxy's absolute path. Errors: invalid, saying what to install.
[[nodiscard]] Result<std::string> find_haproxy(const std::string& configured);

[[nodiscard]] std::size_t size_of(const std::string& path);

/// What was appended to `path` since it had `from` bytes, at most 16 KiB.
[[nodiscard]] std::string read_from(const std::string& path, std::size_t from);

/// Why HAProxy ended, from its output, in the operator's words.
[[nodiscard]] Error explain_failure(const std::string& output);

}  // namespace baton::front
