#include "store_fixture.hpp"

#include <sys/resource.h>

#include <csignal>

namespace baton::test {
namespace {

TEST(Store, AnEmptyDirectoryIsANewLifeThatMayNotVote) {
    const TemporaryDirectory directory;
    {
        const TestStore store{directory.path() + "/deep/data"};
        ASSERT_TRUE(store.opened()) << store.error().message;
        EXPECT_EQ(store.recovered().identity, (Identity{NodeId{"a"}, Incarnation{7}, {}}));
        EXPECT_FALSE(store.recovered().raft.may_vote);
        EXPECT_FALSE(store.recovered().raft.snapshot);
        EXPECT_TRUE(store.recovered().raft.entries.empty());
    }
    const TestStore again{directory.path() + "/deep/data", "a", 99};
    ASSERT_TRUE(again.opened()) << again.error().message;
    EXPECT_EQ(again.recovered().identity.incarnation, Incarnation{7});
}

TEST(Store, JoiningBindsTheDirectoryAndKeepsTheFirstSnapshot) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    TestStore again{directory.path()};
    ASSERT_TRUE(again.opened()) << again.error().message;
    EXPECT_EQ(again.recovered().identity.cluster, cluster_name);
    EXPECT_TRUE(again.recovered().raft.may_vote);
    EXPECT_EQ(again.recovered().raft.snapshot, snapshot(1, 1));
    EXPECT_TRUE(again.join(snapshot(1, 1)));  // Asked again: nothing changes.
    const auto other = again.join(snapshot(1, 1), ClusterId{"c2"});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::refused);
    EXPECT_TRUE(again.save(voting(2, "a")));  // A refusal is not a failure.
}

TEST(Store, AFirstSnapshotAtEntryZeroIsKeptToo) {
    const TemporaryDirectory directory;
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.join(snapshot(0, 0)));
        ASSERT_TRUE(store.save(appending(entries(1, 3, 1))));
    }
    const TestStore again{directory.path()};
    ASSERT_TRUE(again.opened()) << again.error().message;
    EXPECT_EQ(again.recovered().raft.snapshot, snapshot(0, 0));
    EXPECT_EQ(again.recovered().raft.entries, entries(1, 3, 1));
}

TEST(Store, TermVoteAndEntriesComeBack) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        raft::Persist persist = voting(3, "b", 1);
        persist.entries = entries(2, 5, 3);
        ASSERT_TRUE(store.save(persist));
    }
    const TestStore again{directory.path()};
    const auto& raft = again.recovered().raft;
    EXPECT_EQ(raft.hard_state, (raft::HardState{Term{3}, NodeId{"b"}, LogIndex{1}}));
    EXPECT_EQ(raft.entries, entries(2, 5, 3));
    EXPECT_TRUE(again.warnings().empty());
}

TEST(Store, AConflictingEntryReplacesTheTailForGood) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(entries(2, 9, 2))));
        ASSERT_TRUE(store.save(appending(entries(4, 5, 3))));
    }
    auto expected = entries(2, 3, 2);
    expected.push_back(entries(4, 4, 3).front());
    expected.push_back(entries(5, 5, 3).front());
    const TestStore again{directory.path()};
    EXPECT_EQ(again.recovered().raft.entries, expected);
}

TEST(Store, AShorterLogOfEqualEntriesIsCut) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(entries(2, 9, 2))));
        ASSERT_TRUE(store.save(appending(entries(4, 6, 2))));
        ASSERT_TRUE(store.save(appending({entry(7, 4)})));
    }
    auto expected = entries(2, 6, 2);
    expected.push_back(entry(7, 4));
    EXPECT_EQ(TestStore{directory.path()}.recovered().raft.entries, expected);
}

TEST(Store, ACommitIndexAloneCausesNoWrite) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    TestStore store{directory.path()};
    ASSERT_TRUE(store.save(appending(entries(2, 4, 1))));
    ASSERT_TRUE(store.save(voting(1, "")));
    const std::string name = directory.path() + "/" + names_in(directory.path(), "log-").back();
    const auto before = std::filesystem::file_size(name);
    ASSERT_TRUE(store.save(voting(1, "", 3)));
    EXPECT_EQ(std::filesystem::file_size(name), before);
    ASSERT_TRUE(store.save(appending({entry(5, 1)})));
    store.close();
    EXPECT_EQ(TestStore{directory.path()}.recovered().raft.hard_state.commit, LogIndex{3});
}

