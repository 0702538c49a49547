#pragma once

/// The API of one simulated agent without a socket: the real routes over the
/// agent's real window. Requests and answers are values; what a network does to
/// them is for those who ask. Lives and dies with the agent.

#include "agent/access.hpp"
#include "agent/events.hpp"
#include "api/audit_trail.hpp"
#include "api/routes.hpp"
#include "simulation/sim_loop.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

/// Keeps the newest lines of the record of changes, on a disk that takes a moment.
class SimAuditFile final : public AuditFile {
public:
    explicit SimAuditFile(std::shared_ptr<SimLoop> loop) : loop_(std::move(loop)) {}

    void keep(std::string line, Done<void> done) override;
    void newest(std::size_t limit, Done<std::vector<std::string>> done) override;

private:
    std::shared_ptr<SimLoop> loop_;
    std::deque<std::string> lines_;
};

class SimApi {
public:
    SimApi(NodeId self, SimLoop& consensus_loop, std::shared_ptr<SimLoop> working_loop,
           runtime::Member& member);

    [[nodiscard]] agent::AgentAccess& access() { return access_; }
    /// Answers on the working loop, on which this is called.
    void serve(const api::Request& request, api::Respond respond);

private:
    struct QuickDisk final : adapters::FsyncWatch {
        [[nodiscard]] double p99_milliseconds() const override { return 1; }
    };

    std::shared_ptr<SimLoop> loop_;
    agent::Events events_;
    QuickDisk disk_;
    agent::AgentAccess access_;
    SimAuditFile record_;
    api::AuditTrail trail_;
};

/// A request as the server would hand it over.
[[nodiscard]] api::Request request_for(const std::string& method, const std::string& target,
                                       std::string body = {});

}  // namespace baton::simulation
