#include "agent/agent.hpp"

#include "adapters/audit.hpp"
#include "adapters/tokens.hpp"
#include "agent/access.hpp"
#include "agent/events.hpp"
#include "agent/servers.hpp"
#include "agent/settings.hpp"
#include "api/audit_trail.hpp"
#include "api/server.hpp"
#include "base/priority.hpp"
#include "config/secret.hpp"
#include "runtime/executor.hpp"
#include "runtime/member.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace baton::agent {

namespace {

constexpr int exit_failed = 1;
constexpr int exit_configuration = 2;
/// Between two attempts to manage a server that could not be prepared.
constexpr Duration manage_retry = std::chrono::seconds{1};

/// The newest view on its way to the working loop; older ones are overtaken.
class ViewBox {
public:
    /// True if the box was empty, so that one post is under way per content.
    bool put(runtime::MemberView view) {
        const std::scoped_lock lock(mutex_);
        const bool was_empty = !view_.has_value();
        view_ = std::move(view);
        return was_empty;
    }
    std::optional<runtime::MemberView> take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(view_, std::nullopt);
    }

private:
    std::mutex mutex_;
    std::optional<runtime::MemberView> view_;
};

/// Asks the member, on whose loop the transport runs, about every peer.
class MemberCheck final : public adapters::PeerCheck {
public:
    void about(const runtime::Member& member) { member_ = &member; }
    [[nodiscard]] ClusterId cluster() const override {
        return member_ == nullptr ? ClusterId{} : member_->cluster();
    }
    [[nodiscard]] Result<void> admit(const NodeId& peer, Incarnation incarnation,
                                     const ClusterId& cluster) const override {
        if (member_ == nullptr) return unavailable("this agent is still starting");
        return member_->admit(peer, incarnation, cluster);
    }

private:
    const runtime::Member* member_ = nullptr;
};

/// Everything one agent consists of. Members are destroyed after both loops
/// have stopped, in reverse order.
class Process {
public:
    Process(config::ClusterFile file, NodeId self)
        : file_(std::move(file)), self_(std::move(self)) {}

    Result<void> build();
    /// Until it is to end; the exit code.
    int run();

private:
    Result<void> take_kernel_lease();
    Result<void> serve_api();
    Result<void> open_records();
    void turned_away(std::uint64_t count, const std::string& reason);
    void on_view(runtime::MemberView view);
    void restart(const std::set<InstanceId>& servers, Duration delay);
    Result<void> reinitialise(const InstanceId& instance);
    void begin_work(const runtime::MemberView& view);
    void declare_anew(const runtime::MemberView& view);
    void note_unmanaged(std::vector<Event> problems);
    void emit(Event event);
    void emit_from_elsewhere(Event event);
    runtime::MemberOptions member_options(std::uint64_t entropy);
    runtime::Fences fences() const;

    config::ClusterFile file_;
    NodeId self_;
    std::unique_ptr<adapters::RunningLoop> consensus_loop_ = adapters::make_loop();
    std::unique_ptr<adapters::RunningLoop> working_loop_ = adapters::make_loop();
    Events events_{self_};
    ViewBox views_;
    MemberCheck check_;
    adapters::GuardEnds guard_;
    std::unique_ptr<KernelLease> kernel_lease_;
    std::unique_ptr<LogStore> store_;
    const adapters::FsyncWatch* fsync_ = nullptr;
    std::unique_ptr<adapters::Gate> gate_;  ///< Null without TLS.
    std::vector<std::string> warnings_;     ///< Of opening the store, told once the loop runs.
    adapters::RunningTransport transport_;
    std::unique_ptr<runtime::Member> member_;
    std::unique_ptr<runtime::MemberLink> link_;
    std::unique_ptr<runtime::Executor> executor_;
    std::optional<std::vector<cluster::Group>> declared_;  ///< As the executor was last told.
    std::set<std::string> unmanaged_;  ///< Why servers of this node cannot be managed now.
    Instant manage_again_;
    std::unique_ptr<AgentAccess> access_;
    std::unique_ptr<Tokens> tokens_;  ///< Null when nobody is asked for one.
    std::unique_ptr<AuditFile> audit_;
    std::unique_ptr<api::AuditTrail> trail_;
    std::unique_ptr<api::HttpServer> http_;
    std::string last_turned_away_;
    int exit_code_ = 0;
};

runtime::MemberOptions Process::member_options(std::uint64_t entropy) {
    runtime::MemberOptions options;
    options.self = self_;
    options.topology = file_.topology;
    options.topology_digest = file_.digest;
    options.consensus = consensus_options(file_, self_);
    options.detector = detector_config(file_);
    options.entropy = entropy;
    options.log_failed = [this] {
        working_loop_->post([this] {
            exit_code_ = exit_failed;
            working_loop_->stop();
        });
    };
    return options;
}

runtime::Fences Process::fences() const {
    return {*guard_.deadlines, *kernel_lease_,
            file_.kernel_fencing == config::KernelFencing::required};
}

