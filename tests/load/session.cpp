#include "session.hpp"

#include <algorithm>
#include <thread>

#include <poll.h>

namespace baton::load {
namespace {

constexpr auto answer_max = std::chrono::seconds{2};

int wait_milliseconds(Instant until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count() + 1));
}

}  // namespace

std::optional<Reply> Session::ask(const std::vector<std::string>& words) {
    while (Clock::now() < deadline_) {
        if (wire_.is_open() || connect()) {
            auto reply = exchange(words);
            if (reply && reply->kind != Reply::Kind::error) return reply;
        }
        wire_.close();
        ++server_;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return std::nullopt;
}

bool Session::connect() {
    const auto endpoint = primary();
    return endpoint && wire_.open(*endpoint) && greet();
}

bool Session::greet() {
    if (settings_.password.empty()) return true;
    const auto reply = exchange({"AUTH", settings_.password});
    return reply && reply->kind == Reply::Kind::status;
}

std::optional<Endpoint> Session::primary() {
    if (settings_.sentinels.empty()) return settings_.fronts[server_ % settings_.fronts.size()];
    if (!wire_.open(settings_.sentinels[server_ % settings_.sentinels.size()])) return std::nullopt;
    const auto reply = exchange({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", settings_.service});
    if (!reply || reply->items.size() != 2) return std::nullopt;
    return resolve(reply->items[0].text, reply->items[1].text);
}

std::optional<Reply> Session::exchange(const std::vector<std::string>& words) {
    const auto until = std::min(deadline_, Clock::now() + answer_max);
    wire_.send(command(words));
    while (Clock::now() < until) {
        pollfd waiting{wire_.descriptor(), wire_.events(), 0};
        if (::poll(&waiting, 1, wait_milliseconds(until)) < 0) return std::nullopt;
        const bool alive = wire_.serve(waiting.revents);
        bool broken = false;
        if (auto reply = wire_.take(broken)) return reply;
        if (!alive || broken) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace baton::load
