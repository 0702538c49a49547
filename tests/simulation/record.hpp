#pragma once

/// A long run of seeds on disk: one line for each, so that it can go on after
/// an interruption and be summed up afterwards (totals.py). Words are
/// `name=value`; lists are separated by commas, durations in milliseconds.

#include "base/result.hpp"
#include "simulation/seed_run.hpp"

#include <string>

namespace baton::simulation {

/// The line of one seed, without its end.
[[nodiscard]] std::string record_line(const SeedOptions& options, const SeedResult& result);

class Record {
public:
    /// Half a line, left by an interruption, is taken away first. Errors:
    /// unavailable (the file cannot be written).
    [[nodiscard]] static Result<Record> open(const std::string& path);

    /// The seeds of `wanted` that are not in the file, which was written in order.
    [[nodiscard]] SeedRange left_of(SeedRange wanted) const;
    [[nodiscard]] Result<void> add(const SeedOptions& options, const SeedResult& result);

private:
    Record(std::string path, std::uint64_t next) : path_(std::move(path)), next_(next) {}

    std::string path_;
    std::uint64_t next_;  ///< The seed after the last one in the file.
};

}  // namespace baton::simulation
