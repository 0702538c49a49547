#pragma once

/// Sees to it that a server follows only when what it holds and its group lacks
/// has been kept, or given up with a word to the operator. Only the returning
/// server waits; whoever serves never does.

#include "base/event.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "ports/loop.hpp"
#include "ports/quarantine.hpp"

#include <functional>
#include <memory>
#include <string>

namespace baton::runtime {

/// A group is worth more with all its standbys than with a tail that cannot be
/// kept, and a person needs longer than this in any case.
inline constexpr Duration keeping_patience = std::chrono::minutes{1};

class TailKeeper {
public:
    using Emit = std::function<void(Event)>;

    TailKeeper(Loop& loop, std::unique_ptr<Quarantine> quarantine, Emit emit);

    /// True while the server must not follow yet. Asked of a standby of nobody.
    [[nodiscard]] bool due(const cluster::GroupState& group,
                           const cluster::InstanceReport& report) const;
    /// Whether it is time to try: not while a try is under way, and not again at once.
    [[nodiscard]] bool may_try() const { return !keeping_ && loop_.now() >= next_try_; }
    /// The server follows the primary of `epoch`: nothing older is left to keep, also
    /// after a restart.
    void saw_following(Epoch epoch) { followed_ = epoch; }
    /// The server of `report` attached by itself and was given a copy meanwhile.
    void missed(const cluster::GroupState& group, const cluster::InstanceReport& report);
    /// The server has more important things to do than to be read.
    void stop();
    /// Tries once; `done` when it is over, unless it is stopped.
    void keep(const cluster::GroupState& group, const cluster::InstanceReport& report,
              std::function<void(cluster::Endpoint, Done<void>)> attach,
              std::function<void()> done);
    [[nodiscard]] std::vector<std::string> kept() const { return quarantine_->kept(); }

private:
    /// Whose tail, and in which life of the server.
    struct Subject {
        Epoch epoch;
        std::string run_id;
        friend bool operator==(const Subject&, const Subject&) = default;
    };

    void kept_it(const KeepOrder& order, const Kept& kept);
    void failed(const KeepOrder& order, const Error& error);

    Loop& loop_;
    std::unique_ptr<Quarantine> quarantine_;
    Emit emit_;
    Epoch followed_;
    Subject settled_;
    Subject trying_;
    Instant until_ = Instant::never();
    Instant next_try_ = Instant::never();
    bool keeping_ = false;
    std::string last_failure_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
