// Calls into the kernel are held up in every way, and processes die in every
// place: packets never pass when the lease is over.
#include "adapters/kernel_lease/halves.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace baton::kernel_lease {
namespace {

using std::chrono::milliseconds;

constexpr Duration lease = milliseconds{750};
constexpr Duration held_up = milliseconds{500};
constexpr std::uint16_t port = 6379;

/// The kernel's two sets, and the agent that renews them. Each call may be held
/// up on its way to the kernel; each may be the last one of a process.
class Machine {
public:
    /// Until when packets pass by what the kernel holds.
    [[nodiscard]] Instant passes_until() const { return std::min(ends[0], ends[1]); }
    /// How long packets pass beyond the newest lease there ever was.
    [[nodiscard]] Duration too_long() const { return passes_until() - lease_end; }

    /// A majority renews the lease, which the kernel is then told, as NftLease does it.
    /// `trouble` of each call: 0 none, 1 held up, 2 held up and then the process dies.
    void renew(std::span<const int> trouble) {
        lease_end = now + lease;
        const std::array<Due, 1> due{Due{port, lease_end, 1}};
        std::size_t call = 0;
        for (const Half half : {Half::first, Half::second}) {
            for (bool in_time = false; !in_time; ++call) {
                if (call == trouble.size() || now >= lease_end) return;
                const Write write = book.plan(half, due, now + took);
                took = trouble[call] == 0 ? Duration{0} : held_up;
                now = now + took;
                take(write);
                worst = std::max(worst, too_long());
                if (trouble[call] == 2) return start_anew();
                in_time = book.returned(write, due, now, true);
            }
        }
    }

    Duration worst = Duration::min();

private:
    void take(const Write& write) {
        const std::size_t one = write.half == Half::first ? 0 : 1;
        if (!write.withdrawn.empty()) ends[1 - one] = Instant::never();
        ends[one] = now + write.grants[0].timeout;
    }
    /// The next process reads what the kernel holds.
    void start_anew() {
        book.forget();
        took = Duration{0};
        if (ends[0] > now) book.found(Half::first, port, ends[0]);
        if (ends[1] > now) book.found(Half::second, port, ends[1]);
    }

    Halves book;
    Duration took{0};
    Instant now{std::chrono::seconds{100}};
    Instant lease_end = now;
    std::array<Instant, 2> ends{Instant::never(), Instant::never()};
};

/// Three renewals of up to three calls each, every trouble in every place.
TEST(Halves, NeverLetPacketsOutliveTheLease) {
    constexpr std::size_t calls = 9;
    std::array<int, calls> trouble{};
    for (int story = 0; story < 19'683; ++story) {
        for (int rest = story; int& each : trouble) {
            each = rest % 3;
            rest /= 3;
        }
        Machine machine;
        for (std::size_t first = 0; first < calls; first += 3) {
            machine.renew(std::span{trouble}.subspan(first, 3));
        }
        ASSERT_LE(machine.worst, overrun_max) << "story " << story;
    }
}

/// The reason for all this: a single set would let them.
TEST(Halves, ASingleOneWouldOutliveIt) {
    Halves book;
    const Instant now{std::chrono::seconds{100}};
    const std::array<Due, 1> due{Due{port, now + lease, 1}};
    const Write write = book.plan(Half::first, due, now);
    const Instant end = now + held_up + write.grants[0].timeout;
    EXPECT_GT(end, due[0].until + overrun_max);
    EXPECT_FALSE(book.returned(write, due, now + held_up, true)) << "it must be repeated";
}

TEST(Halves, GrantNoMoreThanIsLeft) {
    Halves book;
    const Instant now{std::chrono::seconds{100}};
    const std::array<Due, 1> due{Due{port, now + milliseconds{640} + Duration{900'000}, 1}};
    EXPECT_EQ(book.plan(Half::first, due, now).grants.at(0).timeout, milliseconds{640});
}

/// A kernel that takes its time is told in time all the same, for a shorter time.
TEST(Halves, CountFromWhenTheCallIsBack) {
    Halves book;
    const Instant now{std::chrono::seconds{100}};
    const std::array<Due, 1> due{Due{port, now + lease, 1}};
    const Write in_haste = book.plan(Half::first, due, now);
    EXPECT_FALSE(book.returned(in_haste, due, now + milliseconds{40}, true));
    const Write patient = book.plan(Half::first, due, now + milliseconds{80});
    EXPECT_EQ(patient.grants.at(0).timeout, lease - milliseconds{80});
    EXPECT_TRUE(book.returned(patient, due, now + milliseconds{80}, true));
}

TEST(Halves, WithdrawWhatWouldLastTooLong) {
    Halves book;
    const Instant now{std::chrono::seconds{100}};
    const std::array<Due, 1> due{Due{port, now + lease, 1}};
    book.found(Half::second, port, now + lease + overrun_max);
    EXPECT_TRUE(book.plan(Half::first, due, now).withdrawn.empty());
    book.found(Half::second, port, now + lease + overrun_max + Duration{1});
    EXPECT_EQ(book.plan(Half::first, due, now).withdrawn.size(), 1U);
}

/// Whether a call that failed was carried out is not known; the worst is assumed.
TEST(Halves, BelieveNothingOfACallThatFailed) {
    Halves book;
    const Instant now{std::chrono::seconds{100}};
    const std::array<Due, 1> due{Due{port, now + lease, 1}};
    const Write write = book.plan(Half::first, due, now);
    EXPECT_FALSE(book.returned(write, due, now + held_up, false));
    EXPECT_EQ(book.plan(Half::second, due, now).withdrawn.size(), 1U);
}

}  // namespace
}  // namespace baton::kernel_lease
