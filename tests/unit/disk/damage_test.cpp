#include "adapters/disk/format.hpp"
#include "store_fixture.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace baton::test {
namespace {

/// A joined directory with several records, a promise and a vote.
void make_used(const std::string& directory) {
    make_joined(directory);
    TestStore store{directory};
    raft::Persist persist = voting(2, "b");
    persist.entries = entries(2, 4, 2);
    ASSERT_TRUE(store.save(persist));
    ASSERT_TRUE(store.save(covering(snapshot(3, 2))));
    ASSERT_TRUE(store.close_epoch("orders", 4));
    ASSERT_TRUE(store.save(appending(entries(5, 6, 2))));
    ASSERT_TRUE(store.save(voting(3, "c")));
    ASSERT_TRUE(store.save(appending(entries(7, 7, 3))));
}

void expect_corrupt(const std::string& directory, const std::string& name,
                    const std::string& what) {
    const TestStore store{directory};
    ASSERT_FALSE(store.opened()) << what;
    EXPECT_EQ(store.error().kind, ErrorKind::corrupt) << what << ": " << store.error().message;
    for (const std::string& part :
         {directory + "/" + name, std::string{"at byte "}, std::string{"node replace --node=a"}}) {
        EXPECT_NE(store.error().message.find(part), std::string::npos)
            << what << ": " << store.error().message;
    }
}

/// Offset of the last record of a segment.
std::size_t last_record(const std::string& file) {
    std::size_t last = 0;
    for (std::size_t at = 0; at < file.size(); ++at) {
        if (adapters::disk::record_at(file, at)) {
            last = at;
        }
    }
    return last;
}

TEST(CrashImage, CutAnywhereInTheLastWriteItHoldsAllThatWasAcknowledged) {
    const TemporaryDirectory directory;
    const std::string used = directory.path() + "/used";
    make_used(used);
    const std::string name = names_in(used, "log-").back();
    const std::string file = content_of(used + "/" + name);
    const std::size_t start = last_record(file);
    ASSERT_GT(start, 0U);
    for (std::size_t cut = start; cut <= file.size(); ++cut) {
        const std::string image = directory.path() + "/image";
        copy_directory(used, image);
        write_content(image + "/" + name, file.substr(0, cut));
        TestStore store{image};
        ASSERT_TRUE(store.opened()) << "cut at " << cut << ": " << store.error().message;
        const auto& raft = store.recovered().raft;
        const bool whole = cut == file.size();
        ASSERT_EQ(raft.entries.back().index, LogIndex{whole ? 7U : 6U}) << "cut at " << cut;
        ASSERT_EQ(raft.entries.front().index, LogIndex{4});
        ASSERT_EQ(raft.hard_state.vote, NodeId{"c"});
        ASSERT_EQ(store.recovered().closed.at(GroupId{"orders"}), Epoch{4});
        ASSERT_EQ(store.warnings().size(), whole || cut == start ? 0U : 1U) << "cut at " << cut;
        ASSERT_TRUE(store.save(appending({entry(7, 5, "after")})));
        store.close();
        ASSERT_EQ(TestStore{image}.recovered().raft.entries.back(), entry(7, 5, "after"));
    }
}

TEST(CrashImage, AnyByteOfTheLastWriteMayBeWrong) {
    const TemporaryDirectory directory;
    const std::string used = directory.path() + "/used";
    make_used(used);
    const std::string name = names_in(used, "log-").back();
    const std::string file = content_of(used + "/" + name);
    for (std::size_t at = last_record(file); at < file.size(); ++at) {
        const std::string image = directory.path() + "/image";
        copy_directory(used, image);
        std::string damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        write_content(image + "/" + name, damaged);
        const TestStore store{image};
        ASSERT_TRUE(store.opened()) << "byte " << at << ": " << store.error().message;
        ASSERT_EQ(store.recovered().raft.entries.back().index, LogIndex{6});
        ASSERT_EQ(store.warnings().size(), 1U);
    }
}

TEST(CrashImage, TemporaryFilesMeanNothing) {
    const TemporaryDirectory directory;
    make_used(directory.path());
    write_content(directory.path() + "/snapshot-00000000000000000099-2.tmp", "half");
    write_content(directory.path() + "/log-00000000000000000099.seg.tmp", "half");
    const TestStore store{directory.path()};
    ASSERT_TRUE(store.opened()) << store.error().message;
    EXPECT_EQ(store.recovered().raft.entries.back().index, LogIndex{7});
    EXPECT_TRUE(names_in(directory.path(), "log-00000000000000000099").empty());
}

TEST(CrashImage, ASnapshotWithoutItsMarkInTheLogCounts) {
    for (const std::uint64_t term : {2U, 9U}) {  // One of the own log, one that contradicts it.
        const TemporaryDirectory directory;
        const std::string before = directory.path() + "/before";
        const std::string after = directory.path() + "/after";
        make_joined(before);
        {
            TestStore store{before};
            ASSERT_TRUE(store.save(appending(entries(2, 6, 2))));
        }
        copy_directory(before, after);
        {
            TestStore store{after};
            ASSERT_TRUE(store.save(covering(snapshot(4, term))));
        }
        const std::string name = names_in(after, "snapshot-").back();
        std::filesystem::copy_file(after + "/" + name, before + "/" + name);
        for (int round = 0; round < 2; ++round) {  // The second time, the mark is there.
            TestStore store{before};
            ASSERT_TRUE(store.opened()) << store.error().message;
            EXPECT_EQ(store.recovered().raft.snapshot, snapshot(4, term));
            const auto kept = term == 2 ? entries(5, 6, 2) : std::vector<raft::Entry>{};
            EXPECT_EQ(store.recovered().raft.entries, kept);
            EXPECT_EQ(names_in(before, "snapshot-").size(), 1U);
        }
    }
}

TEST(CrashImage, AJoiningThatWasNotFinishedNeverHappened) {
    const TemporaryDirectory directory;
    const std::string fresh = directory.path() + "/fresh";
    const std::string joined = directory.path() + "/joined";
    {
        ASSERT_TRUE(TestStore{fresh}.opened());
    }
    copy_directory(fresh, joined);
    {
        TestStore store{joined};
        ASSERT_TRUE(store.join(snapshot(1, 1)));
    }
    const std::string name = names_in(joined, "snapshot-").back();
    std::filesystem::copy_file(joined + "/" + name, fresh + "/" + name);
    {
        TestStore store{fresh};
        ASSERT_TRUE(store.opened()) << store.error().message;
        EXPECT_FALSE(store.recovered().raft.may_vote);
        EXPECT_FALSE(store.recovered().raft.snapshot);
        ASSERT_TRUE(store.join(snapshot(2, 2), ClusterId{"c2"}));
    }
    // The other moment: the identity is written, the segment is still the old one.
    std::filesystem::copy_file(joined + "/identity", directory.path() + "/identity");
    {
        ASSERT_TRUE(TestStore{fresh}.recovered().raft.may_vote);
    }
}

TEST(Damage, EveryByteOfEveryFileBeforeTheLastWriteIsNoticed) {
    const TemporaryDirectory directory;
    const std::string used = directory.path() + "/used";
    make_used(used);
    const std::string image = directory.path() + "/image";
    const std::string last_segment = names_in(used, "log-").back();
    for (const std::string& name : names_in(used, "")) {
        if (name == "lock") {
            continue;
        }
        const std::string file = content_of(used + "/" + name);
        const std::size_t end = name == last_segment ? last_record(file) : file.size();
        for (std::size_t at = 0; at < end; ++at) {
            copy_directory(used, image);
            std::string damaged = file;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
            write_content(image + "/" + name, damaged);
            expect_corrupt(image, name, name + " byte " + std::to_string(at));
        }
    }
}

TEST(Damage, AnEmptiedOrMissingFileIsNoticed) {
    const TemporaryDirectory directory;
    const std::string used = directory.path() + "/used";
    const std::string image = directory.path() + "/image";
    make_used(used);
    for (const std::string& name : names_in(used, "")) {
        if (name == "lock") {
            continue;
        }
        copy_directory(used, image);
        write_content(image + "/" + name, "");
        expect_corrupt(image, name, name + " emptied");
        if (name == names_in(used, "log-").back()) {
            continue;  // Nothing points forward to the newest segment.
        }
        copy_directory(used, image);
        std::filesystem::remove(image + "/" + name);
        const TestStore store{image};
        ASSERT_FALSE(store.opened()) << name << " removed";
        EXPECT_EQ(store.error().kind, ErrorKind::corrupt);
    }
}

TEST(Damage, BothSmallFilesEmptiedIsNotANewDirectory) {
    const TemporaryDirectory directory;
    make_used(directory.path());
    write_content(directory.path() + "/identity", "");
    write_content(directory.path() + "/closed", "");
    expect_corrupt(directory.path(), "identity", "both emptied");
}

TEST(Damage, AMissingSegmentInTheMiddleIsNamed) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    {
        TestStore store{directory.path()};
        for (std::uint64_t index = 2; index < 9; ++index) {
            const std::string payload(4 * 1024 * 1024, 'p');
            ASSERT_TRUE(store.save(appending({entry(index, 2, payload)})));
        }
    }
    const auto names = names_in(directory.path(), "log-");
    ASSERT_GE(names.size(), 3U);
    std::filesystem::remove(directory.path() + "/" + names[1]);
    expect_corrupt(directory.path(), names[1], "gap");
}

