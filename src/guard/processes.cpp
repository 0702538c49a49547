#include "guard/processes.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace baton::guard {

namespace {

/// As much of a family as one walk follows. Larger ones shrink from the top:
/// orphans of a killed parent move up to the root, where the next walk is.
constexpr std::size_t family_max = 4096;

struct Family {
    std::array<pid_t, family_max> member;
    std::size_t size = 0;

    [[nodiscard]] bool has(pid_t pid) const {
        const auto end = member.begin() + static_cast<std::ptrdiff_t>(size);
        return std::find(member.begin(), end, pid) != end;
    }
    bool add(pid_t pid) {
        if (size == family_max) return false;
        member[size++] = pid;
        return true;
    }
};

/// Static, not on the stack and not allocated: the guard locks it into memory.
Family family;
alignas(8) std::array<char, 16 * 1024> directory_buffer;

template <typename Number>
Number number_in(std::string_view text) {
    Number value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// The kernel's record of one directory entry, as getdents64(2) lays it out.
struct DirectoryRecord {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1];
};

/// False if the list could not be read to its end.
template <typename Visit>
bool each_process(int proc, const Visit& visit) {
    if (::lseek(proc, 0, SEEK_SET) < 0) return false;
    for (;;) {
        const long got =
            ::syscall(SYS_getdents64, proc, directory_buffer.data(), directory_buffer.size());
        if (got <= 0) return got == 0;
        for (long at = 0; at < got;) {
            const auto* record =
                reinterpret_cast<const DirectoryRecord*>(directory_buffer.data() + at);
            at += record->length;
            const auto pid = number_in<pid_t>(&record->name[0]);
            if (pid > 0) visit(pid);
        }
    }
}

/// The number may have passed to a stranger since `seen` was read, so the
/// process is held by a pidfd and looked at once more.
void kill_if_still(int proc, pid_t pid, const ProcessStat& seen) {
    const int pidfd = open_pidfd(pid);
    if (pidfd < 0) return;
    ProcessStat now;
    if (read_stat(proc, pid, now) == Found::yes && now.started == seen.started)
        send_signal(pidfd, SIGKILL);
    ::close(pidfd);
}

}  // namespace

std::int64_t boot_nanoseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * second + now.tv_nsec;
}

bool parse_stat(std::string_view text, ProcessStat& stat) {
    const auto name_end = text.rfind(')');
    if (name_end == std::string_view::npos) return false;
    std::string_view rest = text.substr(name_end + 1);
    // Fields as proc(5) numbers them; the first after the name is 3.
    for (int field = 3; field <= 22; ++field) {
        const auto begin = rest.find_first_not_of(' ');
        if (begin == std::string_view::npos) return false;
        const auto word = rest.substr(begin, rest.find(' ', begin) - begin);
        rest = rest.substr(begin + word.size());
        if (field == 3) stat.state = word[0];
        if (field == 4) stat.parent = number_in<pid_t>(word);
        if (field == 14) stat.cpu_ticks = number_in<std::uint64_t>(word);
        if (field == 15) stat.cpu_ticks += number_in<std::uint64_t>(word);
        if (field == 22) stat.started = number_in<std::uint64_t>(word);
    }
    return true;
}

Found read_stat(int proc, pid_t pid, ProcessStat& stat) {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "%d/stat", pid);
    const int file = ::openat(proc, path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? Found::no : Found::unreadable;
    std::array<char, 1024> text;
    const auto got = ::read(file, text.data(), text.size());
    const int error = errno;
    ::close(file);
    if (got < 0 && error == ESRCH) return Found::no;
    if (got <= 0) return Found::unreadable;
    const std::string_view line{text.data(), static_cast<std::size_t>(got)};
    return parse_stat(line, stat) ? Found::yes : Found::unreadable;
}

int open_pidfd(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

void send_signal(int pidfd, int signal) {
    ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0);
}

Descendants kill_descendants(int proc, pid_t root, std::span<const pid_t> spared) {
    Descendants found;
    family.size = 0;
    family.add(root);
    // /proc lists by number and children usually have higher ones than their
    // parents, so the second pass finds news only after numbers wrapped.
    for (std::size_t before = 0; before != family.size;) {
        before = family.size;
        found.complete &= each_process(proc, [&](pid_t pid) {
            if (std::find(spared.begin(), spared.end(), pid) != spared.end()) return;
            ProcessStat stat;
            const Found there = read_stat(proc, pid, stat);
            if (there == Found::unreadable) found.complete = false;
            if (there != Found::yes || !family.has(stat.parent) || family.has(pid)) return;
            if (!family.add(pid)) return;
            const bool dead = stat.state == 'Z' || stat.state == 'X';
            if (!dead) kill_if_still(proc, pid, stat);
            ++(dead ? found.dead : found.alive);
        });
    }
    return found;
}

}  // namespace baton::guard
