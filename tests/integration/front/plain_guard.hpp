#pragma once

/// A guard for tests: starts and ends processes, knows no deadline.

#include "ports/guard.hpp"
#include "ports/loop.hpp"
#include "process.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace baton::adapters {

/// Starts and ends processes; knows no deadline.
class PlainGuard final : public Guard {
public:
    explicit PlainGuard(Loop& loop) : loop_(loop) {}

    void start(Gone) override {}
    void list(Done<std::vector<Supervised>> done) override {
        std::vector<Supervised> all;
        for (auto& [name, process] : processes_) all.push_back({name, alive(*process), {}});
        loop_.post([done, all] { done(all); });
    }
    void launch(Launch launch, Done<Supervised> done) override {
        auto& process = processes_[launch.name];
        if (!process || alive(*process) == 0) {
            process = std::make_unique<Process>(launch);
            ++launches;
        }
        loop_.post(
            [done, name = launch.name, pid = process->pid()] { done(Supervised{name, pid, {}}); });
    }
    void kill(const std::string& name, Done<void> done) override {
        processes_.erase(name);
        loop_.post([done] { done(success()); });
    }
    void stop(const std::string& name, Instant, Done<void> done) override {
        const auto found = processes_.find(name);
        if (found != processes_.end()) found->second->signal(SIGTERM);
        loop_.post([done] { done(success()); });
    }
    cluster::ProcessState look(const std::string&) override {
        return cluster::ProcessState::running;
    }
    [[nodiscard]] pid_t pid() {
        const auto found = processes_.find("front");
        return found == processes_.end() ? 0 : found->second->pid();
    }
    std::atomic<int> launches = 0;

private:
    /// Its pid while it runs, else 0; leaves the zombie for the destructor.
    static std::int64_t alive(const Process& process) {
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
        return info.si_pid == 0 ? process.pid() : 0;
    }
    Loop& loop_;
    std::map<std::string, std::unique_ptr<Process>> processes_;
};

}  // namespace baton::adapters
