#pragma once

/// What became of every write, and how long nobody's write was acknowledged.
/// Keeps one bit per write and a window of counters; the full record goes to
/// the log file. Refuses to guess: a write without an answer is unknown.

#include "time.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace baton::load {

enum class Outcome {
    acknowledged,  ///< SET answered +OK, and WAIT found enough replicas where it was asked.
    failed,        ///< Refused by the server, or no byte of it was sent.
    unknown,       ///< Sent, and not answered as an acknowledgement.
};

/// Counters since the last mark.
struct Window {
    std::string name;
    Instant began;
    Duration longest_gap{0};  ///< Between two acknowledgements; a gap still open counts.
    std::uint64_t acknowledged = 0;
    std::uint64_t failed = 0;
    std::uint64_t unknown = 0;
    std::uint64_t connections_reset = 0;
    std::uint64_t connects_failed = 0;
    std::uint64_t first_key = 0;  ///< No smaller key was first sent in this window.
};

/// A half-open range of keys, with one bit each: acknowledged or not.
struct AcknowledgedKeys {
    std::uint64_t first = 0;
    std::vector<bool> bits;
};

class History {
public:
    /// An empty path keeps no log. `usable()` says whether the file opened.
    History(std::string run, const std::string& log_path, Instant now);

    [[nodiscard]] bool usable() const { return usable_; }
    [[nodiscard]] const std::string& run() const { return run_; }
    [[nodiscard]] std::uint64_t take_key();
    [[nodiscard]] std::uint64_t next_key() const { return next_key_; }

    void record(std::uint64_t key, Outcome outcome, Instant at);
    void connection_reset() { ++window_.connections_reset; }
    void connect_failed() { ++window_.connects_failed; }

    /// Starts a new window. A gap that is open now will count in the new one.
    void mark(std::string name, Instant now);
    [[nodiscard]] Window window(Instant now) const;
    [[nodiscard]] Instant last_acknowledged() const { return last_acknowledged_; }

    /// Of this window, below `end`, without those dropped.
    [[nodiscard]] AcknowledgedKeys acknowledged_keys(std::uint64_t end) const;
    /// Forgets keys below `end`: they were verified and removed from the server.
    /// The log says so, and whoever reads it back does not miss them.
    void drop_below(std::uint64_t end);
    void flush();

private:
    struct CloseFile {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string run_;
    std::unique_ptr<std::FILE, CloseFile> log_;
    bool usable_ = true;
    std::uint64_t next_key_ = 0;
    std::uint64_t dropped_below_ = 0;
    std::vector<bool> acknowledged_;  ///< Indexed by key: a day at 1,000 writes/s is 11 MB.
    Instant last_acknowledged_;
    Window window_;
};

/// The name under which the write with this number is stored.
[[nodiscard]] std::string key_name(const std::string& run, std::uint64_t key);

}  // namespace baton::load
