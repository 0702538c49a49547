#include "simulation/sim_quarantine.hpp"

#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration reading_min = milliseconds{2};
constexpr Duration reading_max = milliseconds{400};

}  // namespace

void SimQuarantine::keep(KeepOrder order, Instant /*deadline*/, Done<Kept> done) {
    const Duration time = world_.random().between(reading_min, reading_max);
    loop_->arrive(time, [this, weak = std::weak_ptr<bool>(alive_), number = ++number_,
                         order = std::move(order), done = std::move(done)] {
        if (weak.lock() && number == number_) done(read(order));
    });
}

Result<Kept> SimQuarantine::read(const KeepOrder& order) {
    if (order.tail.remains == cluster::Remains::on_disk) {
        return Kept{"", 0, false, "its files may hold some of it", {}};
    }
    RedisModel* server = find_(endpoint_);
    const bool answers = server != nullptr && server->alive() && !server->frozen();
    if (!answers || world_.random().below(4) == 0) return unavailable("it did not answer");
    std::vector<std::uint64_t> writes;
    for (const Write& each : server->data()) {
        if (each.end > order.tail.from && each.end <= order.tail.until) writes.push_back(each.id);
    }
    watch_(order.instance, writes);
    return Kept{"quarantine", order.tail.until - order.tail.from, true, "", {}};
}

}  // namespace baton::simulation
