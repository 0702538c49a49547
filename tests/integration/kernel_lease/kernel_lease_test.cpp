// The kernel's lease on the real kernel: who is awake does not matter to it.
#include "adapters/kernel_lease.hpp"

#include "adapters/factories.hpp"
#include "adapters/kernel_lease/netfilter.hpp"
#include "adapters/kernel_lease/ruleset.hpp"
#include "connection.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <memory>
#include <thread>

namespace baton::kernel_lease {
namespace {

using adapters::KernelLeaseOwner;
using std::chrono::milliseconds;

Instant now() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return {std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec}};
}

bool in_place(KernelLease& lease, std::uint16_t port) {
    return lease.passes_until(port) != Instant::never();
}

/// A lease of its own per test, on a loop that turns.
class OnThisKernel : public testing::Test {
protected:
    void SetUp() override {
        auto made = adapters::make_kernel_lease(*loop_, owner_);
        if (!made) GTEST_SKIP() << made.error().message;
        lease_ = std::move(made).value();
        lease_->start([] {});
    }
    ~OnThisKernel() override {
        loop_->stop();
        thread_.join();
        lease_.reset();
        adapters::remove_kernel_lease(owner_);
    }

    /// What the next agent of the node begins with; `lease_` was given up before.
    [[nodiscard]] bool next_agent() {
        auto next = adapters::make_kernel_lease(*loop_, owner_);
        if (next) lease_ = std::move(next).value();
        return next.has_value();
    }
    /// A lease of this length of which a good part is left, however slow the kernel is.
    [[nodiscard]] bool take(std::uint16_t port, Duration time) {
        const auto good = [&] { return lease_->passes_until(port) > now() + time / 4; };
        return comes_true([&] {
            if (!good()) lease_->extend(port, now() + time);
            return good();
        });
    }

    KernelLeaseOwner owner_{"test", testing::UnitTest::GetInstance()->current_test_info()->name(),
                            "/test/" + std::to_string(::getpid()), "127.0.0.1"};
    std::unique_ptr<adapters::RunningLoop> loop_ = adapters::make_loop();
    std::thread thread_{[this] { loop_->run(); }};
    std::unique_ptr<KernelLease> lease_;
};

TEST_F(OnThisKernel, AnOpenConnectionFallsSilentInBothDirections) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(connection.good());
    ASSERT_TRUE(take(connection.port(), milliseconds{2000}));
    EXPECT_TRUE(connection.to_server());
    EXPECT_TRUE(connection.to_client());
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); }));
    EXPECT_TRUE(comes_true([&] { return !connection.to_client(); }));
    const Connection another("127.0.0.1");
    EXPECT_TRUE(another.to_server() && another.to_client()) << "a port that is nobody's";
}

TEST_F(OnThisKernel, NothingIsDroppedWhileItIsRenewed) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{5}));
    const auto renewals = lease_->status().renewals;
    while (lease_->status().renewals < renewals + 20) {
        lease_->extend(connection.port(), now() + std::chrono::seconds{5});
        ASSERT_TRUE(connection.to_server());
        ASSERT_TRUE(connection.to_client());
    }
}

TEST_F(OnThisKernel, AReleasedPortIsOpenToEveryone) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), milliseconds{300}));
    ASSERT_TRUE(comes_true([&] { return !connection.to_server(); }));
    lease_->release(connection.port());
    EXPECT_FALSE(in_place(*lease_, connection.port()));
    const auto passes = [&] { return Connection("127.0.0.1", connection.port()).to_server(); };
    EXPECT_TRUE(comes_true(passes));
}

TEST_F(OnThisKernel, WhatIsHeldNoLongerPassesUntilItIsHeldAgain) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), milliseconds{300}));
    lease_->hold(false);
    EXPECT_FALSE(in_place(*lease_, connection.port()));
    std::this_thread::sleep_for(milliseconds{400});
    EXPECT_TRUE(comes_true([&] { return connection.to_server(); })) << "its lease has run out";
    lease_->extend(connection.port(), now() + milliseconds{100});
    EXPECT_FALSE(in_place(*lease_, connection.port()));
    lease_->hold(true);
    EXPECT_TRUE(take(connection.port(), milliseconds{300}));
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); })) << "it is held again";
}

