#include "adapters/kernel_lease/lease.hpp"

#include "adapters/kernel_lease/connections.hpp"
#include "adapters/kernel_lease/element.hpp"
#include "adapters/kernel_lease/proof.hpp"
#include "base/priority.hpp"

#include <algorithm>
#include <utility>

namespace baton::kernel_lease {

namespace {

using std::chrono::milliseconds;

constexpr Duration retry_pause = milliseconds{50};
constexpr Duration proof_interval = std::chrono::minutes{1};
constexpr Duration proof_retry = std::chrono::seconds{5};
/// A call that takes longer leaves the tier unverified while it lasts.
constexpr Duration call_patience = milliseconds{100};
/// Calls in a row that may return too late before other work gets its turn.
constexpr int attempts_max = 5;
/// After a call that was late, the next one may take so many times as long.
constexpr int indulgence = 2;
/// What the kernel rounds: a jiffy at its longest, and a millisecond.
constexpr Duration rounding = milliseconds{11};
constexpr std::size_t proofs_kept = 64;

}  // namespace

NftLease::NftLease(Loop& loop, Netfilter netfilter, Ruleset ruleset, std::string host)
    : loop_(loop),
      netfilter_(std::move(netfilter)),
      ruleset_(std::move(ruleset)),
      host_(std::move(host)) {}

NftLease::~NftLease() {
    *alive_ = false;
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    work_.notify_all();
    ended_.notify_all();
    if (renewing_.joinable()) renewing_.join();
    if (proving_.joinable()) proving_.join();
}

void NftLease::start(std::function<void()> changed) {
    changed_ = std::move(changed);
    renewing_ = std::thread([this] {
        // A late call closes a healthy server, however good its lease.
        run_first();
        renew_for_ever();
    });
    proving_ = std::thread([this] { prove_for_ever(); });
}

void NftLease::hold(bool held) {
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(held_, held) == held) return;
        for (auto& [port, wanted] : wanted_) {
            if (wanted.proves) continue;
            if (!held) leave(port, boot_time() + rounding < wanted.passes);
            wanted.granted = wanted.passes = Instant::never();
            wanted.life = ++lives_;
        }
    }
    work_.notify_one();
}

void NftLease::extend(std::uint16_t port, Instant when) {
    extend(port, when, false);
}

void NftLease::extend_for_proof(std::uint16_t port, Instant when) {
    extend(port, when, true);
}

void NftLease::extend(std::uint16_t port, Instant when, bool proves) {
    bool due = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto [place, fresh] = wanted_.try_emplace(port);
        if (fresh) place->second.life = ++lives_;
        place->second.until = when;
        place->second.proves = proves;
        const bool held = held_ || proves;
        // What an earlier agent held is let go of, too.
        if (fresh && !held) leave(port, true);
        due = held ? place->second.due() : fresh;
    }
    if (due) work_.notify_one();
}

void NftLease::release(std::uint16_t port) {
    {
        const std::scoped_lock lock(mutex_);
        const auto wanted = wanted_.find(port);
        const bool ran = wanted != wanted_.end() && boot_time() + rounding < wanted->second.passes;
        leave(port, ran);
        wanted_.erase(port);
    }
    work_.notify_one();
}

/// The lock is held. A port that is wanted again meanwhile is let go all the same,
/// and then taken up anew.
void NftLease::leave(std::uint16_t port, bool ran) {
    const auto [place, fresh] = leaving_.try_emplace(port, ran);
    if (!fresh) place->second = place->second && ran;
}

Instant NftLease::passes_until(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    const auto found = wanted_.find(port);
    return found == wanted_.end() ? Instant::never() : found->second.passes;
}

KernelLeaseStatus NftLease::status() {
    const std::scoped_lock lock(mutex_);
    KernelLeaseStatus status = counts_;
    status.reason = problem();
    status.trusted = status.reason.empty();
    if (status.trusted) status.reason = not_in_place();
    status.state =
        status.reason.empty() ? KernelLeaseState::verified : KernelLeaseState::unverified;
    std::vector<Duration> sorted(lateness_.begin(), lateness_.end());
    std::ranges::sort(sorted);
    if (sorted.empty()) return status;
    status.late_max = sorted.back();
    status.late_p99 = sorted[(sorted.size() * 99 - 1) / 100];
    return status;
}

/// Why it does not count now; empty: it does. The lock is held.
std::string NftLease::problem() const {
    if (!failure_.empty()) return failure_;
    if (!unproven_.empty()) return unproven_;
    if (boot_time() - call_began_ > call_patience) return "the kernel takes long to answer";
    if (lateness_.back() <= lateness_max) return "";
    return "packets outlived their lease by " +
           std::to_string(
               std::chrono::duration_cast<std::chrono::microseconds>(lateness_.back()).count()) +
           " us; 3333 are tolerated";
}

