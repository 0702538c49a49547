#include "adapters/tls/pem_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace baton::adapters::tls {

namespace {

/// A file descriptor that is closed with its scope.
struct OpenFile {
    OpenFile(const std::string& path, int flags, mode_t mode = 0)
        : number(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~OpenFile() {
        if (number >= 0) ::close(number);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int number;
};

Error cannot(const char* verb, const std::string& path) {
    return unavailable(std::string{"cannot "} + verb + " " + path + ": " + std::strerror(errno));
}

Result<std::string> read_open(const OpenFile& file, const std::string& path) {
    std::string content;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(file.number, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot("read", path);
        if (count == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (content.size() > pem_bytes_max) return invalid(path + " is larger than 64 KiB");
    }
}

Result<void> write_all(const OpenFile& file, const std::string& path, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(file.number, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot("write", path);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number) != 0) return cannot("write", path);
    return success();
}

}  // namespace

Result<std::string> read_pem(const std::string& path) {
    const OpenFile file{path, O_RDONLY};
    if (file.number < 0) return cannot("read", path);
    return read_open(file, path);
}

Result<std::string> read_key_file(const std::string& path) {
    const OpenFile file{path, O_RDONLY};
    if (file.number < 0) return cannot("read", path);
    struct stat status {};
    if (::fstat(file.number, &status) != 0) return cannot("read", path);
    if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return refused("every user of this machine can read or change the key in " + path +
                       "; run: chmod 600 " + path);
    }
    return read_open(file, path);
}

Result<void> create_file(const std::string& path, std::string_view content, FileMode mode) {
    const mode_t bits = mode == FileMode::secret ? 0600 : 0644;
    const OpenFile file{path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, bits};
    if (file.number < 0 && errno == EEXIST) {
        return refused(path + " exists already and is not overwritten; move it away first");
    }
    if (file.number < 0) return cannot("make", path);
    // The umask must not keep a front that runs as another user from reading.
    if (::fchmod(file.number, bits) != 0) return cannot("make", path);
    return write_all(file, path, content);
}

Result<void> replace_file(const std::string& path, std::string_view content) {
    const std::string fresh = path + ".new";
    remove_file(fresh);
    BATON_TRY(create_file(fresh, content, FileMode::open));
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return cannot("replace", path);
    return success();
}

void remove_file(const std::string& path) {
    (void)::unlink(path.c_str());
}

Result<void> make_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return unavailable("cannot make " + path + ": " + error.message());
    return success();
}

}  // namespace baton::adapters::tls
