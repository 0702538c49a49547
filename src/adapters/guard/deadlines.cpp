#include "adapters/guard/deadlines.hpp"

#include "guard/processes.hpp"
#include "guard/protocol.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace baton::adapters {

using guard::Slot;

namespace {

/// Of the delays that are kept, those whose longest counts: some 10 s.
constexpr std::size_t delays_recent = 200;

}  // namespace

SharedDeadlines::SharedDeadlines(Inherited inherited) : inherited_(std::move(inherited)) {
    // Names an earlier agent used and no longer needs make room; deadlines it
    // left behind stay in force until this agent moves or clears them.
    for (auto& slot : inherited_.memory->slots) {
        if (slot.deadline.load() == 0) slot.state.store(Slot::unused);
    }
}

Slot* SharedDeadlines::slot_of(const std::string& name) {
    for (auto& slot : inherited_.memory->slots) {
        const bool named = slot.state.load(std::memory_order_acquire) == Slot::named;
        if (named && guard::text_of(slot.name) == name) return &slot;
    }
    return nullptr;
}

Slot* SharedDeadlines::make_slot(const std::string& name) {
    auto& slots = inherited_.memory->slots;
    const auto unused = std::find_if(slots.begin(), slots.end(), [](const Slot& slot) {
        return slot.state.load() == Slot::unused;
    });
    if (unused == slots.end() || name.empty() || name.size() >= guard::name_bytes) return nullptr;
    unused->state.store(Slot::being_named);
    guard::put_text(unused->name, name);
    unused->deadline.store(0);
    unused->state.store(Slot::named, std::memory_order_release);
    return &*unused;
}

void SharedDeadlines::set(const std::string& name, Instant when) {
    Slot* slot = slot_of(name);
    if (slot == nullptr) slot = make_slot(name);
    if (slot == nullptr) {
        unwatched_ = true;
        return;
    }
    // 0 means none; an instant that cannot be is as past as the first one.
    const std::int64_t value = std::max<std::int64_t>(when.since_boot.count(), 1);
    const std::int64_t before = slot->deadline.exchange(value, std::memory_order_acq_rel);
    if (before == 0 || value < before) wake_guard();
}

void SharedDeadlines::clear(const std::string& name) {
    Slot* slot = slot_of(name);
    if (slot != nullptr) slot->deadline.store(0, std::memory_order_release);
}

void SharedDeadlines::wake_guard() const {
    guard::Order order;
    order.header.kind = guard::Kind::wake;
    // If the socket is full, the guard is about to look anyway.
    ::send(inherited_.socket, &order, sizeof order, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool SharedDeadlines::verified() {
    const auto heartbeat = inherited_.memory->heartbeat.load(std::memory_order_acquire);
    const Duration age{guard::boot_nanoseconds() - heartbeat};
    return age < heartbeat_age_max && !unwatched_;
}

GuardLateness SharedDeadlines::lateness() {
    const auto& memory = *inherited_.memory;
    std::array<std::int64_t, guard::delays_kept> delays{};
    const auto noted =
        static_cast<std::size_t>(memory.delays_noted.load(std::memory_order_acquire));
    const std::size_t count = std::min(noted, delays.size());
    for (std::size_t at = 0; at < count; ++at) {
        delays.at(at) = memory.delays.at((noted - 1 - at) % delays.size()).load();
    }
    const auto latest =
        delays.begin() + static_cast<std::ptrdiff_t>(std::min(count, delays_recent));
    const std::int64_t recent_max = count == 0 ? 0 : *std::max_element(delays.begin(), latest);
    // A single one is never often, however few there are.
    const std::size_t often = std::min(count * 99 / 100, count < 2 ? 0 : count - 2);
    const auto rank = delays.begin() + static_cast<std::ptrdiff_t>(often);
    std::nth_element(delays.begin(), rank, delays.begin() + static_cast<std::ptrdiff_t>(count));
    return {static_cast<std::uint64_t>(memory.closed.load()),
            Duration{memory.lateness_last.load()},
            Duration{memory.lateness_max.load()},
            Duration{memory.oversleep_max.load()},
            Duration{recent_max},
            Duration{count == 0 ? 0 : *rank}};
}

}  // namespace baton::adapters
