// baton_bench_raft --writers N --seconds S --json: commit latency and throughput of
// three consensus members with real sockets on loopback and real logs on disk, one
// thread each, in one process. Writers propose at the leader, each the next when
// the last is applied.
#include "adapters/factories.hpp"
#include "runtime/consensus.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using namespace baton;
using namespace std::chrono_literals;

constexpr std::size_t members = 3;
constexpr std::size_t payload_bytes = 200;
constexpr auto election_patience = 10s;

class AdmitAll final : public adapters::PeerCheck {
public:
    [[nodiscard]] ClusterId cluster() const override { return ClusterId{"bench"}; }
    [[nodiscard]] Result<void> admit(const NodeId&, Incarnation, const ClusterId&) const override {
        return success();
    }
};

class Deaf final : public runtime::LogListener {
public:
    void truncated(LogIndex) override {}
    void appended(const raft::Entry&, const cluster::Command*) override {}
    void applied(const raft::Entry&, const cluster::Command*, const Result<void>&) override {}
    void restored() override {}
    void storage_failed(const Error& error) override {
        std::fprintf(stderr, "storage: %s\n", error.message.c_str());
        std::exit(1);
    }
    void role_changed() override {}
};

NodeId name(std::size_t index) {
    return NodeId{std::string(1, static_cast<char>('a' + index))};
}

cluster::State first_state() {
    cluster::Topology topology;
    topology.name = "bench";
    cluster::Group group;
    group.id = GroupId{"g"};
    topology.groups.push_back(group);
    return cluster::form(ClusterId{"bench"}, topology, {});
}

