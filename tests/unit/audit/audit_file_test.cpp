// The record of changes as a file: durable lines, a bound, and what a crash leaves.
#include "adapters/audit.hpp"

#include "adapters/factories.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace baton::adapters {
namespace {

using Lines = std::vector<std::string>;

class AuditFiles : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "baton-audit-XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
        path_ = directory_ + "/audit.log";
    }
    void TearDown() override {
        file_.reset();
        std::filesystem::remove_all(directory_);
    }

    void open(std::uint64_t bytes_max = audit_bytes_max) {
        auto opened = open_audit(*loop_, path_, bytes_max);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        file_ = std::move(opened).value();
    }
    template <typename Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            context_->run_one_for(std::chrono::milliseconds{5});
        }
        return true;
    }
    /// Keeps lines one after the other; how many were confirmed.
    std::size_t keep(const Lines& lines) {
        std::size_t kept = 0;
        for (const std::string& line : lines) {
            bool answered = false;
            file_->keep(line, [&](const Result<void>& done) {
                answered = true;
                kept += done ? 1U : 0U;
            });
            EXPECT_TRUE(until([&] { return answered; }));
        }
        return kept;
    }
    Lines newest(std::size_t limit) {
        std::optional<Lines> read;
        file_->newest(limit, [&](const Result<Lines>& lines) { read = lines.value(); });
        EXPECT_TRUE(until([&] { return read.has_value(); }));
        return read.value_or(Lines{});
    }

    std::unique_ptr<RunningLoop> loop_ = make_loop();
    boost::asio::io_context* context_ = static_cast<boost::asio::io_context*>(loop_->io_context());
    std::string directory_;
    std::string path_;
    std::unique_ptr<AuditFile> file_;
};

/// The kernel lets the file grow only so far, as a full disk would.
class NoRoom {
public:
    explicit NoRoom(rlim_t bytes_max) : before_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &was_);
        const rlimit now{bytes_max, was_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~NoRoom() {
        ::setrlimit(RLIMIT_FSIZE, &was_);
        (void)::signal(SIGXFSZ, before_);
    }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;

private:
    rlimit was_{};
    void (*before_)(int);
};

TEST_F(AuditFiles, HalfALineIsTakenBack) {
    open();
    EXPECT_EQ(keep({"before"}), 1U);
    {
        const NoRoom limit(std::string{"before\n"}.size() + 3);
        EXPECT_EQ(keep({"too long to fit"}), 0U);
    }
    EXPECT_EQ(keep({"after"}), 1U);
    EXPECT_EQ(newest(10), (Lines{"before", "after"}));
}

TEST_F(AuditFiles, LinesAreKeptInOrderAndOutliveTheProgram) {
    open();
    EXPECT_EQ(keep({"one", "two", "three"}), 3U);
    EXPECT_EQ(newest(2), (Lines{"two", "three"}));
    file_.reset();
    open();
    EXPECT_EQ(keep({"four"}), 1U);
    EXPECT_EQ(newest(10), (Lines{"one", "two", "three", "four"}));
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(AuditFiles, TakesNoMoreThanTwiceItsBound) {
    open(1000);
    Lines lines;
    for (int number = 0; number < 200; ++number)
        lines.push_back(std::to_string(number) + " ......");
    EXPECT_EQ(keep(lines), lines.size());
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory_}) {
        bytes += entry.file_size();
    }
    EXPECT_LE(bytes, 2000U);
    const Lines last = newest(1000);
    ASSERT_GT(last.size(), 1000U / 12U) << "one whole file is always there";
    EXPECT_EQ(last.back(), lines.back());
    EXPECT_EQ(last.front(), lines[lines.size() - last.size()]) << "nothing is missing between";
}

TEST_F(AuditFiles, ALineCutShortByACrashDoesNotSwallowTheNext) {
    std::ofstream{path_} << "whole\nhal";
    open();
    EXPECT_EQ(keep({"next"}), 1U);
    EXPECT_EQ(newest(10), (Lines{"whole", "hal", "next"}));
}

TEST_F(AuditFiles, AFullDiskIsSaid) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
    const std::string full = "/dev/full";
    const auto opened = open_audit(*loop_, full);
    ASSERT_TRUE(opened.has_value());
    std::optional<Result<void>> outcome;
    opened.value()->keep("line", [&](const Result<void>& done) { outcome = done; });
    ASSERT_TRUE(until([&] { return outcome.has_value(); }));
    ASSERT_FALSE(outcome->has_value());
    EXPECT_NE(outcome->error().message.find("cannot write /dev/full"), std::string::npos);
}

TEST_F(AuditFiles, ADirectoryThatIsNotThereIsNamed) {
    const auto opened = open_audit(*loop_, directory_ + "/none/audit.log");
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message.find("none/audit.log"), std::string::npos);
}

}  // namespace
}  // namespace baton::adapters