TEST(Ownership, ADirectoryOfAnotherNodeIsRefusedByName) {
    const TemporaryDirectory directory;
    make_used(directory.path());
    const TestStore store{directory.path(), "b"};
    ASSERT_FALSE(store.opened());
    EXPECT_EQ(store.error().kind, ErrorKind::refused);
    EXPECT_NE(store.error().message.find("belongs to node \"a\", but this is node \"b\""),
              std::string::npos);
}

TEST(Ownership, AFileOfAnotherLifeOrClusterIsRefusedByName) {
    const TemporaryDirectory directory;
    const std::string used = directory.path() + "/used";
    const std::string other = directory.path() + "/other";
    make_used(used);
    {
        TestStore store{other, "a", 8};
        ASSERT_TRUE(store.join(snapshot(1, 1)));
    }
    std::filesystem::copy_file(other + "/closed", used + "/closed",
                               std::filesystem::copy_options::overwrite_existing);
    const TestStore store{used};
    ASSERT_FALSE(store.opened());
    EXPECT_EQ(store.error().kind, ErrorKind::refused);
    EXPECT_NE(store.error().message.find("earlier directory of node \"a\""), std::string::npos);
}

TEST(Ownership, ANewerFormatIsRefusedAndNotCalledDamage) {
    const TemporaryDirectory directory;
    make_used(directory.path());
    const std::string path = directory.path() + "/identity";
    std::string file = content_of(path);
    // Format 2, with the checksum a release of that format would have written.
    const auto crc = [](const std::string& bytes) {
        std::uint32_t value = 0xFFFFFFFFU;
        for (const char byte : bytes) {
            value ^= static_cast<unsigned char>(byte);
            for (int bit = 0; bit < 8; ++bit) {
                value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
            }
        }
        return ~value;
    };
    file[8] = 2;
    const std::uint32_t checksum = crc(file.substr(0, 12));
    for (std::size_t at = 0; at < 4; ++at) {
        file[12 + at] = static_cast<char>((checksum >> (8 * at)) & 0xFFU);
    }
    write_content(path, file + "whatever a newer release adds");
    const TestStore store{directory.path()};
    ASSERT_FALSE(store.opened());
    EXPECT_EQ(store.error().kind, ErrorKind::refused);
    EXPECT_NE(store.error().message.find("format 2"), std::string::npos);
}