/// Without it the guard alone closes servers, unless the file says that this is
/// not enough.
Result<void> Process::take_kernel_lease() {
    if (file_.kernel_fencing == config::KernelFencing::off) {
        adapters::remove_kernel_lease(kernel_lease_owner(file_, self_));
        kernel_lease_ = std::make_unique<NoKernelLease>("it is off in the cluster file");
        return success();
    }
    auto made = adapters::make_kernel_lease(*consensus_loop_, kernel_lease_owner(file_, self_));
    if (made) {
        kernel_lease_ = std::move(made).value();
        return success();
    }
    const std::string why = made.error().message;
    if (file_.kernel_fencing == config::KernelFencing::required) {
        return invalid("fencing.kernel is required in " + file_.path + ", but " + why +
                       ". Give the agent the capability CAP_NET_ADMIN and a kernel with "
                       "nf_tables, or set fencing.kernel to auto.");
    }
    kernel_lease_ = std::make_unique<NoKernelLease>(why);
    return success();
}

Result<void> Process::build() {
    const std::uint64_t entropy = adapters::system_entropy();
    BATON_TRY(auto ends, adapters::connect_guard(*working_loop_));
    guard_ = std::move(ends);
    BATON_TRY(take_kernel_lease());
    BATON_TRY(prepare_directories(file_, self_));
    BATON_TRY(auto opened, adapters::open_log_store(*consensus_loop_, state_directory(file_, self_),
                                                    self_, entropy));
    store_ = std::move(opened.store);
    warnings_ = std::move(opened.warnings);
    fsync_ = opened.fsync;
    if (file_.tls.enabled()) {
        BATON_TRY(gate_,
                  adapters::make_gate(certificate_files(file_, self_), self_, [this](Event event) {
                      emit_from_elsewhere(std::move(event));
                  }));
    }
    adapters::TransportOptions transport = transport_options(file_, self_);
    transport.gate = gate_.get();
    transport.incarnation = opened.recovered.identity.incarnation;
    transport.report = [this](Event event) { emit_from_elsewhere(std::move(event)); };
    BATON_TRY(auto made, adapters::make_transport(*consensus_loop_, std::move(transport), check_));
    transport_ = std::move(made);
    member_ = std::make_unique<runtime::Member>(
        *consensus_loop_, *transport_.transport, *store_, fences(), std::move(opened.recovered),
        member_options(entropy ^ 0x5DEECE66DULL),
        [this](runtime::MemberView view) {
            if (views_.put(std::move(view))) {
                working_loop_->post([this] {
                    if (auto newest = views_.take()) on_view(std::move(*newest));
                });
            }
        },
        [this](Event event) { emit_from_elsewhere(std::move(event)); });
    check_.about(*member_);
    link_ = runtime::link_member(*consensus_loop_, *working_loop_, *member_);
    return serve_api();
}

Result<void> Process::serve_api() {
    access_ = std::make_unique<AgentAccess>(self_, *consensus_loop_, *working_loop_, *member_,
                                            events_, *fsync_, file_.consensus.heartbeat_interval);
    access_->set_frames_refused(transport_.frames_refused);
    if (gate_) access_->set_certificate_ends([gate = gate_.get()] { return gate->expires(); });
    access_->set_restart(
        [this](const std::set<InstanceId>& servers, Duration delay) { restart(servers, delay); });
    access_->set_reinitialise(
        [this](const InstanceId& instance) { return reinitialise(instance); });
    api::Options options;
    options.listen = file_.topology.find(self_)->api;
    options.gate = gate_.get();
    options.turned_away = [this](std::uint64_t count, const std::string& reason) {
        turned_away(count, reason);
    };
    BATON_TRY(open_records());
    options.tokens = tokens_.get();
    options.trail = trail_.get();
    BATON_TRY(auto server, api::make_http_server(*working_loop_, *access_, std::move(options)));
    http_ = std::move(server);
    return success();
}

/// Who may do what, and the record of what they did.
Result<void> Process::open_records() {
    const auto report = [this](Event event) { emit(std::move(event)); };
    adapters::TokenSources sources{{}, file_.tokens_file};
    if (!file_.token_file.empty()) {
        BATON_TRY(sources.secret, config::read_secret(file_.token_file));
    }
    if (!sources.secret.empty() || !sources.file.empty()) {
        BATON_TRY(tokens_, adapters::open_tokens(std::move(sources), report));
    }
    BATON_TRY(audit_, adapters::open_audit(*working_loop_, audit_path(file_, self_)));
    trail_ = std::make_unique<api::AuditTrail>(*audit_, *working_loop_, self_, report);
    return success();
}

/// One event per reason; how many there were is a metric.
void Process::turned_away(std::uint64_t count, const std::string& reason) {
    access_->count_api_refusals(count);
    if (std::exchange(last_turned_away_, reason) == reason) return;
    emit({Severity::warning,
          "api.refused",
          "connections to the API were turned away: " + reason,
          {}});
}