/// What a server says after its lease waits in its socket, and would be sent
/// again and again until it gets through.
TEST_F(OnThisKernel, WhatWasSaidAfterTheLeaseIsNeverHeard) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), milliseconds{300}));
    ASSERT_TRUE(comes_true([&] { return !connection.to_client(); }));
    EXPECT_TRUE(connection.lives());
    lease_->release(connection.port());
    EXPECT_TRUE(comes_true([&] { return !connection.lives(); }));
    const auto passes = [&] { return Connection("127.0.0.1", connection.port()).to_server(); };
    ASSERT_TRUE(comes_true(passes));
    EXPECT_FALSE(connection.client_hears());
}

/// A switchover closes the server while its lease runs: clients hear the rest.
TEST_F(OnThisKernel, AConnectionOutlivesAReleaseWhileItsLeaseRuns) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{60}));
    lease_->release(connection.port());
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{60}));
    EXPECT_TRUE(connection.to_client());
}

TEST_F(OnThisKernel, APortIsTakenUpAnewAfterItsRelease) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{5}));
    lease_->release(connection.port());
    EXPECT_FALSE(in_place(*lease_, connection.port()));
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{5}));
    EXPECT_TRUE(connection.to_server());
}

/// Three nodes of a playground share a port, on an address each.
TEST_F(OnThisKernel, AnotherAddressIsNotTouched) {
    const Connection neighbour("127.0.0.2");
    ASSERT_TRUE(take(neighbour.port(), milliseconds{100}));
    const auto over = now() + milliseconds{150};
    ASSERT_TRUE(comes_true([&] { return now() > over; }));
    EXPECT_TRUE(neighbour.to_server());
    EXPECT_TRUE(neighbour.to_client());
}

/// The next agent of a node finds the port guarded, and renews it.
TEST_F(OnThisKernel, WhatAnEarlierAgentLeftIsTakenOver) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), milliseconds{1500}));
    lease_.reset();
    EXPECT_TRUE(connection.to_server());
    ASSERT_TRUE(next_agent());
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); })) << "nobody renewed it";
}

TEST_F(OnThisKernel, TheNextAgentRenewsWhatItFound) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{20}));
    lease_.reset();
    ASSERT_TRUE(next_agent());
    lease_->start([] {});
    lease_->extend(connection.port(), now() + std::chrono::seconds{30});
    while (!in_place(*lease_, connection.port())) {
        ASSERT_TRUE(connection.to_server());
        ASSERT_TRUE(connection.to_client());
    }
    EXPECT_TRUE(connection.to_server());
}

TEST_F(OnThisKernel, ItIsProvenWithPackets) {
    EXPECT_TRUE(comes_true([&] { return lease_->status().proofs > 0; })) << lease_->status().reason;
    EXPECT_NE(lease_->status().proven, Instant::never());
}

/// An agent that has not proven itself yet lets go of it. Nothing was held back,
/// so nobody's connection has to end.
TEST_F(OnThisKernel, AConnectionOutlivesTheNextAgentThatHoldsNothing) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), std::chrono::seconds{20}));
    lease_.reset();
    ASSERT_TRUE(next_agent());
    lease_->start([] {});
    lease_->extend(connection.port(), now() + std::chrono::seconds{30});
    lease_->hold(false);
    // The thread that tells the kernel of the proof's port lets go of this one before.
    EXPECT_TRUE(comes_true([&] { return lease_->status().proofs > 0; })) << lease_->status().reason;
    EXPECT_TRUE(connection.to_client());
}

