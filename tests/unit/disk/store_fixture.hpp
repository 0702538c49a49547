#pragma once

/// A store in a temporary directory and a loop to receive its answers on.

#include "adapters/factories.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

namespace baton::test {

/// Only `post` is used by a store; `run_one` waits for a posted action.
class QueueLoop final : public Loop {
public:
    Instant now() override { return {}; }
    std::int64_t wall_milliseconds() override { return 0; }
    TimerId at(Instant, std::function<void()>) override { return 1; }
    void cancel(TimerId) override {}
    void post(std::function<void()> action) override;

    /// False if nothing was posted for half a minute.
    bool run_one();

private:
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::function<void()>> actions_;
};

class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline const ClusterId cluster_name{"c1"};

/// One opened directory. Calls wait for their answer.
class TestStore {
public:
    explicit TestStore(const std::string& directory, const std::string& node = "a",
                       std::uint64_t entropy = 7);

    [[nodiscard]] bool opened() const { return static_cast<bool>(opened_); }
    [[nodiscard]] const Error& error() const { return opened_.error(); }
    [[nodiscard]] const Recovered& recovered() const { return opened_.value().recovered; }
    [[nodiscard]] const std::vector<std::string>& warnings() const {
        return opened_.value().warnings;
    }
    [[nodiscard]] const adapters::FsyncWatch& fsync() const { return *opened_.value().fsync; }
    LogStore& store() { return *opened_.value().store; }
    QueueLoop& loop() { return loop_; }

    Result<void> save(raft::Persist persist);
    Result<void> join(raft::Snapshot first, ClusterId cluster = cluster_name);
    Result<void> close_epoch(const std::string& group, std::uint64_t epoch);
    void close() { opened_.value().store.reset(); }

private:
    Result<void> wait_for(const std::function<void(Done<void>)>& call);

    QueueLoop loop_;
    Result<adapters::OpenedStore> opened_;
};

raft::Entry entry(std::uint64_t index, std::uint64_t term, std::string payload = "x");
/// Entries `first` to `last` of one term.
std::vector<raft::Entry> entries(std::uint64_t first, std::uint64_t last, std::uint64_t term);
raft::Snapshot snapshot(std::uint64_t index, std::uint64_t term, std::string state = "state");
raft::Persist appending(std::vector<raft::Entry> entries);
raft::Persist voting(std::uint64_t term, const std::string& vote, std::uint64_t commit = 0);
raft::Persist covering(raft::Snapshot snapshot);

/// The directory of a node that joined with a snapshot at entry 1 of term 1.
void make_joined(const std::string& directory);
void copy_directory(const std::string& from, const std::string& to);
std::string content_of(const std::string& path);
void write_content(const std::string& path, const std::string& bytes);
/// Names that begin with `prefix`, sorted.
std::vector<std::string> names_in(const std::string& directory, const std::string& prefix);

}  // namespace baton::test
