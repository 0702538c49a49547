#include "adapters/factories.hpp"

#include <random>

namespace baton::adapters {

std::uint64_t system_entropy() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace baton::adapters
