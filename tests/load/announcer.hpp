#pragma once

/// Listens for Sentinel's +switch-master, as careful Sentinel clients do, so
/// that a comparison does not punish Sentinel for a careless one.

#include "settings.hpp"
#include "wire.hpp"

namespace baton::load {

class Announcer {
public:
    /// `settings` outlives it.
    Announcer(const Settings& settings, Instant now) : settings_(settings), due_(now) {}

    [[nodiscard]] int descriptor() const { return wire_.descriptor(); }
    [[nodiscard]] short events() const { return wire_.events(); }
    [[nodiscard]] Instant due() const { return due_; }

    void advance(Instant now);
    /// True when a new primary was announced.
    [[nodiscard]] bool serve(short events, Instant now);

private:
    const Settings& settings_;
    Wire wire_;
    std::size_t server_ = 0;
    Instant due_;
};

}  // namespace baton::load
