#include "guard/say.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace baton::guard {

namespace {
const char* speaker = "";
}

void say_for(const char* node) {
    speaker = node;
}

void say(const char* format, ...) {
    std::array<char, 512> line{};
    const int prefix = std::snprintf(line.data(), 128, "baton guard %s: ", speaker);
    const auto used = static_cast<std::size_t>(std::clamp(prefix, 0, 127));
    va_list values;
    va_start(values, format);
    const int body = std::vsnprintf(line.data() + used, line.size() - used - 1, format, values);
    va_end(values);
    const auto end = std::min(used + static_cast<std::size_t>(std::max(body, 0)), line.size() - 2);
    line[end] = '\n';
    // Writable means room for PIPE_BUF bytes, which is more than a line.
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
    if (::write(STDERR_FILENO, line.data(), end + 1) < 0) return;
}

}  // namespace baton::guard
