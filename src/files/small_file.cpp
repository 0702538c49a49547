#include "files/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace baton::files {

namespace {

std::string size_text(std::size_t bytes) {
    constexpr std::size_t kibibyte = 1024;
    return std::to_string(bytes / kibibyte) + " KiB";
}

}  // namespace

OpenFile::OpenFile(const std::string& path, int flags, mode_t mode)
    : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}

OpenFile::~OpenFile() {
    if (is_open()) ::close(number_);
}

Error cannot(std::string_view verb, const std::string& path) {
    return unavailable("cannot " + std::string{verb} + " " + path + ": " + std::strerror(errno));
}

Result<std::string> read_whole(const OpenFile& file, const std::string& path,
                               std::size_t bytes_max) {
    std::string content;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot("read", path);
        if (count == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (content.size() > bytes_max) {
            return invalid(path + " is larger than " + size_text(bytes_max));
        }
    }
}

Result<std::string> read_whole(const std::string& path, std::size_t bytes_max) {
    const OpenFile file{path, O_RDONLY};
    if (!file.is_open()) return cannot("read", path);
    return read_whole(file, path, bytes_max);
}

Result<void> check_private(const OpenFile& file, const std::string& path) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return cannot("read", path);
    if (!S_ISREG(status.st_mode)) return invalid(path + " is not a regular file");
    if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return refused("every user of this machine can read or change " + path +
                       "; run: chmod o-rw " + path);
    }
    return success();
}

Result<std::string> read_private(const std::string& path, std::size_t bytes_max) {
    // A pipe in the file's place must not hold up whoever opens it.
    const OpenFile file{path, O_RDONLY | O_NONBLOCK};
    if (!file.is_open()) return cannot("read", path);
    BATON_TRY(check_private(file, path));
    return read_whole(file, path, bytes_max);
}

}  // namespace baton::files
