#pragma once

/// What does a data directory hold, and may this node use it? Makes a new
/// directory, or reads an old one whole before anything is written to it.
/// Repairs only what a crash can leave behind: an incomplete last write,
/// temporary files, and a joining that was not finished.

#include "adapters/disk/files.hpp"
#include "adapters/disk/format.hpp"
#include "adapters/disk/fsync_timer.hpp"
#include "adapters/disk/writer.hpp"
#include "ports/log_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace baton::adapters::disk {

struct Opened {
    Descriptor lock;  ///< Holds the directory; keep it as long as the writer.
    Recovered recovered;
    std::unique_ptr<Writer> writer;
    std::vector<std::string> warnings;  ///< Sentences about what was repaired.
};

/// Errors: corrupt (file, byte, remedy), refused (in use, of another node or
/// cluster, of a newer format), unavailable (also where nothing can be stored now).
[[nodiscard]] Result<Opened> open_directory(Place place, std::uint64_t entropy, FsyncTimer& timer);

}  // namespace baton::adapters::disk
