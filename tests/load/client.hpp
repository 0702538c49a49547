#pragma once

/// One writer: finds the primary, writes one key at a time at its pace, and
/// starts over after an error. It is told the time and what poll reported; it
/// never waits.

#include "history.hpp"
#include "settings.hpp"
#include "wire.hpp"

#include <cstdint>
#include <optional>

namespace baton::load {

class Client {
public:
    /// `number` counts from 0; both references outlive the client.
    Client(const Settings& settings, History& history, std::size_t number, Instant now);

    [[nodiscard]] int descriptor() const { return wire_.descriptor(); }
    [[nodiscard]] short events() const { return wire_.events(); }
    /// When `advance` must be called even if nothing arrives.
    [[nodiscard]] Instant due() const { return due_; }
    /// The key whose fate is open.
    [[nodiscard]] std::optional<std::uint64_t> outstanding() const;

    void advance(Instant now);
    void serve(short events, Instant now);
    /// Leaves the current server: someone else is primary now.
    void relocate(Instant now);

private:
    enum class Phase {
        waiting,   ///< After an error, until `due_`.
        locating,  ///< Asking a Sentinel.
        greeting,  ///< Connecting, authenticating, checking the role.
        ready,     ///< Nothing in flight; the next write is at `slot_`.
        asking,    ///< One write in flight; its deadline is `due_`.
    };

    void locate(Instant now);
    void greet(const Endpoint& endpoint, Instant now);
    void ready(Instant now);
    void ask(Instant now);
    void take(const Reply& reply, Instant now);
    void located(const Reply& reply, Instant now);
    void greeted(const Reply& reply, Instant now);
    void answered(const Reply& reply, Instant now);
    void finish(Outcome outcome, Instant now);
    void start_over(Instant now);

    const Settings& settings_;
    History& history_;
    Wire wire_;
    Phase phase_ = Phase::waiting;
    std::size_t server_;  ///< Which front or Sentinel comes next.
    Duration period_;
    Instant slot_;
    Instant due_;
    std::uint64_t key_ = 0;
    bool written_ = false;  ///< SET answered +OK; WAIT is awaited.
    int greetings_open_ = 0;
};

}  // namespace baton::load
