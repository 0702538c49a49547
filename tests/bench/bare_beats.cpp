// baton_bench_beats --seconds S: what this machine takes for the wake-ups and packets of
// idle agents when nothing is done with them. Three processes: the first sends to both
// others every 50 ms, as the leader of consensus does, they answer and tell each other;
// besides, each asks a fourth process every 100 ms, as an agent asks its server. The bytes
// are as many as an agent's. Prints a line for each process: its share of one core, from
// the scheduler's account.
#include "base/priority.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t members = 3;
constexpr std::size_t beat_bytes = 150;
constexpr std::size_t question_bytes = 143;
constexpr std::size_t answer_bytes = 3251;
constexpr std::chrono::milliseconds beat_interval = 50ms;
constexpr std::chrono::milliseconds question_interval = 100ms;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::_Exit(1);
}

/// Both ends of a connection over loopback, without the kernel's delay for small packets.
std::array<int, 2> connection() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, raw, size) != 0 || ::listen(listener, 1) != 0) fail("listen");
    if (::getsockname(listener, raw, &size) != 0) fail("getsockname");
    const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(one, raw, size) != 0) fail("connect");
    const int other = ::accept(listener, nullptr, nullptr);
    if (other < 0) fail("accept");
    ::close(listener);
    for (const int end : {one, other}) {
        const int yes = 1;
        ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return {one, other};
}

int timer_every(std::chrono::milliseconds interval) {
    const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
    itimerspec times{};
    times.it_interval.tv_nsec = times.it_value.tv_nsec = std::chrono::nanoseconds(interval).count();
    if (timer < 0 || ::timerfd_settime(timer, 0, &times, nullptr) != 0) fail("timerfd");
    return timer;
}

int watching(const std::vector<int>& descriptors) {
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    for (const int each : descriptors) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = each;
        if (::epoll_ctl(poll, EPOLL_CTL_ADD, each, &event) != 0) fail("epoll_ctl");
    }
    return poll;
}

void send_bytes(int to, std::size_t count) {
    static const std::array<char, answer_bytes> zeros{};
    if (::send(to, zeros.data(), count, MSG_NOSIGNAL) < 0) std::_Exit(0);
}

void read_some(int from) {
    static thread_local std::array<char, 65536> buffer;
    if (::read(from, buffer.data(), buffer.size()) <= 0) std::_Exit(0);
}

/// Calls `act` with each descriptor that has something, for ever.
template <typename Act>
[[noreturn]] void serve(const std::vector<int>& descriptors, Act act) {
    const int poll = watching(descriptors);
    std::array<epoll_event, 16> events{};
    for (;;) {
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            read_some(events.at(static_cast<std::size_t>(i)).data.fd);
            act(events.at(static_cast<std::size_t>(i)).data.fd);
        }
    }
}

/// Where a member hears and tells each other one; an agent has a connection for either.
struct Peer {
    int hears = -1;
    int tells = -1;
};

void ask_server(int server) {
    const int timer = timer_every(question_interval);
    serve({timer, server}, [&](int from) {
        if (from == timer) send_bytes(server, question_bytes);
    });
}

void be_member(std::size_t self, const std::array<Peer, members>& peers, int server) {
    std::thread([server] { ask_server(server); }).detach();
    baton::run_first();
    std::vector<int> descriptors;
    for (std::size_t i = 0; i < members; ++i) {
        if (i != self) descriptors.push_back(peers.at(i).hears);
    }
    const int timer = self == 0 ? timer_every(beat_interval) : -1;
    if (self == 0) descriptors.push_back(timer);
    serve(descriptors, [&](int from) {
        // The others speak when the first one has spoken.
        if (from != (self == 0 ? timer : peers[0].hears)) return;
        for (std::size_t i = 0; i < members; ++i) {
            if (i != self) send_bytes(peers.at(i).tells, beat_bytes);
        }
    });
}

void be_servers(const std::vector<int>& clients) {
    serve(clients, [](int client) { send_bytes(client, answer_bytes); });
}

template <typename Act>
pid_t start(Act act) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    act();
    std::_Exit(0);
}

/// Of all threads, from the first field of their schedstat.
double processor_seconds(pid_t process) {
    double sum = 0;
    const std::string command = "cat /proc/" + std::to_string(process) + "/task/*/schedstat";
    std::FILE* lines = ::popen(command.c_str(), "r");
    unsigned long long ran = 0;
    while (lines != nullptr && std::fscanf(lines, "%llu %*u %*u", &ran) == 1) {
        sum += static_cast<double>(ran) / 1e9;
    }
    if (lines != nullptr) ::pclose(lines);
    return sum;
}

}  // namespace

int main(int count, char** words) {
    double seconds = 10;
    const bool given = count == 3 && std::string_view{words[1]} == "--seconds";
    if (given) seconds = std::atof(words[2]);
    if ((count != 1 && !given) || seconds <= 0) {
        std::fprintf(stderr, "usage: %s [--seconds S]\n", words[0]);
        return 2;
    }
    std::array<std::array<Peer, members>, members> peers{};
    for (std::size_t from = 0; from < members; ++from) {
        for (std::size_t to = 0; to < members; ++to) {
            if (from == to) continue;
            const auto ends = connection();
            peers.at(from).at(to).tells = ends[0];
            peers.at(to).at(from).hears = ends[1];
        }
    }
    std::vector<int> asked;
    std::array<pid_t, members> processes{};
    std::array<int, members> servers{};
    for (int& server : servers) {
        const auto ends = connection();
        server = ends[0];
        asked.push_back(ends[1]);
    }
    const pid_t answering = start([&] { be_servers(asked); });
    for (std::size_t i = 0; i < members; ++i) {
        processes.at(i) = start([&, i] { be_member(i, peers.at(i), servers.at(i)); });
    }
    std::this_thread::sleep_for(1s);
    std::array<double, members> before{};
    for (std::size_t i = 0; i < members; ++i) before.at(i) = processor_seconds(processes.at(i));
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    for (std::size_t i = 0; i < members; ++i) {
        const double ran = processor_seconds(processes.at(i)) - before.at(i);
        std::printf("%zu %.3f\n", i, 100 * ran / seconds);
    }
    for (const pid_t each : processes) ::kill(each, SIGKILL);
    ::kill(answering, SIGKILL);
    while (::wait(nullptr) > 0) {
    }
    return 0;
}
