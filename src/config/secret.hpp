#pragma once

/// Reads a secret from a file. A secret never appears in a message, and a file
/// that everybody on the machine can read is refused: it is no secret.

#include "base/result.hpp"

#include <string>

namespace baton::config {

/// The content of `path` without one trailing newline. Errors: unavailable
/// (cannot be read), refused (others may read it), invalid (empty, longer than
/// 4 KiB, or with a control character, which would end a line of a configuration
/// file).
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

}  // namespace baton::config