void Process::on_view(runtime::MemberView view) {
    if (view.formed && !executor_) begin_work(view);
    // While the log is read again, what it declared long ago stops nobody.
    if (executor_ && view.caught_up) declare_anew(view);
    if (executor_) executor_->directive(view);
    access_->update(std::move(view));
}

/// The guard starts the next agent at once; servers it was asked to end are
/// started again by whichever agent finds them gone.
void Process::restart(const std::set<InstanceId>& servers, Duration delay) {
    if (executor_) executor_->restart(servers);
    emit(
        {Severity::info, "agent.restarting", "this agent ends and is started again, as asked", {}});
    working_loop_->at(working_loop_->now() + delay, [this] { working_loop_->stop(); });
}

Result<void> Process::reinitialise(const InstanceId& instance) {
    if (!executor_) return refused("this node manages no servers yet");
    return executor_->reinitialise(instance);
}

/// Servers are managed as the log declares them, so they can only be managed
/// once this node is part of a cluster.
void Process::begin_work(const runtime::MemberView& view) {
    Servers servers = servers_of(*view.state, *working_loop_, *guard_.guard,
                                 front_options(file_, self_), quarantine_directory(file_, self_));
    note_unmanaged(std::move(servers.problems));
    executor_ = std::make_unique<runtime::Executor>(
        self_, *working_loop_, *guard_.guard, *link_, std::move(servers.instances),
        std::move(servers.front), [this](Event event) { emit(std::move(event)); });
    executor_->keep_hooks(hook_directory(file_, self_));
    executor_->start();
}

void Process::declare_anew(const runtime::MemberView& view) {
    auto groups = cluster::topology_of(*view.state).groups;
    const bool retry = !unmanaged_.empty() && working_loop_->now() >= manage_again_;
    if (groups == declared_ && !retry) return;
    declared_ = std::move(groups);
    Servers servers = servers_of(*view.state, *working_loop_, *guard_.guard,
                                 front_options(file_, self_), quarantine_directory(file_, self_));
    note_unmanaged(std::move(servers.problems));
    executor_->declare(std::move(servers.instances), servers.declared, std::move(servers.front));
}

/// A full disk, say, or a password that cannot be read now: told once, and tried
/// again until it works.
void Process::note_unmanaged(std::vector<Event> problems) {
    std::set<std::string> before = std::exchange(unmanaged_, {});
    manage_again_ = working_loop_->now() + manage_retry;
    for (Event& problem : problems) {
        unmanaged_.insert(problem.sentence);
        if (!before.contains(problem.sentence)) emit(std::move(problem));
    }
}

void Process::emit(Event event) {
    events_.add(std::move(event), working_loop_->wall_milliseconds());
}

void Process::emit_from_elsewhere(Event event) {
    working_loop_->post([this, event = std::move(event)] { emit(event); });
}

int Process::run() {
    auto& context = *static_cast<boost::asio::io_context*>(working_loop_->io_context());
    boost::asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) working_loop_->stop();
    });
    std::thread consensus([this] {
        // A renewal takes microseconds; waiting behind busy programs for it costs leases.
        if (!run_first()) {
            emit_from_elsewhere(Event{Severity::info, "agent.ordinary",
                                      "consensus runs at ordinary priority: a busy machine can "
                                      "delay renewals. LimitRTPRIO=1 in the agent's unit, or "
                                      "RLIMIT_RTPRIO, lets it go first",
                                      {}});
        }
        member_->start();
        consensus_loop_->run();
    });
    for (const std::string& warning : file_.warnings) {
        emit(Event{Severity::warning, "config.warning", warning, {}});
    }
    for (const std::string& warning : warnings_) {
        emit(Event{Severity::warning, "store.warning", warning, {}});
    }
    working_loop_->run();
    consensus_loop_->stop();
    consensus.join();
    http_.reset();
    executor_.reset();
    return exit_code_;
}

int complain(const Error& error, int code) {
    std::fprintf(stderr, "baton agent: %s\n", error.message.c_str());
    return code;
}

}  // namespace

int run(const cli::AgentOptions& options) {
    auto file = config::load(options.config);
    if (!file) return complain(file.error(), exit_configuration);
    auto name = config::resolve_node(file.value(), options.node);
    if (!name) return complain(name.error(), exit_configuration);
    if (!under_guard()) return become_guard(file.value(), name.value().node, options.config);
    std::signal(SIGPIPE, SIG_IGN);
    Process process(std::move(file).value(), name.value().node);
    if (auto built = process.build(); !built) {
        const bool hopeless = built.error().kind == ErrorKind::invalid ||
                              built.error().kind == ErrorKind::refused ||
                              built.error().kind == ErrorKind::corrupt;
        return complain(built.error(), hopeless ? exit_configuration : exit_failed);
    }
    return process.run();
}

}  // namespace baton::agent
