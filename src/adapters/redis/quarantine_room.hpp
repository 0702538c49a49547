#pragma once

/// The directories in which a node keeps tails: how they are named, made,
/// counted and removed. Blocks on the disk; knows no server.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"
#include "ports/quarantine.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::redis {

/// One that is being filled. Invisible until `finish`; removed unless finished.
class Draft {
public:
    Draft() = default;
    Draft(std::string hidden, std::string place);
    Draft(Draft&& other) noexcept;
    Draft& operator=(Draft&& other) noexcept;
    ~Draft();

    /// Adds to the file of the replication stream.
    [[nodiscard]] Result<void> append(std::string_view bytes);
    /// Takes the server's data files from `directory`, by link where possible.
    /// Answers their names; nothing else is touched.
    [[nodiscard]] Result<std::vector<std::string>> take_files(const std::string& directory,
                                                              std::uint64_t bytes_max);
    /// Writes the manifest, makes all of it durable, and answers the place.
    [[nodiscard]] Result<std::string> finish(const std::string& manifest);
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    void release();

    std::string hidden_;
    std::string place_;
    int stream_ = -1;
    std::uint64_t bytes_ = 0;
};

class QuarantineRoom {
public:
    QuarantineRoom(std::string directory, GroupId group);

    /// What holds something of the group, oldest first.
    [[nodiscard]] std::vector<std::string> kept() const;
    /// Removes the oldest until one more of `bytes` fits; answers which. Errors:
    /// refused (it never fits), unavailable (the disk is full).
    [[nodiscard]] Result<std::vector<std::string>> make_room(
        const cluster::QuarantineBounds& bounds, std::uint64_t bytes);
    [[nodiscard]] Result<Draft> begin(const KeepOrder& order);

private:
    std::string directory_;
    GroupId group_;
};

/// The manifest of what is kept, as JSON.
[[nodiscard]] std::string manifest_of(const KeepOrder& order, const Kept& kept,
                                      const std::vector<std::string>& files);

}  // namespace baton::redis
