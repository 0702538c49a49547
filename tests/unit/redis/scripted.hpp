#pragma once

/// A loop under the test's hand and links that answer from a script, with a
/// transcript of everything that was asked.

#include "adapters/redis/redis_link.hpp"
#include "ports/loop.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace baton::redis {

class ManualLoop final : public Loop {
public:
    Instant now() override { return now_; }
    std::int64_t wall_milliseconds() override { return 0; }
    TimerId at(Instant when, std::function<void()> action) override {
        timers_.emplace(std::pair{when, ++last_}, std::move(action));
        return last_;
    }
    void cancel(TimerId timer) override {
        std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
    }
    void post(std::function<void()> action) override { posts_.push_back(std::move(action)); }

    /// Runs everything, letting time jump to the next timer when idle.
    void run() {
        while (!posts_.empty() || !timers_.empty()) {
            if (!posts_.empty()) {
                auto action = std::move(posts_.front());
                posts_.pop_front();
                action();
                continue;
            }
            auto first = timers_.extract(timers_.begin());
            now_ = std::max(now_, first.key().first);
            first.mapped()();
        }
    }
    /// Runs what is ready now, and no timer.
    void run_ready() {
        while (!posts_.empty()) {
            auto action = std::move(posts_.front());
            posts_.pop_front();
            action();
        }
    }

private:
    Instant now_{std::chrono::seconds{100}};
    std::deque<std::function<void()>> posts_;
    std::map<std::pair<Instant, TimerId>, std::function<void()>> timers_;
    TimerId last_ = 0;
};

/// "SET a 1 | INFO replication"
inline std::string joined(const std::vector<Command>& pipeline) {
    std::string text;
    for (const Command& command : pipeline) {
        if (!text.empty()) text += " | ";
        for (std::size_t i = 0; i < command.size(); ++i) text += (i == 0 ? "" : " ") + command[i];
    }
    return text;
}

inline RespValue text_reply(std::string text) {
    return {RespValue::Kind::text, std::move(text), 0, {}};
}
inline RespValue error_reply(std::string text) {
    return {RespValue::Kind::error, std::move(text), 0, {}};
}

/// What the servers of a test say, and what they were asked.
struct Script {
    /// Answers one pipeline to `whom` ("probe", "orders" or host:port).
    std::function<Result<std::vector<RespValue>>(const std::string& whom,
                                                 const std::vector<Command>& pipeline)>
        answer;
    std::vector<std::string> transcript;
};

class ScriptedLink final : public RedisLink {
public:
    ScriptedLink(Loop& loop, Script& script, std::string whom)
        : loop_(loop), script_(script), whom_(std::move(whom)) {}

    void request(std::vector<Command> pipeline, Instant /*deadline*/,
                 Done<std::vector<RespValue>> done) override {
        const std::string line = whom_ + ": " + joined(pipeline);
        // Polling repeats itself; the transcript shows each question once.
        if (script_.transcript.empty() || script_.transcript.back() != line) {
            script_.transcript.push_back(line);
        }
        auto answer = script_.answer(whom_, pipeline);
        loop_.post([weak = std::weak_ptr<bool>(alive_), done = std::move(done),
                    answer = std::move(answer)] {
            if (weak.lock()) done(answer);
        });
    }
    void disconnect() override { script_.transcript.push_back(whom_ + ": disconnect"); }

private:
    Loop& loop_;
    Script& script_;
    std::string whom_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::redis
