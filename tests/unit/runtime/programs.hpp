#pragma once

/// What tests of the operator's programs need: a loop whose time the test moves, and
/// a guard whose programs end when the test says so.

#include "ports/guard.hpp"
#include "ports/loop.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::runtime {

/// Time passes when the test says so.
class SteppedLoop final : public Loop {
public:
    Instant now() override { return now_; }
    std::int64_t wall_milliseconds() override { return 0; }
    TimerId at(Instant when, std::function<void()> action) override {
        timers_[++last_] = {when, std::move(action)};
        return last_;
    }
    void cancel(TimerId timer) override { timers_.erase(timer); }
    void post(std::function<void()> action) override { at(now_, std::move(action)); }
    void pass(Duration by) {
        now_ = now_ + by;
        const auto due = timers_;
        for (const auto& [id, timer] : due) {
            if (timer.first <= now_ && timers_.erase(id) > 0) timer.second();
        }
    }

private:
    Instant now_{std::chrono::seconds{100}};
    std::map<TimerId, std::pair<Instant, std::function<void()>>> timers_;
    TimerId last_ = 0;
};

/// Starts everything at once, and ends it when the test says so.
class TestGuard final : public Guard {
public:
    void start(Gone /*gone*/) override {}
    void list(Done<std::vector<Supervised>> done) override {
        if (silent) return done(outcome_unknown("the guard did not answer in time"));
        std::vector<Supervised> left;
        if (present && !launched.empty()) left.push_back({launched.back().name, 7, Instant{}});
        done(std::move(left));
    }
    void launch(Launch launch, Done<Supervised> done) override {
        launched.push_back(launch);
        if (silent) return done(outcome_unknown("the guard did not answer in time"));
        if (refuses) return done(unavailable("no process can be made"));
        done(Supervised{launch.name, 7, Instant{}});
    }
    void kill(const std::string& name, Done<void> done) override {
        killed.push_back(name);
        done(success());
    }
    void stop(const std::string& /*name*/, Instant /*deadline*/, Done<void> done) override {
        done(success());
    }
    cluster::ProcessState look(const std::string& /*name*/) override {
        return present ? cluster::ProcessState::running : cluster::ProcessState::absent;
    }
    [[nodiscard]] std::optional<int> exit_code(const std::string& /*name*/) const override {
        return code;
    }
    std::vector<Launch> launched;
    std::vector<std::string> killed;
    std::optional<int> code = 0;
    bool refuses = false;
    bool silent = false;  ///< Begins nothing and does not answer in time.
    bool present = true;  ///< Something of the program is left.
};

}  // namespace baton::runtime
