// A wall clock of its own for one host. No namespace gives CLOCK_REALTIME another
// value, so programs of a host have this loaded before the C library (LD_PRELOAD):
// it adds to every reading what a file says, in nanoseconds, at that moment. All
// other clocks are the kernel's. The library that is made for this, libfaketime,
// never returns from starting Debian's redis-server.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Null where no clock is named or can be read: then nothing is added.
const std::atomic<std::int64_t>* offset = nullptr;

/// Runs before main, and before the program can change its user or environment.
[[gnu::constructor]] void find_offset() {
    const char* const path = std::getenv("BATON_CHAOS_WALL_CLOCK");
    if (path == nullptr) return;
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void* const page = ::mmap(nullptr, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    if (page != MAP_FAILED) offset = static_cast<const std::atomic<std::int64_t>*>(page);
}

bool is_wall_clock(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/// Straight from the kernel: asking the C library for its own function may allocate.
int read(clockid_t clock, timespec* now) {
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    if (result != 0 || offset == nullptr || !is_wall_clock(clock)) return result;
    const std::int64_t told =
        now->tv_sec * second + now->tv_nsec + offset->load(std::memory_order_relaxed);
    now->tv_sec = told / second;
    now->tv_nsec = told % second;
    return 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    return read(clock, now);
}

int gettimeofday(timeval* now, void* /*zone*/) noexcept {
    timespec told{};
    const int result = read(CLOCK_REALTIME, &told);
    *now = {told.tv_sec, told.tv_nsec / 1000};
    return result;
}

time_t time(time_t* now) noexcept {
    timespec told{};
    if (read(CLOCK_REALTIME, &told) != 0) return -1;
    if (now != nullptr) *now = told.tv_sec;
    return told.tv_sec;
}

}  // extern "C"