/// A port that it was given and has not taken over; empty: there is none. The lock is held.
std::string NftLease::not_in_place() const {
    for (const auto& [port, wanted] : wanted_) {
        if (!wanted.proves && wanted.passes == Instant::never()) {
            return "the kernel has not taken port " + std::to_string(port) + " over yet";
        }
    }
    return "";
}

/// What is new, or lies too far behind. The lock is held.
std::vector<Due> NftLease::due() const {
    std::vector<Due> ports;
    for (const auto& [port, wanted] : wanted_) {
        if (!held_ && !wanted.proves) continue;
        if (!wanted.due() || wanted.until <= boot_time() + milliseconds{1}) continue;
        ports.push_back({port, wanted.until, wanted.life});
    }
    return ports;
}

void NftLease::renew_for_ever() {
    Result<void> outcome = adopt();
    std::unique_lock lock(mutex_);
    while (!ending_) {
        const std::vector<Due> ports = due();
        if (outcome && ports.empty() && leaving_.empty()) {
            work_.wait(lock);
            continue;
        }
        const std::map<std::uint16_t, bool> leaving = std::exchange(leaving_, {});
        call_began_ = boot_time();
        lock.unlock();
        if (!outcome) outcome = adopt();
        if (outcome) outcome = let_go(leaving);
        Result<Duration> shorter = outcome ? renew(ports) : outcome.error();
        if (!shorter) outcome = shorter.error();
        lock.lock();
        call_began_ = Instant::forever();
        for (const auto& [port, ran] : leaving) {
            if (!outcome) leave(port, ran);
        }
        note(shorter, ports);
        if (!outcome) work_.wait_for(lock, retry_pause, [this] { return ending_; });
    }
}

/// The table, and what another process, or this one before something went
/// wrong, left in it: those elements end when the kernel says, at the latest.
Result<void> NftLease::adopt() {
    BATON_TRY(netfilter_.run(ruleset_.setup()));
    halves_.forget();
    BATON_TRY(const auto guarded, netfilter_.run(ruleset_.listing("guarded")));
    for (const auto& [port, left] : elements_of(guarded)) guarded_.insert(port);
    passing_.clear();
    for (const Half half : {Half::first, Half::second}) {
        BATON_TRY(const auto listing, netfilter_.run(ruleset_.listing(set_of(half))));
        const Instant now = boot_time();
        std::map<std::uint16_t, Instant> passing;
        for (const auto& [port, left] : elements_of(listing)) {
            const bool endless = left == milliseconds::max();
            const Instant end = endless ? Instant::forever() : now + left;
            halves_.found(half, port, endless ? end : end + rounding);
            const bool passes = half == Half::first || passing_.contains(port);
            if (passes) passing[port] = half == Half::first ? end : std::min(end, passing_[port]);
        }
        passing_ = std::move(passing);
    }
    return success();
}

/// What a server answered after its lease waits in its connections; nobody may
/// hear of it when packets pass again.
Result<void> NftLease::let_go(const std::map<std::uint16_t, bool>& ports) {
    std::vector<std::uint16_t> list;
    for (const auto& [port, ran] : ports) {
        if (!guarded_.contains(port)) continue;
        list.push_back(port);
        const auto left = passing_.find(port);
        if (ran || (left != passing_.end() && boot_time() + rounding < left->second)) continue;
        BATON_TRY(end_connections(host_, port));
    }
    if (list.empty()) return success();
    BATON_TRY(netfilter_.change(ruleset_.name(), Ruleset::release(list)));
    for (const std::uint16_t port : list) guarded_.erase(port);
    return success();
}

/// First one half, then the other, and the second only once it is known that
/// the first cannot outlive the lease. Answers by how much shorter than asked for
/// what was granted can be.
Result<Duration> NftLease::renew(const std::vector<Due>& ports) {
    Duration shorter{0};
    if (ports.empty()) return shorter;
    for (const Due& each : ports) guarded_.insert(each.port);
    for (const Half half : {Half::first, Half::second}) {
        bool in_time = false;
        for (int attempt = 0; !in_time; ++attempt) {
            if (attempt == attempts_max) {
                return unavailable("the kernel was told too late " + std::to_string(attempts_max) +
                                   " times in a row: this machine is too busy");
            }
            const Duration expected =
                std::min(attempt == 0 ? took_ : indulgence * took_, call_patience);
            BATON_TRY(in_time, write(half, ports, expected));
            if (in_time) shorter = std::max(shorter, expected);
        }
    }
    shorter = shorter + milliseconds{1};
    for (const Due& each : ports) passing_[each.port] = each.until - shorter;
    return shorter;
}

