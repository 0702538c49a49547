#include "adapters/redis/socket_table.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace baton::redis {

namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

/// sock_diag(7). One lookup by hash; /proc/net/tcp prints every connection of the
/// machine for each question, which takes many milliseconds on a busy one.
struct Question {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

void put_address(const Endpoint& endpoint, __be32 (&into)[4]) {
    if (endpoint.address().is_v4()) {
        const auto bytes = endpoint.address().to_v4().to_bytes();
        std::memcpy(&into, bytes.data(), bytes.size());
    } else {
        const auto bytes = endpoint.address().to_v6().to_bytes();
        std::memcpy(&into, bytes.data(), bytes.size());
    }
}

Question question_about(const Endpoint& local, const Endpoint& remote) {
    Question question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.body.sdiag_family = local.address().is_v4() ? AF_INET : AF_INET6;
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = ~0U;
    question.body.id.idiag_sport = htons(local.port());
    question.body.id.idiag_dport = htons(remote.port());
    put_address(local, question.body.id.idiag_src);
    put_address(remote, question.body.id.idiag_dst);
    question.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return question;
}

/// The kernel answers within the call that sends.
std::optional<SocketEntry> ask(int handle, const Question& question) {
    if (::send(handle, &question, sizeof question, 0) != sizeof question) return std::nullopt;
    alignas(nlmsghdr) std::array<char, 4096> buffer{};
    const auto got = ::recv(handle, buffer.data(), buffer.size(), MSG_DONTWAIT);
    nlmsghdr header{};
    inet_diag_msg body{};
    if (got < static_cast<ssize_t>(sizeof header + sizeof body)) return std::nullopt;
    std::memcpy(&header, buffer.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
    std::memcpy(&body, buffer.data() + NLMSG_HDRLEN, sizeof body);
    return SocketEntry{body.idiag_state == TCP_LISTEN, body.idiag_uid, body.idiag_inode};
}

}  // namespace

std::optional<SocketEntry> find_socket(const Endpoint& local, const Endpoint& remote) {
    const int handle = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (handle < 0) return std::nullopt;
    const auto found = ask(handle, question_about(local, remote));
    ::close(handle);
    return found;
}

}  // namespace baton::redis
