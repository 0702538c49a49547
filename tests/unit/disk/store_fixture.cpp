#include "store_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace baton::test {

namespace files = std::filesystem;

void QueueLoop::post(std::function<void()> action) {
    const std::lock_guard guard{mutex_};
    actions_.push_back(std::move(action));
    posted_.notify_one();
}

bool QueueLoop::run_one() {
    std::function<void()> action;
    {
        std::unique_lock guard{mutex_};
        if (!posted_.wait_for(guard, std::chrono::seconds{30}, [&] { return !actions_.empty(); })) {
            return false;
        }
        action = std::move(actions_.front());
        actions_.pop_front();
    }
    action();
    return true;
}

/// In memory where the system offers it: thousands of syncs of a real disk
/// would show nothing more here.
TemporaryDirectory::TemporaryDirectory() {
    for (const files::path& parent : {files::path{"/dev/shm"}, files::temp_directory_path()}) {
        std::string pattern = (parent / "baton-disk-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) {
            path_ = pattern;
            return;
        }
    }
    ADD_FAILURE() << "no temporary directory can be made";
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    files::remove_all(path_, ignored);
}

TestStore::TestStore(const std::string& directory, const std::string& node, std::uint64_t entropy)
    : opened_(adapters::open_log_store(loop_, directory, NodeId{node}, entropy)) {}

Result<void> TestStore::wait_for(const std::function<void(Done<void>)>& call) {
    std::optional<Result<void>> answer;
    call([&answer](Result<void> result) { answer = std::move(result); });
    while (!answer) {
        if (!loop_.run_one()) {
            return outcome_unknown("the store did not answer");
        }
    }
    return *answer;
}

Result<void> TestStore::save(raft::Persist persist) {
    return wait_for([&](Done<void> done) { store().save(std::move(persist), std::move(done)); });
}

Result<void> TestStore::join(raft::Snapshot first, ClusterId cluster) {
    return wait_for([&](Done<void> done) {
        store().join(std::move(cluster), std::move(first), std::move(done));
    });
}

Result<void> TestStore::close_epoch(const std::string& group, std::uint64_t epoch) {
    return wait_for([&](Done<void> done) {
        store().close_epoch(GroupId{group}, Epoch{epoch}, std::move(done));
    });
}

raft::Entry entry(std::uint64_t index, std::uint64_t term, std::string payload) {
    return {Term{term}, LogIndex{index}, raft::EntryKind::command, std::move(payload), {}};
}

std::vector<raft::Entry> entries(std::uint64_t first, std::uint64_t last, std::uint64_t term) {
    std::vector<raft::Entry> made;
    for (std::uint64_t index = first; index <= last; ++index) {
        made.push_back(entry(index, term, "entry " + std::to_string(index)));
    }
    return made;
}

raft::Snapshot snapshot(std::uint64_t index, std::uint64_t term, std::string state) {
    return {.index = LogIndex{index},
            .term = Term{term},
            .membership = {.voters = {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}}, .learners = {}},
            .membership_index = LogIndex{1},
            .state = std::move(state)};
}

raft::Persist appending(std::vector<raft::Entry> entries) {
    raft::Persist persist;
    persist.entries = std::move(entries);
    return persist;
}

raft::Persist voting(std::uint64_t term, const std::string& vote, std::uint64_t commit) {
    raft::Persist persist;
    persist.hard_state =
        raft::HardState{.term = Term{term}, .vote = NodeId{vote}, .commit = LogIndex{commit}};
    return persist;
}

raft::Persist covering(raft::Snapshot snapshot) {
    raft::Persist persist;
    persist.snapshot = std::move(snapshot);
    return persist;
}

void make_joined(const std::string& directory) {
    TestStore store{directory};
    ASSERT_TRUE(store.opened()) << store.error().message;
    ASSERT_TRUE(store.join(snapshot(1, 1)));
}

void copy_directory(const std::string& from, const std::string& to) {
    files::remove_all(to);
    files::copy(from, to, files::copy_options::recursive);
}

std::string content_of(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void write_content(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
}

std::vector<std::string> names_in(const std::string& directory, const std::string& prefix) {
    std::vector<std::string> names;
    for (const auto& file : files::directory_iterator{directory}) {
        const std::string name = file.path().filename().string();
        if (name.starts_with(prefix)) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace baton::test