TEST(Store, ACommitBeyondTheOwnLogIsNotBelieved) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        raft::Persist persist = voting(2, "b", 50);
        persist.entries = entries(2, 4, 2);
        ASSERT_TRUE(store.save(persist));
    }
    EXPECT_EQ(TestStore{directory.path()}.recovered().raft.hard_state.commit, LogIndex{4});
}

TEST(Store, ASnapshotOfTheOwnLogKeepsWhatFollowsIt) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(entries(2, 9, 2))));
        ASSERT_TRUE(store.save(covering(snapshot(6, 2, "new"))));
        EXPECT_EQ(names_in(directory.path(), "snapshot-").size(), 1U);
    }
    const TestStore again{directory.path()};
    ASSERT_TRUE(again.opened()) << again.error().message;
    EXPECT_EQ(again.recovered().raft.snapshot, snapshot(6, 2, "new"));
    EXPECT_EQ(again.recovered().raft.entries, entries(7, 9, 2));
}

TEST(Store, ASnapshotThatContradictsTheLogReplacesIt) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(entries(2, 9, 2))));
        raft::Persist persist = covering(snapshot(6, 3));
        persist.entries = {entry(7, 3)};
        ASSERT_TRUE(store.save(persist));
        EXPECT_EQ(names_in(directory.path(), "log-").size(), 1U);
    }
    const TestStore again{directory.path()};
    EXPECT_EQ(again.recovered().raft.snapshot, snapshot(6, 3));
    EXPECT_EQ(again.recovered().raft.entries, (std::vector{entry(7, 3)}));
}

TEST(Store, ASnapshotMayComeWithTheTailThatFollowsIt) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(entries(2, 9, 2))));
        raft::Persist persist = covering(snapshot(6, 2));
        persist.entries = entries(5, 9, 2);
        ASSERT_TRUE(store.save(persist));
        ASSERT_TRUE(store.save(covering(snapshot(4, 2))));  // Older: says nothing new.
    }
    const TestStore again{directory.path()};
    EXPECT_EQ(again.recovered().raft.snapshot, snapshot(6, 2));
    EXPECT_EQ(again.recovered().raft.entries, entries(7, 9, 2));
}

TEST(Store, SegmentsRollAndAreRemovedBehindASnapshot) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    std::vector<raft::Entry> written;
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(voting(4, "c")));
        for (std::uint64_t index = 2; index < 14; ++index) {
            written.push_back(entry(index, 4, std::string(3 * 1024 * 1024, 'p')));
            ASSERT_TRUE(store.save(appending({written.back()})));
        }
        EXPECT_GE(names_in(directory.path(), "log-").size(), 4U);
    }
    {
        TestStore again{directory.path()};
        ASSERT_TRUE(again.opened()) << again.error().message;
        EXPECT_EQ(again.recovered().raft.hard_state.vote, NodeId{"c"});
        ASSERT_EQ(again.recovered().raft.entries, written);
        ASSERT_TRUE(again.save(covering(snapshot(8, 4))));
        EXPECT_LE(names_in(directory.path(), "log-").size(), 4U);
        ASSERT_TRUE(again.save(covering(snapshot(13, 4))));
        EXPECT_EQ(names_in(directory.path(), "log-").size(), 1U);
    }
    const TestStore last{directory.path()};
    EXPECT_EQ(last.recovered().raft.hard_state.vote, NodeId{"c"});
    EXPECT_TRUE(last.recovered().raft.entries.empty());
}

TEST(Store, RemovedSegmentsLeaveTheTailReadable) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        for (std::uint64_t index = 2; index < 10; ++index) {
            const std::string payload(3 * 1024 * 1024, 'p');
            ASSERT_TRUE(store.save(appending({entry(index, 2, payload)})));
        }
        ASSERT_TRUE(store.save(covering(snapshot(5, 2))));
    }
    const TestStore again{directory.path()};
    ASSERT_TRUE(again.opened()) << again.error().message;
    ASSERT_EQ(again.recovered().raft.entries.size(), 4U);
    EXPECT_EQ(again.recovered().raft.entries.front().index, LogIndex{6});
}