/// Runs in a child process: no file may grow beyond `bytes`.
int fill_the_disk(const std::string& directory, rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    TestStore store{directory};
    const rlimit limit{bytes, bytes};
    if (!store.opened() || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 10;
    }
    std::uint64_t index = 2;
    Result<void> saved = success();
    for (; saved && index < 1000; ++index) {
        saved = store.save(appending({entry(index, 2, std::string(1000, 'f'))}));
    }
    if (saved || saved.error().kind != ErrorKind::unavailable ||
        saved.error().message.find(".seg: File too large") == std::string::npos) {
        return 11;
    }
    // Later requests fail alike, and nothing is written any more.
    const auto after = store.save(voting(9, "b"));
    const auto promise = store.close_epoch("orders", 1);
    if (after || promise || after.error() != saved.error()) {
        return 12;
    }
    return static_cast<int>(index - 2);  // Acknowledged, and the one that failed.
}

TEST(FullDisk, IsAnsweredAndForgottenAfterReopening) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::_exit(fill_the_disk(directory.path(), 64 * 1024 + 123));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_GT(WEXITSTATUS(status), 20) << "step " << WEXITSTATUS(status) << " of the child failed";
    const auto acknowledged = static_cast<std::size_t>(WEXITSTATUS(status)) - 1;
    TestStore store{directory.path()};
    ASSERT_TRUE(store.opened()) << store.error().message;
    EXPECT_EQ(store.recovered().raft.entries.size(), acknowledged);
    EXPECT_EQ(store.recovered().raft.hard_state.vote, NodeId{});
    EXPECT_TRUE(store.recovered().closed.empty());
    EXPECT_TRUE(store.save(voting(9, "b")));
}

}  // namespace
}  // namespace baton::test
