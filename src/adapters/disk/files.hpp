#pragma once

/// Files as the store needs them: whole reads, durable writes, atomic
/// replacement. Every error names the file and what the system said. Nothing
/// here knows what the bytes mean.
///
/// Errors: unavailable (the system refused), corrupt (longer than can be).

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::adapters::disk {

/// An open file, closed at the end of its life.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    [[nodiscard]] int number() const { return number_; }

private:
    void close();

    int number_ = -1;
};

/// "cannot <verb> <path>: <what errno says>", of kind unavailable. Reads errno.
[[nodiscard]] Error system_error(const char* verb, const std::string& path);

/// Makes the directory and its missing parents, for the owner only.
[[nodiscard]] Result<void> make_directory(const std::string& path);

/// Names of the regular files in `directory`, sorted.
[[nodiscard]] Result<std::vector<std::string>> list_files(const std::string& directory);

/// The whole content; nothing if there is no such file.
[[nodiscard]] Result<std::optional<std::string>> read_file(const std::string& path,
                                                           std::size_t bytes_max);

/// A name in a directory is durable only after the directory itself is synced.
[[nodiscard]] Result<void> sync_directory(const std::string& directory);

/// Writes at `offset`; the bytes are durable after `sync_content` only.
[[nodiscard]] Result<void> write_at(const Descriptor& file, const std::string& path,
                                    std::uint64_t offset, std::string_view bytes);
[[nodiscard]] Result<void> sync_content(const Descriptor& file, const std::string& path);

/// Opens for writing; the file must exist.
[[nodiscard]] Result<Descriptor> open_existing(const std::string& path);

/// Shortens the file durably.
[[nodiscard]] Result<void> cut_file(const Descriptor& file, const std::string& path,
                                    std::uint64_t size);

/// Makes `directory`/`name` hold exactly `bytes`, durably, and answers it open
/// for writing. A crash leaves the old content or the new, and perhaps a file
/// ending in `temporary_suffix`, which means nothing.
[[nodiscard]] Result<Descriptor> replace_file(const std::string& directory, const std::string& name,
                                              std::string_view bytes);
inline constexpr std::string_view temporary_suffix = ".tmp";

/// Removes the file; one that is already gone is fine.
[[nodiscard]] Result<void> remove_file(const std::string& path);

/// Holds the directory for this process until the descriptor is closed, also
/// by a crash. Errors: refused (names the process that holds it).
[[nodiscard]] Result<Descriptor> lock_directory(const std::string& directory);

}  // namespace baton::adapters::disk
