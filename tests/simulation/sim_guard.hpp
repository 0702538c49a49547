#pragma once

/// The agent's ends of the machine's guard and front: the ports `Guard`,
/// `Deadlines` and `Front`, with the time that messages to another process take.

#include "ports/front.hpp"
#include "ports/guard.hpp"
#include "simulation/machine.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace baton::simulation {

/// Runs the operator's command against the node of that name, and answers its code.
using RunCommand = std::function<void(const NodeId&, std::function<void(int)>)>;

class SimGuard final : public Guard {
public:
    SimGuard(Machine& machine, std::shared_ptr<SimLoop> loop, RunCommand run)
        : machine_(machine), loop_(std::move(loop)), run_(std::move(run)) {}

    void start(Gone gone) override;
    void list(Done<std::vector<Supervised>> done) override;
    void launch(Launch launch, Done<Supervised> done) override;
    void kill(const std::string& name, Done<void> done) override;
    void stop(const std::string& name, Instant deadline, Done<void> done) override;
    [[nodiscard]] cluster::ProcessState look(const std::string& name) override {
        return machine_.look(name);
    }
    [[nodiscard]] std::optional<int> exit_code(const std::string& name) const override {
        const auto found = codes_.find(name);
        return found == codes_.end() ? std::nullopt : std::optional{found->second};
    }

private:
    void run_command(const std::string& name, const NodeId& node);
    /// Runs `order` in the guard's process, and what it answers on our loop.
    void order(std::function<std::function<void()>()> order);

    Machine& machine_;
    std::shared_ptr<SimLoop> loop_;
    RunCommand run_;
    Gone gone_;
    std::map<std::string, int> codes_;  ///< Of the operator's commands that have ended.
};

class SimDeadlines final : public Deadlines {
public:
    SimDeadlines(Machine& machine, std::shared_ptr<SimLoop> loop)
        : machine_(machine), loop_(std::move(loop)) {}

    void set(const std::string& name, Instant when) override {
        if (!loop_->stopped()) machine_.set_deadline(name, when);
    }
    void clear(const std::string& name) override {
        if (!loop_->stopped()) machine_.clear_deadline(name);
    }
    [[nodiscard]] bool verified() override { return machine_.guarded(); }

private:
    Machine& machine_;
    std::shared_ptr<SimLoop> loop_;
};

class SimFront final : public Front {
public:
    /// Told of every route that a front begins to serve.
    using Watch = std::function<void(const NodeId&, const FrontRoute&)>;

    SimFront(Machine& machine, std::shared_ptr<SimLoop> loop, Watch watch)
        : machine_(machine), loop_(std::move(loop)), watch_(std::move(watch)) {}

    void apply(std::vector<FrontRoute> routes, Instant deadline, Done<void> done) override;

private:
    Result<void> switch_to(const std::vector<FrontRoute>& routes);

    Machine& machine_;
    std::shared_ptr<SimLoop> loop_;
    Watch watch_;
    std::map<GroupId, Epoch> newest_;
};

}  // namespace baton::simulation
