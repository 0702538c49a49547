#pragma once

/// The two ways to the kernel's nf_tables. Text goes through libnftables, which reads
/// all tables of the machine before each call: good for rules, which are written
/// once. Elements are changed directly, at a cost that does not depend on whatever
/// else filters packets there. Both block for as long as the kernel takes, and each
/// call is one transaction: all of it, or nothing. For one thread.

#include "adapters/kernel_lease/ruleset.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct mnl_socket;
struct nft_ctx;

namespace baton::kernel_lease {

class Netfilter {
public:
    /// Errors: unavailable (no nf_tables, or no right to use it).
    [[nodiscard]] static Result<Netfilter> open();

    /// Answers what listings print. Errors: unavailable.
    [[nodiscard]] Result<std::string> run(const std::string& script);
    /// In this order, in the sets of `table`. Errors: unavailable (nothing is changed),
    /// outcome_unknown (the kernel did not say).
    [[nodiscard]] Result<void> change(const std::string& table, std::span<const Change> changes);

private:
    struct Free {
        void operator()(nft_ctx* context) const;
        void operator()(mnl_socket* socket) const;
    };
    using Text = std::unique_ptr<nft_ctx, Free>;
    using Socket = std::unique_ptr<mnl_socket, Free>;

    Netfilter(Text text, Socket socket) : text_(std::move(text)), socket_(std::move(socket)) {}

    Text text_;
    Socket socket_;
    std::uint32_t sequence_ = 0;
};

}  // namespace baton::kernel_lease
