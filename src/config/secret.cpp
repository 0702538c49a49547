#include "config/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace baton::config {
namespace {

constexpr std::size_t secret_bytes_max = 4096;

/// A file descriptor that is closed with its scope.
struct OpenFile {
    explicit OpenFile(const std::string& path) : number(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~OpenFile() {
        if (number >= 0) close(number);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int number;
};

bool control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
}

Error unreadable(const std::string& path) {
    return unavailable("cannot read the secret in " + path + ": " + std::strerror(errno));
}

}  // namespace

Result<std::string> read_secret(const std::string& path) {
    const OpenFile file{path};
    if (file.number < 0) return unreadable(path);
    struct stat status{};
    if (fstat(file.number, &status) != 0) return unreadable(path);
    if (!S_ISREG(status.st_mode)) return invalid(path + " is not a regular file");
    if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return invalid("every user of this machine can read or change " + path +
                       "; run: chmod 640 " + path);
    }
    std::array<char, secret_bytes_max + 2> buffer{};
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t got = read(file.number, buffer.data() + size, buffer.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(path);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    std::string secret{buffer.data(), size};
    if (!secret.empty() && secret.back() == '\n') secret.pop_back();
    if (secret.empty()) return invalid(path + " is empty");
    if (secret.size() > secret_bytes_max) return invalid(path + " holds more than 4 KiB");
    if (std::ranges::any_of(secret, control)) {
        return invalid(path + " holds more than one line or a control character");
    }
    return secret;
}

}  // namespace baton::config
