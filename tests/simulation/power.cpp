#include "simulation/power.hpp"

#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration act_min = milliseconds{100};
constexpr Duration act_max = seconds{1};
constexpr Duration dark = seconds{2};
constexpr std::size_t broken_orders = 2;

}  // namespace

void Power::order(const NodeId& node, std::function<void(int)> ended) {
    ++orders_;
    const bool works = kind_ == PowerSwitch::works ||
                       (kind_ == PowerSwitch::broken && orders_ > broken_orders);
    const int code = works || kind_ == PowerSwitch::lies ? 0 : 1;
    world_.after(world_.random().between(act_min, act_max),
                 [this, node, works, code, ended = std::move(ended)] {
                     if (works) {
                         off_(node);
                         world_.after(dark, [this, node] { on_(node); });
                     }
                     ended(code);
                 });
}

}  // namespace baton::simulation
