#pragma once

/// The API's window into the running agent: the newest view for reading, the
/// consensus loop for changes, the event history for stories.

#include "adapters/factories.hpp"
#include "agent/events.hpp"
#include "api/access.hpp"
#include "runtime/member.hpp"
#include "runtime/view.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace baton::agent {

class AgentAccess final : public api::Access {
public:
    /// `member` lives on `consensus_loop`; everything else on `own_loop`.
    AgentAccess(NodeId self, Loop& consensus_loop, Loop& own_loop, runtime::Member& member,
                Events& events, const adapters::FsyncWatch& fsync, Duration heartbeat_interval);

    void update(runtime::MemberView view) { view_ = std::move(view); }
    void set_frames_refused(std::shared_ptr<const std::uint64_t> count) {
        frames_refused_ = std::move(count);
    }
    using Restart = std::function<void(const std::set<InstanceId>& servers, Duration delay)>;
    void set_restart(Restart restart) { restart_ = std::move(restart); }
    using Reinitialise = std::function<Result<void>(const InstanceId& instance)>;
    void set_reinitialise(Reinitialise how) { reinitialise_ = std::move(how); }
    /// When this node's certificate ends; not called without TLS.
    using CertificateEnds = std::function<std::optional<std::int64_t>()>;
    void set_certificate_ends(CertificateEnds ends) { certificate_ends_ = std::move(ends); }
    void count_api_refusals(std::uint64_t count) { api_connections_refused_ += count; }

    [[nodiscard]] api::View view() override;
    void propose(cluster::Command command, Instant deadline,
                 Done<cluster::EntryReference> done) override;
    void read_barrier(Instant deadline, Done<void> done) override;
    void transfer_leadership(NodeId to, Instant deadline, Done<void> done) override;
    void propose_membership(raft::Membership next, Instant deadline,
                            Done<cluster::EntryReference> done) override;
    void create_snapshot(Instant deadline, Done<cluster::EntryReference> done) override;
    void compact_log(Instant deadline, Done<LogIndex> done) override;
    void restart(const std::set<InstanceId>& servers, Duration delay) override {
        restart_(servers, delay);
    }
    [[nodiscard]] Result<void> reinitialise(const InstanceId& instance) override {
        return reinitialise_(instance);
    }
    [[nodiscard]] std::vector<api::NumberedEvent> events(std::uint64_t from,
                                                         std::size_t limit) override;
    std::uint64_t subscribe(std::function<void(const api::NumberedEvent&)> sink) override;
    void unsubscribe(std::uint64_t token) override;

private:
    template <typename T, typename Ask>
    void ask(Instant deadline, Done<T> done, Ask question);

    NodeId self_;
    Loop& consensus_loop_;
    Loop& own_loop_;
    runtime::Member& member_;
    Events& events_;
    const adapters::FsyncWatch& fsync_;
    Duration heartbeat_interval_;
    Instant started_;
    runtime::MemberView view_;
    std::shared_ptr<const std::uint64_t> frames_refused_;
    std::uint64_t api_connections_refused_ = 0;
    CertificateEnds certificate_ends_;
    Restart restart_;
    Reinitialise reinitialise_;
};

}  // namespace baton::agent
