#include "adapters/kernel_lease/netfilter.hpp"

#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace baton::kernel_lease {

void Netfilter::Free::operator()(nft_ctx* context) const {
    ::nft_ctx_free(context);
}

/// The library ends the process when it gets no netlink socket, so whether there
/// are any is tried first.
Result<Netfilter> Netfilter::open() {
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (socket < 0) {
        return unavailable(std::string{"netfilter cannot be reached: "} + std::strerror(errno));
    }
    ::close(socket);
    nft_ctx* context = ::nft_ctx_new(NFT_CTX_DEFAULT);
    if (context == nullptr) return unavailable("libnftables cannot be used");
    ::nft_ctx_buffer_output(context);
    ::nft_ctx_buffer_error(context);
    ::nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_NUMERIC_ALL);
    return Netfilter{context};
}

Result<std::string> Netfilter::run(const std::string& script) {
    const int failed = ::nft_run_cmd_from_buffer(context_.get(), script.c_str());
    std::string output = ::nft_ctx_get_output_buffer(context_.get());
    std::string problem = ::nft_ctx_get_error_buffer(context_.get());
    if (failed == 0) return output;
    problem = problem.substr(0, problem.find('\n'));
    if (problem.empty()) problem = std::strerror(errno);
    return unavailable("nftables refused: " + problem);
}

}  // namespace baton::kernel_lease
