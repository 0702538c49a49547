#include "client.hpp"

#include <algorithm>

namespace baton::load {
namespace {

using Kind = Reply::Kind;

std::string milliseconds_text(Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

Client::Client(const Settings& settings, History& history, std::size_t number, Instant now)
    : settings_(settings),
      history_(history),
      server_(number),
      period_(static_cast<std::int64_t>(1e9 * static_cast<double>(settings.connections) /
                                        settings.rate)),
      slot_(now + period_ * static_cast<std::int64_t>(number) /
                      static_cast<std::int64_t>(settings.connections)),
      due_(now) {}

std::optional<std::uint64_t> Client::outstanding() const {
    return phase_ == Phase::asking ? std::optional{key_} : std::nullopt;
}

void Client::advance(Instant now) {
    if (now < due_) return;
    switch (phase_) {
        case Phase::waiting: locate(now); break;
        case Phase::ready: ask(now); break;
        case Phase::locating:
        case Phase::greeting:
        case Phase::asking: start_over(now); break;
    }
}

void Client::serve(short events, Instant now) {
    const bool alive = wire_.serve(events);
    bool broken = false;
    while (wire_.is_open()) {
        const auto reply = wire_.take(broken);
        if (!reply) break;
        take(*reply, now);
    }
    if (!wire_.is_open()) return;  // A reply already ended this connection.
    if (!alive || broken) return start_over(now);
    if (phase_ == Phase::greeting && wire_.connected() && greetings_open_ == 0) ready(now);
}

void Client::relocate(Instant now) {
    if (phase_ != Phase::waiting) start_over(now);
}

void Client::locate(Instant now) {
    if (settings_.sentinels.empty()) {
        return greet(settings_.fronts[server_ % settings_.fronts.size()], now);
    }
    if (!wire_.open(settings_.sentinels[server_ % settings_.sentinels.size()]))
        return start_over(now);
    wire_.send(command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", settings_.service}));
    phase_ = Phase::locating;
    due_ = now + settings_.timeout;
}

void Client::greet(const Endpoint& endpoint, Instant now) {
    phase_ = Phase::greeting;
    due_ = now + settings_.timeout;
    greetings_open_ = 0;
    if (!wire_.open(endpoint)) return start_over(now);
    if (!settings_.password.empty()) {
        wire_.send(command({"AUTH", settings_.password}));
        ++greetings_open_;
    }
    // Behind a front the route decides; a Sentinel's answer may be old.
    if (!settings_.sentinels.empty()) {
        wire_.send(command({"ROLE"}));
        ++greetings_open_;
    }
}

void Client::ready(Instant now) {
    phase_ = Phase::ready;
    slot_ = std::max(slot_, now);
    due_ = slot_;
}

void Client::ask(Instant now) {
    key_ = history_.take_key();
    written_ = false;
    phase_ = Phase::asking;
    // WAIT answers by itself when its time is over; the margin is for its way.
    due_ = now + settings_.timeout + std::chrono::milliseconds{50};
    slot_ += period_;
    auto bytes = command({"SET", key_name(history_.run(), key_), std::to_string(key_)});
    if (settings_.confirmations > 0) {
        bytes += command({"WAIT", std::to_string(settings_.confirmations),
                          milliseconds_text(settings_.timeout)});
    }
    wire_.forget_sent();
    wire_.send(std::move(bytes));
}

void Client::take(const Reply& reply, Instant now) {
    switch (phase_) {
        case Phase::locating: return located(reply, now);
        case Phase::greeting: return greeted(reply, now);
        case Phase::asking: return answered(reply, now);
        case Phase::ready:
        case Phase::waiting: return start_over(now);  // Nobody asked.
    }
}

void Client::located(const Reply& reply, Instant now) {
    if (reply.kind != Kind::array || reply.items.size() != 2) return start_over(now);
    const auto endpoint = resolve(reply.items[0].text, reply.items[1].text);
    if (!endpoint) return start_over(now);
    greet(*endpoint, now);
}

void Client::greeted(const Reply& reply, Instant now) {
    const bool authenticated = reply.kind == Kind::status;
    const bool primary =
        reply.kind == Kind::array && !reply.items.empty() && reply.items[0].text == "master";
    if (!authenticated && !primary) return start_over(now);
    --greetings_open_;
}

void Client::answered(const Reply& reply, Instant now) {
    if (!written_) {
        if (reply.kind != Kind::status) {
            finish(reply.kind == Kind::error ? Outcome::failed : Outcome::unknown, now);
            return start_over(now);
        }
        written_ = true;
        if (settings_.confirmations > 0) return;
        return finish(Outcome::acknowledged, now);
    }
    const bool confirmed = reply.kind == Kind::integer && reply.number >= settings_.confirmations;
    finish(confirmed ? Outcome::acknowledged : Outcome::unknown, now);
    if (reply.kind != Kind::integer) start_over(now);
}

void Client::finish(Outcome outcome, Instant now) {
    history_.record(key_, outcome, now);
    ready(now);
}

void Client::start_over(Instant now) {
    if (phase_ == Phase::asking) {
        history_.record(key_, wire_.sent_any() ? Outcome::unknown : Outcome::failed, now);
    }
    wire_.connected() && phase_ != Phase::locating ? history_.connection_reset()
                                                   : history_.connect_failed();
    wire_.close();
    ++server_;
    phase_ = Phase::waiting;
    due_ = now + settings_.retry;
}

}  // namespace baton::load
