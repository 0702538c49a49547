#include "adapters/kernel_lease/connections.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace baton::kernel_lease {

namespace {

/// sock_diag(7).
struct Question {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

class Handle {
public:
    Handle() : descriptor_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}
    ~Handle() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] bool send(const Question& question) const {
        return ::send(descriptor_, &question, sizeof question, 0) == sizeof question;
    }
    /// The kernel answers within the call that sends; empty: there is no more.
    [[nodiscard]] std::vector<char> receive() const {
        std::vector<char> buffer(32 * 1024);
        const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return buffer;
    }

private:
    int descriptor_;
};

Error failed(const std::string& what) {
    return unavailable("connections to a closed port cannot be " + what + ": " +
                       std::strerror(errno) +
                       " (it takes CAP_NET_ADMIN and a kernel with CONFIG_INET_DIAG_DESTROY)");
}

Question question_about(int family, int type, int flags) {
    Question question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = static_cast<std::uint16_t>(type);
    question.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    question.body.sdiag_family = static_cast<std::uint8_t>(family);
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = ~(1U << TCP_LISTEN);
    return question;
}

/// The messages of one answer. True when it says that there are no more.
bool take(const std::vector<char>& answer, std::vector<inet_diag_msg>& found, int& error) {
    for (std::size_t at = 0; at + sizeof(nlmsghdr) <= answer.size();) {
        nlmsghdr header{};
        std::memcpy(&header, answer.data() + at, sizeof header);
        const std::size_t length = header.nlmsg_len;
        if (length < sizeof header || at + length > answer.size()) return true;
        const char* body = answer.data() + at + NLMSG_HDRLEN;
        if (header.nlmsg_type == NLMSG_DONE) return true;
        if (header.nlmsg_type == NLMSG_ERROR) {
            std::memcpy(&error, body, sizeof error);
            return true;
        }
        if (length >= NLMSG_HDRLEN + sizeof(inet_diag_msg)) {
            std::memcpy(&found.emplace_back(), body, sizeof(inet_diag_msg));
        }
        at += NLMSG_ALIGN(length);
    }
    return answer.empty();
}

Result<std::vector<inet_diag_msg>> connections_at(int family, std::uint16_t port) {
    const Handle handle;
    Question question = question_about(family, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
    question.body.id.idiag_sport = htons(port);
    if (!handle.send(question)) return failed("listed");
    std::vector<inet_diag_msg> found;
    int error = 0;
    while (!take(handle.receive(), found, error)) {
    }
    errno = -error;
    if (error != 0) return failed("listed");
    return found;
}

bool is_at(const inet_diag_msg& connection, const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const bool v4 = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
    const bool v6 = !v4 && ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
    if (!v4 && !v6) return true;
    const std::size_t length = v4 ? sizeof(in_addr) : sizeof(in6_addr);
    return connection.idiag_family == (v4 ? AF_INET : AF_INET6) &&
           std::memcmp(&connection.id.idiag_src, address.data(), length) == 0;
}

Result<void> end(const inet_diag_msg& connection) {
    const Handle handle;
    Question question = question_about(connection.idiag_family, SOCK_DESTROY, NLM_F_ACK);
    question.body.id = connection.id;
    if (!handle.send(question)) return failed("ended");
    std::vector<inet_diag_msg> none;
    int error = 0;
    static_cast<void>(take(handle.receive(), none, error));
    errno = -error;
    if (error == 0 || error == -ENOENT) return success();  // It may have ended by itself.
    return failed("ended");
}

}  // namespace

/// Asks for the end of a connection that nobody has: not found is the best answer.
Result<void> may_end_connections() {
    inet_diag_msg nobody{};
    nobody.idiag_family = AF_INET;
    nobody.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    nobody.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return end(nobody);
}

Result<void> end_connections(const std::string& host, std::uint16_t port) {
    for (const int family : {AF_INET, AF_INET6}) {
        BATON_TRY(const auto connections, connections_at(family, port));
        for (const inet_diag_msg& each : connections) {
            if (!is_at(each, host)) continue;
            BATON_TRY(end(each));
        }
    }
    return success();
}

}  // namespace baton::kernel_lease
