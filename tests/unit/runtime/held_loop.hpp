#pragma once

/// The port `Loop` in the hands of a test: nothing runs by itself, and time
/// stands still.

#include "ports/loop.hpp"

#include <functional>
#include <vector>

namespace baton::runtime {

class HeldLoop final : public Loop {
public:
    Instant now() override { return Instant{}; }
    std::int64_t wall_milliseconds() override { return 0; }
    TimerId at(Instant /*when*/, std::function<void()> action) override {
        waiting.push_back(std::move(action));
        return waiting.size();
    }
    void cancel(TimerId /*timer*/) override {}
    void post(std::function<void()> action) override { waiting.push_back(std::move(action)); }

    std::vector<std::function<void()>> waiting;
};

}  // namespace baton::runtime