TEST(Store, ALongSaveIsSplitAndComesBackWhole) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    std::vector<raft::Entry> many;
    for (std::uint64_t index = 2; index < 42; ++index) {
        many.push_back(entry(index, 2, std::string(512 * 1024, 'q')));
    }
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.save(appending(many)));
    }
    const TestStore again{directory.path()};
    EXPECT_EQ(again.recovered().raft.entries, many);
}

TEST(Store, PromisesOnlyGrow) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        ASSERT_TRUE(store.close_epoch("orders", 5));
        ASSERT_TRUE(store.close_epoch("orders", 3));
        ASSERT_TRUE(store.close_epoch("carts", 1));
    }
    const TestStore again{directory.path()};
    EXPECT_EQ(again.recovered().closed, (std::map<GroupId, Epoch>{{GroupId{"carts"}, Epoch{1}},
                                                                  {GroupId{"orders"}, Epoch{5}}}));
}

TEST(Store, RequestsQueuedDuringAWriteAreAnsweredInOrder) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    std::vector<int> answered;
    {
        TestStore store{directory.path()};
        constexpr int requests = 500;
        for (int number = 0; number < requests; ++number) {
            const auto index = static_cast<std::uint64_t>(number) + 2;
            store.store().save(appending({entry(index, 2)}), [&answered, number](Result<void> r) {
                ASSERT_TRUE(r);
                answered.push_back(number);
            });
        }
        while (answered.size() < requests && store.loop().run_one()) {
        }
    }
    ASSERT_EQ(answered.size(), 500U);
    EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
    EXPECT_EQ(TestStore{directory.path()}.recovered().raft.entries.size(), 500U);
}

TEST(Store, AnswersAreDroppedWithTheStore) {
    const TemporaryDirectory directory;
    bool answered = false;
    TestStore store{directory.path()};
    ASSERT_TRUE(store.save(voting(1, "a")));
    store.store().save(voting(2, "a"), [&answered](Result<void>) { answered = true; });
    store.close();
    store.loop().post([] {});
    while (store.loop().run_one() && !answered) {
        break;
    }
    EXPECT_FALSE(answered);
}

TEST(Store, ASecondAgentIsRefusedAndToldOfTheFirst) {
    const TemporaryDirectory directory;
    TestStore first{directory.path()};
    {
        const TestStore second{directory.path()};
        ASSERT_FALSE(second.opened());
        EXPECT_EQ(second.error().kind, ErrorKind::refused);
        EXPECT_NE(second.error().message.find("pid " + std::to_string(::getpid())),
                  std::string::npos);
    }
    first.close();
    EXPECT_TRUE(TestStore{directory.path()}.opened());
}

TEST(Store, WritesAreTimed) {
    const TemporaryDirectory directory;
    TestStore store{directory.path()};
    EXPECT_EQ(store.fsync().p99_milliseconds(), 0);
    ASSERT_TRUE(store.save(voting(1, "a")));
    EXPECT_GT(store.fsync().p99_milliseconds(), 0);
    EXPECT_EQ(store.store().stalled_for(Instant{std::chrono::hours{1}}), Duration::zero());
}

/// As a disk does that is nearly full: short files can be written, others not.
class ShortFilesOnly {
public:
    explicit ShortFilesOnly(rlim_t bytes_max) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes_max, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~ShortFilesOnly() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_before_);
    }

private:
    rlimit before_{};
    void (*signal_before_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST(Store, WhereNothingCanBeStoredNobodyBegins) {
    const TemporaryDirectory directory;
    TestStore{directory.path()}.close();
    {
        const ShortFilesOnly nearly_full{16 * 1024};
        const TestStore store{directory.path()};
        ASSERT_FALSE(store.opened());
        EXPECT_EQ(store.error().kind, ErrorKind::unavailable) << "the guard tries again";
        EXPECT_NE(store.error().message.find(directory.path()), std::string::npos);
    }
    EXPECT_TRUE(TestStore{directory.path()}.opened()) << "nothing is left of the attempt";
}

}  // namespace
}  // namespace baton::test
