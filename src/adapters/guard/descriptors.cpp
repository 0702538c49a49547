#include "adapters/guard/descriptors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace baton::adapters {

namespace {

/// -1 if the variable is absent or no number.
int descriptor_in(const char* variable) {
    const char* text = std::getenv(variable);
    if (text == nullptr) return -1;
    const std::string_view digits{text};
    int descriptor = -1;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), descriptor);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole ? descriptor : -1;
}

bool is_guard_socket(int descriptor) {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_SEQPACKET;
}

std::shared_ptr<guard::Memory> map(int descriptor) {
    struct stat kind{};
    if (::fstat(descriptor, &kind) != 0) return nullptr;
    if (kind.st_size < static_cast<off_t>(sizeof(std::int64_t))) return nullptr;
    const auto size = static_cast<std::size_t>(kind.st_size);
    void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (place == MAP_FAILED) return nullptr;
    std::shared_ptr<guard::Memory> memory{
        static_cast<guard::Memory*>(place),
        [size](guard::Memory* mapped) { ::munmap(mapped, size); }};
    const bool too_small = size < sizeof(guard::Memory);
    return too_small && memory->version == guard::format_version ? nullptr : memory;
}

Error no_guard(const std::string& why) {
    return refused("The agent has no guard: " + why +
                   ". A server could then outlive its lease when the agent freezes, so the agent "
                   "does not start. Start it with: baton guard -- baton agent ...");
}

}  // namespace

Result<Inherited> inherited_from_guard() {
    const int socket = descriptor_in(guard::socket_variable);
    const int file = descriptor_in(guard::memory_variable);
    if (socket < 0 || file < 0) {
        return no_guard(std::string{guard::socket_variable} + " or " + guard::memory_variable +
                        " is not set in its environment");
    }
    if (!is_guard_socket(socket)) {
        return no_guard("descriptor " + std::to_string(socket) + " is not a guard's socket");
    }
    auto memory = map(file);
    if (!memory) {
        return no_guard("descriptor " + std::to_string(file) + " is not a guard's memory");
    }
    if (memory->version != guard::format_version) {
        return refused("The guard that runs speaks version " + std::to_string(memory->version) +
                       " and this agent version " + std::to_string(guard::format_version) +
                       ". Restart the guard of this node; its servers restart with it.");
    }
    ::close(file);
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    ::unsetenv(guard::socket_variable);
    ::unsetenv(guard::memory_variable);
    return Inherited{socket, std::move(memory)};
}

}  // namespace baton::adapters