/// False if the call was held up, so that what it granted could last too long.
Result<bool> NftLease::write(Half half, const std::vector<Due>& ports, Duration expected) {
    const Instant now = boot_time();
    const Write write = halves_.plan(half, ports, now + expected);
    forget_passage(write.withdrawn);
    const Result<void> done =
        netfilter_.change(ruleset_.name(), Ruleset::grant(half, write.grants, write.withdrawn));
    const Instant after = boot_time();
    took_ = after - now;
    const bool in_time = halves_.returned(write, ports, after, done.has_value());
    if (!done) return done.error();
    const std::scoped_lock lock(mutex_);
    ++counts_.renewals;
    if (!in_time) ++counts_.overruns;
    counts_.renewal_max = std::max(counts_.renewal_max, took_);
    return in_time;
}

/// Until both halves are written again, packets of these ports may be dropped.
void NftLease::forget_passage(const std::vector<std::uint16_t>& ports) {
    const std::scoped_lock lock(mutex_);
    for (const std::uint16_t port : ports) {
        const auto wanted = wanted_.find(port);
        if (wanted != wanted_.end()) wanted->second.passes = Instant::never();
    }
}

/// The lock is held.
void NftLease::note(const Result<Duration>& shorter, const std::vector<Due>& ports) {
    bool news = failure_.empty() != static_cast<bool>(shorter);
    failure_ = shorter ? "" : shorter.error().message;
    // What failed once counts again when it has proven itself.
    if (!shorter) unproven_ = "it is proven anew after a failure: " + failure_;
    for (const Due& each : ports) {
        const auto wanted = wanted_.find(each.port);
        const bool same = wanted != wanted_.end() && wanted->second.life == each.life;
        if (!shorter || !same) continue;
        news = wanted->second.passes == Instant::never() || news;
        wanted->second.granted = wanted->second.passes = each.until - shorter.value();
    }
    // What the kernel holds after a failure is anyone's guess: all of it is told again.
    for (auto& [port, wanted] : wanted_) {
        if (!shorter) wanted.granted = Instant::never();
    }
    if (news) tell_change();
}

void NftLease::tell_change() {
    loop_.post([this, alive = alive_] {
        if (*alive && changed_) changed_();
    });
}

void NftLease::prove_for_ever() {
    std::unique_lock lock(mutex_);
    do {
        const bool due = !problem().empty() || boot_time() - counts_.proven > proof_interval;
        if (!due) continue;
        lock.unlock();
        const Result<Duration> lateness = prove(*this, host_);
        lock.lock();
        note_proof(lateness);
    } while (!ended_.wait_for(lock, proof_retry, [this] { return ending_; }));
}

/// The lock is held.
void NftLease::note_proof(const Result<Duration>& lateness) {
    const std::string before = problem();
    unproven_ = lateness ? "" : lateness.error().message;
    if (lateness) {
        ++counts_.proofs;
        counts_.proven = boot_time();
        lateness_.push_back(lateness.value());
        if (lateness_.size() > proofs_kept) lateness_.pop_front();
    }
    if (before != problem()) tell_change();
}

}  // namespace baton::kernel_lease

namespace baton::adapters {

namespace {

kernel_lease::Ruleset ruleset_of(const KernelLeaseOwner& owner) {
    return {kernel_lease::table_name(owner.cluster, owner.node, owner.directory), owner.host};
}

}  // namespace

Result<std::unique_ptr<KernelLease>> make_kernel_lease(Loop& loop, const KernelLeaseOwner& owner) {
    BATON_TRY(auto netfilter, kernel_lease::Netfilter::open());
    kernel_lease::Ruleset ruleset = ruleset_of(owner);
    BATON_TRY(netfilter.run(ruleset.setup()));
    if (auto may = kernel_lease::may_end_connections(); !may) {
        static_cast<void>(netfilter.run(ruleset.removal()));
        return may.error();
    }
    return std::make_unique<kernel_lease::NftLease>(loop, std::move(netfilter), std::move(ruleset),
                                                    owner.host);
}

void remove_kernel_lease(const KernelLeaseOwner& owner) {
    auto netfilter = kernel_lease::Netfilter::open();
    if (netfilter) (void)netfilter.value().run(ruleset_of(owner).removal());
}

}  // namespace baton::adapters
