#pragma once

/// Collects what happens in one turn of a loop into one act. Between two acts
/// lies a pause that the caller chooses by what an act costs: so hundreds of
/// servers that change all the time cost no more than a part of a processor.

#include "ports/loop.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace baton::runtime {

class Pacer {
public:
    explicit Pacer(Loop& loop) : loop_(loop) {}
    ~Pacer() { *alive_ = false; }
    Pacer(const Pacer&) = delete;
    Pacer& operator=(const Pacer&) = delete;

    /// Runs `act` soon, but not before `pause` after the end of the last act; nothing
    /// if one is on its way.
    void soon(Duration pause, std::function<void()> act) {
        if (std::exchange(waiting_, true)) return;
        auto run = [this, alive = alive_, act = std::move(act)] {
            if (!*alive) return;
            waiting_ = false;
            last_ = loop_.now();
            act();
            if (*alive) last_ = loop_.now();
        };
        const Instant next = last_ + pause;
        if (next <= loop_.now()) {
            loop_.post(std::move(run));
        } else {
            loop_.at(next, std::move(run));
        }
    }

private:
    Loop& loop_;
    Instant last_ = Instant::never();
    bool waiting_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
