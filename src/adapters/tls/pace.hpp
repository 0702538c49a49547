#pragma once

/// How many handshakes one address may begin: a bucket per address that fills
/// with time. Remembers a bounded number of addresses.

#include "base/time.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace baton::adapters::tls {

class Pace {
public:
    /// More are forgotten all at once; every address then begins anew.
    static constexpr std::size_t addresses_max = 4096;

    /// In the long run `per_second`, and as many at once.
    explicit Pace(std::size_t per_second) : per_second_(static_cast<double>(per_second)) {}

    /// Takes one from the bucket of `address`; false if it is empty.
    [[nodiscard]] bool may_begin(const std::string& address, Instant now);
    [[nodiscard]] std::size_t addresses() const { return buckets_.size(); }

private:
    struct Bucket {
        double left;
        Instant at;
    };
    double per_second_;
    std::map<std::string, Bucket> buckets_;
};

}  // namespace baton::adapters::tls
