#pragma once

/// Where a simulated node keeps tails. Reads them off the modelled server, as a
/// replica would: takes a while, and fails when the server died or is frozen. Says which
/// writes it kept.

#include "ports/quarantine.hpp"
#include "simulation/redis_model.hpp"
#include "simulation/sim_loop.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

class SimQuarantine final : public Quarantine {
public:
    using Watch = std::function<void(const InstanceId&, const std::vector<std::uint64_t>& writes)>;

    SimQuarantine(World& world, std::shared_ptr<SimLoop> loop, FindServer find,
                  cluster::Endpoint endpoint, Watch watch)
        : world_(world),
          loop_(std::move(loop)),
          find_(std::move(find)),
          endpoint_(std::move(endpoint)),
          watch_(std::move(watch)) {}

    void keep(KeepOrder order, Instant deadline, Done<Kept> done) override;
    void stop() override { ++number_; }
    [[nodiscard]] std::vector<std::string> kept() const override { return {}; }

private:
    [[nodiscard]] Result<Kept> read(const KeepOrder& order);

    World& world_;
    std::shared_ptr<SimLoop> loop_;
    FindServer find_;
    cluster::Endpoint endpoint_;
    Watch watch_;
    std::uint64_t number_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
