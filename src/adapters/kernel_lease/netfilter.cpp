#include "adapters/kernel_lease/netfilter.hpp"

#include "adapters/kernel_lease/batch.hpp"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace baton::kernel_lease {

namespace {

/// A thousand groups make batches of half a megabyte, more than a socket takes by itself.
constexpr int send_room = 1 << 20;

Error not_changed(int code) {
    return unavailable(std::string{"nf_tables did not take the change of a lease: "} +
                       std::strerror(code));
}

}  // namespace

void Netfilter::Free::operator()(nft_ctx* context) const {
    ::nft_ctx_free(context);
}

void Netfilter::Free::operator()(mnl_socket* socket) const {
    ::mnl_socket_close(socket);
}

/// The library of text ends the process when it gets no netlink socket, so whether
/// there are any is tried first.
Result<Netfilter> Netfilter::open() {
    Socket socket(::mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
    if (!socket || ::mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) != 0) {
        return unavailable(std::string{"netfilter cannot be reached: "} + std::strerror(errno));
    }
    ::setsockopt(::mnl_socket_get_fd(socket.get()), SOL_SOCKET, SO_SNDBUFFORCE, &send_room,
                 sizeof send_room);
    Text text(::nft_ctx_new(NFT_CTX_DEFAULT));
    if (!text) return unavailable("libnftables cannot be used");
    ::nft_ctx_buffer_output(text.get());
    ::nft_ctx_buffer_error(text.get());
    // Numeric times would be whole seconds, rounded down.
    ::nft_ctx_output_set_flags(text.get(),
                               NFT_CTX_OUTPUT_NUMERIC_ALL & ~NFT_CTX_OUTPUT_NUMERIC_TIME);
    return Netfilter{std::move(text), std::move(socket)};
}

Result<std::string> Netfilter::run(const std::string& script) {
    const int failed = ::nft_run_cmd_from_buffer(text_.get(), script.c_str());
    std::string output = ::nft_ctx_get_output_buffer(text_.get());
    std::string problem = ::nft_ctx_get_error_buffer(text_.get());
    if (failed == 0) return output;
    problem = problem.substr(0, problem.find('\n'));
    if (problem.empty()) problem = std::strerror(errno);
    return unavailable("nftables refused: " + problem);
}

/// The kernel answers within the call that sends: what it has to say is there then.
/// All of it is read, so that nothing is left for the next call.
Result<void> Netfilter::change(const std::string& table, std::span<const Change> changes) {
    if (changes.empty()) return success();
    const Batch batch = batch_of(table, changes, ++sequence_);
    sequence_ = batch.last + 1;
    if (::mnl_socket_sendto(socket_.get(), batch.bytes.data(), batch.bytes.size()) < 0) {
        return not_changed(errno);
    }
    alignas(nlmsghdr) std::array<char, 8192> buffer{};
    Verdict verdict;
    for (;;) {
        const auto count = ::recv(::mnl_socket_get_fd(socket_.get()), buffer.data(),
                                  buffer.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        const Verdict part =
            verdict_of({buffer.data(), static_cast<std::size_t>(count)}, batch);
        verdict.done = verdict.done || part.done;
        if (verdict.error == 0) verdict.error = part.error;
    }
    if (verdict.error != 0) return not_changed(verdict.error);
    if (verdict.done) return success();
    return outcome_unknown("nf_tables did not say whether it took the change of a lease");
}

}  // namespace baton::kernel_lease
