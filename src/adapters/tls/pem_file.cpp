#include "adapters/tls/pem_file.hpp"

#include "files/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace baton::adapters::tls {

namespace {

Result<void> write_all(const files::OpenFile& file, const std::string& path,
                       std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(file.number(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return files::cannot("write", path);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number()) != 0) return files::cannot("write", path);
    return success();
}

}  // namespace

Result<std::string> read_pem(const std::string& path) {
    return files::read_whole(path, pem_bytes_max);
}

Result<std::string> read_key_file(const std::string& path) {
    return files::read_private(path, pem_bytes_max);
}

Result<void> create_file(const std::string& path, std::string_view content, FileMode mode) {
    const mode_t bits = mode == FileMode::secret ? 0600 : 0644;
    const files::OpenFile file{path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, bits};
    if (!file.is_open() && errno == EEXIST) {
        return refused(path + " exists already and is not overwritten; move it away first");
    }
    if (!file.is_open()) return files::cannot("make", path);
    // The umask must not keep a front that runs as another user from reading.
    if (::fchmod(file.number(), bits) != 0) return files::cannot("make", path);
    return write_all(file, path, content);
}

Result<void> replace_file(const std::string& path, std::string_view content) {
    const std::string fresh = path + ".new";
    remove_file(fresh);
    BATON_TRY(create_file(fresh, content, FileMode::open));
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return files::cannot("replace", path);
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