/// What failed once holds nothing, and yet has to prove itself.
TEST_F(OnThisKernel, ItIsProvenWhileNothingIsHeld) {
    lease_.reset();
    ASSERT_TRUE(next_agent());
    lease_->hold(false);
    lease_->start([] {});
    EXPECT_TRUE(comes_true([&] { return lease_->status().proofs > 0; })) << lease_->status().reason;
    EXPECT_TRUE(lease_->status().trusted);
}

/// A lease lasts less than a second: rounded down to seconds, a running one would look
/// over to the next agent, which would end its connections.
TEST_F(OnThisKernel, WhatIsLeftIsListedToTheMillisecond) {
    auto netfilter = Netfilter::open();
    ASSERT_TRUE(netfilter.has_value());
    const std::string table =
        "inet " + table_name(owner_.cluster, owner_.node, owner_.directory) + " ";
    const auto added =
        netfilter.value().run("add element " + table + "first { 9 timeout 59s500ms }");
    ASSERT_TRUE(added.has_value()) << added.error().message;
    const auto listing = netfilter.value().run("list set " + table + "first");
    ASSERT_TRUE(listing.has_value()) << listing.error().message;
    EXPECT_NE(listing.value().find("timeout 59s500ms"), std::string::npos) << listing.value();
}

/// Whoever empties the ruleset of the machine takes the table away.
TEST_F(OnThisKernel, ATableThatWasRemovedIsMadeAnew) {
    const Connection connection("127.0.0.1");
    ASSERT_TRUE(take(connection.port(), milliseconds{400}));
    adapters::remove_kernel_lease(owner_);
    const auto renewals = lease_->status().renewals;
    while (lease_->status().renewals < renewals + 10) {
        lease_->extend(connection.port(), now() + milliseconds{400});
    }
    EXPECT_TRUE(connection.to_server());
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); }));
}

/// Extends a port's lease for ever in a process of its own.
class Holder {
public:
    Holder(const KernelLeaseOwner& owner, std::uint16_t port) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return;
        child_ = ::fork();
        if (child_ == 0) hold(owner, port, ends[1]);
        ::close(ends[1]);
        char ready = 0;
        good_ = child_ > 0 && ::read(ends[0], &ready, 1) == 1;
        ::close(ends[0]);
    }
    ~Holder() {
        signal(SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    [[nodiscard]] bool good() const { return good_; }
    void signal(int number) const { ::kill(child_, number); }

private:
    [[noreturn]] static void hold(const KernelLeaseOwner& owner, std::uint16_t port, int ready) {
        const auto loop = adapters::make_loop();
        const auto lease = adapters::make_kernel_lease(*loop, owner);
        if (!lease) ::_exit(1);
        lease.value()->start([] {});
        bool told = false;
        for (;;) {
            lease.value()->extend(port, now() + milliseconds{750});
            if (!told && in_place(*lease.value(), port)) told = ::write(ready, "r", 1) == 1;
        }
    }

    pid_t child_ = -1;
    bool good_ = false;
};

/// The point of it: a process that stands still renews nothing, at whatever
/// point of its work it was stopped.
TEST_F(OnThisKernel, AFrozenProcessHoldsNoLease) {
    const Connection connection("127.0.0.1");
    lease_.reset();
    const Holder holder(owner_, connection.port());
    ASSERT_TRUE(holder.good());
    EXPECT_TRUE(connection.to_server());
    holder.signal(SIGSTOP);
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); }));
    EXPECT_TRUE(comes_true([&] { return !connection.to_client(); }));
}

TEST_F(OnThisKernel, ADeadProcessHoldsNoLease) {
    const Connection connection("127.0.0.1");
    lease_.reset();
    {
        const Holder holder(owner_, connection.port());
        ASSERT_TRUE(holder.good());
    }
    EXPECT_TRUE(comes_true([&] { return !connection.to_server(); }));
    EXPECT_TRUE(comes_true([&] { return !connection.to_client(); }));
}

}  // namespace
}  // namespace baton::kernel_lease
