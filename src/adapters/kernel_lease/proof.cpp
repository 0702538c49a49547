#include "adapters/kernel_lease/proof.hpp"

#include "adapters/kernel_lease/lease.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

namespace baton::kernel_lease {

namespace {

using std::chrono::milliseconds;

constexpr Duration lease_length = milliseconds{60};  ///< At first, and then `longer`.
constexpr int longer = 4;
constexpr Duration patience = milliseconds{500};    ///< Until the port is taken over, or let go.
constexpr Duration enough_left = milliseconds{10};  ///< Of the lease, to see packets pass.
constexpr Duration watched = milliseconds{40};      ///< Beyond the end of the lease.
/// A packet that passes so long after the end was not merely late.
constexpr Duration hopeless = milliseconds{30};
constexpr Duration beat = milliseconds{1};

class Socket {
public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    /// Closed without a farewell: those packets would not pass.
    ~Socket() {
        const linger at_once{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] bool open() const { return descriptor_ >= 0; }

    /// Sends the time at which it was sent.
    void stamp() const {
        const Instant now = boot_time();
        ::send(descriptor_, &now, sizeof now, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    /// The newest stamp that came; `never` if none did.
    [[nodiscard]] Instant newest() const {
        Instant stamp = Instant::never();
        Instant read;
        while (::recv(descriptor_, &read, sizeof read, MSG_DONTWAIT) == sizeof read) stamp = read;
        return stamp;
    }

    /// Somebody ended it.
    [[nodiscard]] bool broken() const {
        Instant read;
        const auto got = ::recv(descriptor_, &read, sizeof read, MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    }

private:
    int descriptor_;
};

Error no_proof(const std::string& what) {
    return unavailable("no proof: " + what + ": " + std::strerror(errno));
}

/// A name is no address of one interface; then loopback serves.
addrinfo* address_of(const std::string& host) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), "0", &hints, &found) == 0) return found;
    return ::getaddrinfo("127.0.0.1", "0", &hints, &found) == 0 ? found : nullptr;
}

std::uint16_t port_of(const sockaddr_storage& address) {
    const void* raw = &address;
    return ntohs(address.ss_family == AF_INET6 ? static_cast<const sockaddr_in6*>(raw)->sin6_port
                                               : static_cast<const sockaddr_in*>(raw)->sin_port);
}

/// Waits until the kernel has taken the port over for a lease that still runs.
Result<Instant> leased(NftLease& lease, std::uint16_t port) {
    const Instant last_try = boot_time() + patience;
    for (Duration length = lease_length; boot_time() < last_try; length = longer * length) {
        const Instant end = boot_time() + length;
        lease.extend_for_proof(port, end);
        const auto passes = [&] { return lease.passes_until(port) > boot_time() + enough_left; };
        while (!passes() && boot_time() < end) std::this_thread::sleep_for(beat);
        if (passes()) return end;
    }
    return unavailable("no proof: the kernel did not take the port over within " +
                       std::to_string(whole_milliseconds(patience)) + " ms");
}

/// Talks in both directions until well after `end`; answers when each was heard last.
Result<Duration> talk_past(Instant end, const Socket& client, const Socket& server) {
    Instant to_server = Instant::never();
    Instant to_client = Instant::never();
    for (Instant now = boot_time(); now < end + watched; now = boot_time()) {
        client.stamp();
        server.stamp();
        std::this_thread::sleep_for(beat);
        to_server = std::max(to_server, server.newest());
        to_client = std::max(to_client, client.newest());
    }
    if (to_server == Instant::never() || to_client == Instant::never()) {
        return unavailable("no proof: packets did not pass while the lease ran");
    }
    const Duration late = std::max(to_server, to_client) - end;
    if (late > hopeless) {
        return unavailable("packets still passed " + std::to_string(whole_milliseconds(late)) +
                           " ms after a lease had ended: the rules are not obeyed");
    }
    return std::max(late, Duration{0});
}

/// What waits in a connection must be gone before packets pass again.
bool ended(const Socket& server) {
    const Instant last_look = boot_time() + patience;
    while (boot_time() < last_look) {
        if (server.broken()) return true;
        std::this_thread::sleep_for(beat);
    }
    return false;
}

}  // namespace

Instant boot_time() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return {std::chrono::seconds{now.tv_sec} + Duration{now.tv_nsec}};
}

Result<Duration> prove(NftLease& lease, const std::string& host) {
    addrinfo* found = address_of(host);
    if (found == nullptr) return no_proof("no address");
    sockaddr_storage address{};
    socklen_t length = found->ai_addrlen;
    std::memcpy(&address, found->ai_addr, length);
    ::freeaddrinfo(found);
    void* raw = &address;
    auto* place = static_cast<sockaddr*>(raw);
    const Socket listener{::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::bind(listener.get(), place, length) != 0 || ::listen(listener.get(), 1) != 0 ||
        ::getsockname(listener.get(), place, &length) != 0) {
        return no_proof("cannot listen at " + host);
    }
    const Socket client{::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::connect(client.get(), place, length) != 0) return no_proof("cannot connect to " + host);
    const Socket server{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!server.open()) return no_proof("cannot connect to " + host);
    const int yes = 1;
    for (const Socket* each : {&client, &server}) {
        ::setsockopt(each->get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    const std::uint16_t port = port_of(address);
    const auto end = leased(lease, port);
    if (!end) {
        lease.release(port);
        return end.error();
    }
    const Result<Duration> late = talk_past(end.value(), client, server);
    lease.release(port);
    if (late && !ended(server)) {
        return unavailable("no proof: a connection lived on after its port was released");
    }
    return late;
}

}  // namespace baton::kernel_lease
