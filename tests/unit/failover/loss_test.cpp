// How much a change of primary costs, and how large a backlog should be.
#include "core/failover/backlog.hpp"
#include "core/failover/course.hpp"

#include <gtest/gtest.h>

namespace baton::failover {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{std::chrono::hours{1}};
constexpr Epoch reign{4};

TEST(Course, SaysWhatIsMissingAndHowOldTheNewsWas) {
    Course course;
    for (int step = 0; step <= 10; ++step) {
        course.heard(reign, 1000 + 100 * static_cast<std::uint64_t>(step), 1000,
                     start + step * milliseconds{100});
    }
    const cluster::Loss loss = course.behind(reign, 1750, start + milliseconds{1400});
    EXPECT_EQ(loss.heard, 2000U);
    EXPECT_EQ(loss.bytes_known(), 250U);
    EXPECT_EQ(loss.age, milliseconds{400});
    EXPECT_EQ(loss.bytes_likely(), 650U) << "and 400 ms at 1000 bytes a second";
    ASSERT_TRUE(loss.window);
    EXPECT_EQ(*loss.window, milliseconds{1000}) << "at 700 ms it stood at 1700, read by then";
}

TEST(Course, AStandbyThatHoldsMoreThanWasHeardLacksNothingKnown) {
    Course course;
    course.heard(reign, 100, 0, start);
    const cluster::Loss loss = course.behind(reign, 180, start + seconds{1});
    EXPECT_EQ(loss.bytes_known(), 0U);
    EXPECT_EQ(loss.bytes_likely(), 0U);
    EXPECT_TRUE(loss.window);
}

TEST(Course, AnIdlePrimaryKeepsTheWindowShort) {
    Course course;
    for (int step = 0; step < 1000; ++step) {
        course.heard(reign, 100, 0, start + step * milliseconds{200});
    }
    const cluster::Loss loss = course.behind(reign, 100, start + seconds{200});
    ASSERT_TRUE(loss.window);
    EXPECT_LE(*loss.window, seconds{1});
}

TEST(Course, WithoutNewsNothingIsKnown) {
    Course course;
    EXPECT_FALSE(course.behind(reign, 100, start).heard);
    course.heard(reign, 500, 0, start);
    const cluster::Loss other = course.behind(reign.next(), 100, start);
    EXPECT_FALSE(other.heard) << "that was another primary's position";
    EXPECT_FALSE(other.window);
    EXPECT_EQ(other.bytes_known(), 0U);
}

TEST(Course, AStandbyThatWasBehindForLongHasNoWindow) {
    Course course;
    for (int step = 0; step < 1000; ++step) {
        course.heard(reign, 1000 + static_cast<std::uint64_t>(step), 0,
                     start + step * milliseconds{100});
    }
    EXPECT_FALSE(course.behind(reign, 1001, start + seconds{100}).window);
}

TEST(Loss, EveryKindHasItsSentence) {
    cluster::Loss loss;
    EXPECT_EQ(describe(loss), "");
    loss.epoch = Epoch{5};
    loss.from = InstanceId{"a"};
    loss.to = InstanceId{"b"};
    EXPECT_NE(describe(loss).find("is not known"), std::string::npos);
    loss.heard = 100;
    loss.promoted = 60;
    EXPECT_NE(describe(loss).find("40 bytes of a's are known to be missing"), std::string::npos);
    loss.promise = cluster::Promise::replicated;
    EXPECT_EQ(describe(loss).find("b holds every write that WAIT confirmed"), 0U);
    loss.promise = cluster::Promise::handed_over;
    EXPECT_NE(describe(loss).find("nothing is lost"), std::string::npos);
}

TEST(Backlog, GrowsWithTheRateAndNeverShrinks) {
    constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
    EXPECT_EQ(backlog_size(0, 64 * mib), 64 * mib);
    EXPECT_EQ(backlog_size(mib, 64 * mib), 64 * mib) << "a minute at 1 MiB/s is 60 MiB";
    EXPECT_EQ(backlog_size(3 * mib, 64 * mib), 256 * mib);
    EXPECT_EQ(backlog_size(0, 256 * mib), 256 * mib);
    EXPECT_EQ(backlog_size(100 * mib, 64 * mib), 512 * mib);
    EXPECT_EQ(backlog_size(~std::uint64_t{0}, 0), 512 * mib) << "no rate overflows";
    EXPECT_EQ(backlog_size(100 * mib, 1024 * mib), 1024 * mib) << "an operator's choice";
}

TEST(Backlog, TheRateIsTakenOverSomeSeconds) {
    Growth growth;
    EXPECT_EQ(growth.bytes_per_second(), 0U);
    for (int step = 0; step <= 40; ++step) {
        growth.saw(500 * static_cast<std::uint64_t>(step), start + step * milliseconds{500});
    }
    EXPECT_EQ(growth.bytes_per_second(), 1000U);
    growth.saw(0, start + seconds{30});
    EXPECT_EQ(growth.bytes_per_second(), 0U) << "another history";
}

}  // namespace
}  // namespace baton::failover
