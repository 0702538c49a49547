#pragma once

/// An operator's consent to losing writes. It covers the next appointment, and no
/// longer; an order that was refused takes it back.

#include "base/ids.hpp"

#include <cstddef>

namespace baton::simulation {

class Consent {
public:
    /// `newest`: the epoch that is agreed on now.
    void given(Epoch newest) {
        ++orders_;
        since_ = newest;
    }
    void refused() {
        if (orders_ > 0) --orders_;
    }
    /// Whether a server that opens now, in `newest`, may lack writes.
    [[nodiscard]] bool covers(Epoch newest) const { return orders_ > 0 && newest > since_; }
    void used() { orders_ = 0; }

private:
    std::size_t orders_ = 0;
    Epoch since_;
};

}  // namespace baton::simulation
