#pragma once

/// The record of changes as a file of lines, written and synced on a thread of
/// its own, so that a slow disk holds up neither answers to others nor servers.

#include "base/result.hpp"
#include "ports/audit_file.hpp"
#include "ports/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace baton::adapters {

/// Then the file becomes `<path>.1`, in the place of the one before: twice this
/// is the most it takes.
inline constexpr std::uint64_t audit_bytes_max = 8 * 1024 * 1024;
/// Lines waiting to be written; further ones are answered `unavailable`.
inline constexpr std::size_t audit_queue_max = 1024;

/// Answers arrive on `loop`, which outlives the file. Errors: unavailable.
[[nodiscard]] Result<std::unique_ptr<AuditFile>> open_audit(
    Loop& loop, const std::string& path, std::uint64_t bytes_max = audit_bytes_max);

}  // namespace baton::adapters
