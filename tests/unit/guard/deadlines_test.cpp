#include "adapters/guard/deadlines.hpp"

#include "adapters/factories.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <limits>

namespace baton {
namespace {

using adapters::Inherited;
using adapters::SharedDeadlines;
using guard::Slot;

Instant at(std::int64_t nanoseconds) {
    return Instant{Duration{nanoseconds}};
}

class GuardDeadlines : public testing::Test {
protected:
    GuardDeadlines() {
        inherited_.memory = std::make_shared<guard::Memory>();
        // A heartbeat that no clock of this machine has passed.
        inherited_.memory->heartbeat = std::numeric_limits<std::int64_t>::max() / 2;
    }

    std::int64_t deadline_of(std::string_view name) const {
        for (const auto& slot : inherited_.memory->slots) {
            if (slot.state == Slot::named && guard::text_of(slot.name) == name)
                return slot.deadline;
        }
        return -1;
    }

    Inherited inherited_;
};

TEST_F(GuardDeadlines, HowLateTheGuardWasLatelyIsRead) {
    SharedDeadlines deadlines{inherited_};
    EXPECT_EQ(deadlines.lateness().recent_max, Duration{0});
    guard::note_delay(*inherited_.memory, 900);
    for (int turn = 0; turn < 200; ++turn) guard::note_delay(*inherited_.memory, turn < 4 ? 70 : 1);
    EXPECT_EQ(deadlines.lateness().recent_max, Duration{70}) << "900 was longer ago";
    EXPECT_EQ(deadlines.lateness().recent_p99, Duration{70});
    for (std::size_t turn = 0; turn < guard::delays_kept; ++turn) {
        guard::note_delay(*inherited_.memory, 2);
    }
    EXPECT_EQ(deadlines.lateness().recent_max, Duration{2});
    EXPECT_EQ(deadlines.lateness().recent_p99, Duration{2});
}

/// A guard that has just started has few of them.
TEST_F(GuardDeadlines, ASingleLateWakeUpIsNotOften) {
    SharedDeadlines deadlines{inherited_};
    guard::note_delay(*inherited_.memory, 900);
    EXPECT_EQ(deadlines.lateness().recent_p99, Duration{900}) << "there is no other";
    guard::note_delay(*inherited_.memory, 1);
    EXPECT_EQ(deadlines.lateness().recent_max, Duration{900});
    EXPECT_EQ(deadlines.lateness().recent_p99, Duration{1});
    guard::note_delay(*inherited_.memory, 800);
    EXPECT_EQ(deadlines.lateness().recent_p99, Duration{800}) << "two of three";
}

TEST_F(GuardDeadlines, EachNameHasOneSlot) {
    SharedDeadlines deadlines{inherited_};
    deadlines.set("a", at(100));
    deadlines.set("b", at(200));
    deadlines.set("a", at(300));
    EXPECT_EQ(deadline_of("a"), 300);
    EXPECT_EQ(deadline_of("b"), 200);
    deadlines.clear("a");
    deadlines.clear("never-set");
    EXPECT_EQ(deadline_of("a"), 0);
    EXPECT_EQ(deadline_of("never-set"), -1);
}

TEST_F(GuardDeadlines, AnInstantBeforeBootIsInThePastNotNone) {
    SharedDeadlines deadlines{inherited_};
    deadlines.set("a", at(0));
    EXPECT_EQ(deadline_of("a"), 1);
    deadlines.set("a", Instant::never());
    EXPECT_EQ(deadline_of("a"), 1);
}

TEST_F(GuardDeadlines, ANewAgentKeepsWhatIsArmedAndReusesTheRest) {
    {
        SharedDeadlines earlier{inherited_};
        earlier.set("armed", at(100));
        earlier.set("cleared", at(100));
        earlier.clear("cleared");
    }
    SharedDeadlines deadlines{inherited_};
    EXPECT_EQ(deadline_of("armed"), 100);
    EXPECT_EQ(deadline_of("cleared"), -1);
}

TEST_F(GuardDeadlines, AServerWithoutASlotMakesTheGuardUnverified) {
    SharedDeadlines deadlines{inherited_};
    for (std::size_t number = 0; number < guard::servers_max; ++number) {
        deadlines.set("server" + std::to_string(number), at(100));
    }
    EXPECT_TRUE(deadlines.verified());
    deadlines.set("one-too-many", at(100));
    EXPECT_FALSE(deadlines.verified());
}

TEST_F(GuardDeadlines, ANameThatDoesNotFitMakesTheGuardUnverified) {
    SharedDeadlines deadlines{inherited_};
    deadlines.set(std::string(guard::name_bytes, 'x'), at(100));
    EXPECT_FALSE(deadlines.verified());
}

TEST_F(GuardDeadlines, ASilentGuardIsUnverified) {
    inherited_.memory->heartbeat = 1;
    SharedDeadlines deadlines{inherited_};
    EXPECT_FALSE(deadlines.verified());
}

TEST(GuardAbsence, ConnectingWithoutAGuardNamesTheCommand) {
    ::unsetenv(guard::socket_variable);
    ::unsetenv(guard::memory_variable);
    const auto loop = adapters::make_loop();
    const auto missing = adapters::connect_guard(*loop);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::refused);
    EXPECT_NE(missing.error().message.find("baton guard"), std::string::npos);
    ::setenv(guard::socket_variable, "0", 1);
    ::setenv(guard::memory_variable, "12x", 1);
    EXPECT_FALSE(adapters::connect_guard(*loop));
    ::setenv(guard::memory_variable, "0", 1);
    EXPECT_FALSE(adapters::connect_guard(*loop)) << "standard input is no guard";
}

}  // namespace
}  // namespace baton
