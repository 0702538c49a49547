#pragma once

/// Small files, read whole and bounded: secrets, tokens, keys, certificates.
/// Every error names the file and says what to do; none holds content.

#include "base/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::files {

/// A file descriptor that is closed with its scope, and not inherited.
class OpenFile {
public:
    /// `flags` and `mode` as in open(2).
    OpenFile(const std::string& path, int flags, mode_t mode = 0600);
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    /// -1 if it could not be opened; errno then says why.
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

/// What errno says now, as an error: "cannot VERB PATH: ...".
[[nodiscard]] Error cannot(std::string_view verb, const std::string& path);

/// Errors: unavailable (cannot be read), invalid (larger than `bytes_max`).
[[nodiscard]] Result<std::string> read_whole(const OpenFile& file, const std::string& path,
                                             std::size_t bytes_max);
[[nodiscard]] Result<std::string> read_whole(const std::string& path, std::size_t bytes_max);

/// For what only some may know. Errors: refused (users other than owner and group
/// may read or change it), invalid (no regular file), unavailable.
[[nodiscard]] Result<void> check_private(const OpenFile& file, const std::string& path);
[[nodiscard]] Result<std::string> read_private(const std::string& path, std::size_t bytes_max);

}  // namespace baton::files
