#pragma once

/// One handle of libnftables: text goes to the kernel as one transaction, and
/// what it answers comes back. Blocks for as long as the kernel takes. For one
/// thread.

#include "base/result.hpp"

#include <memory>
#include <string>

struct nft_ctx;

namespace baton::kernel_lease {

class Netfilter {
public:
    /// Errors: unavailable (no nf_tables, or no right to use it).
    [[nodiscard]] static Result<Netfilter> open();

    /// All of it, or nothing. Answers what listings print. Errors: unavailable.
    [[nodiscard]] Result<std::string> run(const std::string& script);

private:
    struct Free {
        void operator()(nft_ctx* context) const;
    };

    explicit Netfilter(nft_ctx* context) : context_(context) {}

    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace baton::kernel_lease