/// One member with everything it owns; built and run on its own thread.
class Member {
public:
    Member(std::size_t index, const std::string& directory, const std::vector<std::uint16_t>& ports)
        : loop_(adapters::make_loop()) {
        auto opened = adapters::open_log_store(*loop_, directory + "/" + name(index).text,
                                               name(index), adapters::system_entropy());
        if (!opened) fail(opened.error());
        store_ = std::move(opened.value().store);
        adapters::TransportOptions options;
        options.self = name(index);
        options.incarnation = opened.value().recovered.identity.incarnation;
        options.listen = {"127.0.0.1", ports[index]};
        for (std::size_t peer = 0; peer < members; ++peer) {
            if (peer != index) options.peers.push_back({name(peer), {"127.0.0.1", ports[peer]}});
        }
        auto transport = adapters::make_transport(*loop_, options, check_);
        if (!transport) fail(transport.error());
        transport_ = std::move(transport.value().transport);
        runtime::ConsensusOptions consensus;
        consensus.raft.self = name(index);
        consensus_ =
            std::make_unique<runtime::Consensus>(*loop_, *store_, *transport_, listener_, consensus,
                                                 restored(), first_state(), Random(index + 1));
        thread_ = std::thread([this] {
            store_->join(ClusterId{"bench"}, first_snapshot(), [this](const Result<void>& joined) {
                if (!joined) fail(joined.error());
                begin();
            });
            loop_->run();
        });
    }
    ~Member() {
        loop_->stop();
        thread_.join();
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    [[nodiscard]] bool leads() {
        std::promise<bool> answer;
        loop_->post([&] {
            answer.set_value(consensus_->is_leader() && consensus_->status().quorum_active);
        });
        return answer.get_future().get();
    }

    /// One writer: proposes until `stop`, keeping latencies.
    void write(std::vector<double>& milliseconds, const std::atomic<bool>& stop) {
        if (stop) return;
        cluster::SetPaused command{GroupId{"g"}, false, "bench", std::string(payload_bytes, 'x'),
                                   0};
        const Instant begun = loop_->now();
        consensus_->propose(command, [this, &milliseconds, &stop,
                                      begun](const Result<cluster::EntryReference>& done) {
            if (!done) fail(done.error());
            milliseconds.push_back(
                std::chrono::duration<double, std::milli>(loop_->now() - begun).count());
            loop_->post([this, &milliseconds, &stop] { write(milliseconds, stop); });
        });
    }
    Loop& loop() { return *loop_; }

private:
    void begin() {
        transport_->start(
            [this](const NodeId&, PeerMessage message) {
                if (auto* raft = std::get_if<raft::Message>(&message)) consensus_->receive(*raft);
            },
            [](const NodeId&, bool) {});
        consensus_->start();
    }
    [[noreturn]] static void fail(const Error& error) {
        std::fprintf(stderr, "baton_bench_raft: %s\n", error.message.c_str());
        std::exit(1);
    }
    static raft::Snapshot first_snapshot() {
        raft::Snapshot snapshot;
        snapshot.index = LogIndex{1};
        snapshot.term = Term{1};
        for (std::size_t each = 0; each < members; ++each) {
            snapshot.membership.voters.push_back(name(each));
        }
        snapshot.membership_index = LogIndex{1};
        snapshot.state = wire::encode(first_state());
        return snapshot;
    }
    static raft::Restored restored() {
        raft::Restored restored;
        restored.hard_state = {Term{1}, NodeId{}, LogIndex{1}};
        restored.snapshot = first_snapshot();
        return restored;
    }

    std::unique_ptr<adapters::RunningLoop> loop_;
    AdmitAll check_;
    Deaf listener_;
    std::unique_ptr<LogStore> store_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<runtime::Consensus> consensus_;
    std::thread thread_;
};

Member& leader_of(std::vector<std::unique_ptr<Member>>& cluster) {
    const auto deadline = std::chrono::steady_clock::now() + election_patience;
    while (std::chrono::steady_clock::now() < deadline) {
        for (auto& member : cluster) {
            if (member->leads()) return *member;
        }
        std::this_thread::sleep_for(20ms);
    }
    std::fprintf(stderr, "baton_bench_raft: no leader was elected\n");
    std::exit(1);
}

double at(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return sorted[place];
}

void measure(unsigned writers, unsigned seconds, const std::string& directory) {
    std::vector<std::uint16_t> ports;
    for (std::size_t each = 0; each < members; ++each) {
        ports.push_back(static_cast<std::uint16_t>(
            19'000 + static_cast<std::size_t>(::getpid()) % 900 + each * 1000));
    }
    std::vector<std::unique_ptr<Member>> cluster;
    for (std::size_t each = 0; each < members; ++each) {
        cluster.push_back(std::make_unique<Member>(each, directory, ports));
    }
    Member& leader = leader_of(cluster);
    std::vector<std::vector<double>> latencies(writers);
    std::atomic<bool> stop = false;
    leader.loop().post([&] {
        for (auto& each : latencies) leader.write(each, stop);
    });
    std::this_thread::sleep_for(std::chrono::seconds{seconds});
    stop = true;
    std::this_thread::sleep_for(500ms);
    cluster.clear();
    std::vector<double> all;
    for (const auto& each : latencies) all.insert(all.end(), each.begin(), each.end());
    std::sort(all.begin(), all.end());
    std::printf(
        "{\"writers\":%u,\"seconds\":%u,\"commits\":%zu,\"per_second\":%.0f,"
        "\"latency_ms\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}}\n",
        writers, seconds, all.size(), static_cast<double>(all.size()) / seconds, at(all, 0.5),
        at(all, 0.9), at(all, 0.99), at(all, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
    unsigned writers = 1;
    unsigned seconds = 5;
    for (int word = 1; word < argc; ++word) {
        const bool more = word + 1 < argc;
        if (std::strcmp(argv[word], "--writers") == 0 && more) {
            writers = static_cast<unsigned>(std::atoi(argv[++word]));
        } else if (std::strcmp(argv[word], "--seconds") == 0 && more) {
            seconds = static_cast<unsigned>(std::atoi(argv[++word]));
        } else if (std::strcmp(argv[word], "--json") != 0) {
            std::fprintf(stderr, "usage: %s --writers N --seconds S [--json]\n", argv[0]);
            return 2;
        }
    }
    std::string directory =
        (std::filesystem::temp_directory_path() / "baton-bench-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr) return 1;
    measure(writers, seconds, directory);
    std::filesystem::remove_all(directory);
    return 0;
}
