#include "adapters/disk/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

namespace baton::adapters::disk {
namespace {

constexpr mode_t owner_only_file = 0600;
constexpr mode_t owner_only_directory = 0700;

Result<Descriptor> open_path(const std::string& path, int flags) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, owner_only_file);
    if (number < 0) {
        return system_error("open", path);
    }
    return Descriptor{number};
}

/// EINTR is no failure: the call did nothing.
template <typename Call>
auto repeat(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

Result<std::string> read_open(const Descriptor& file, const std::string& path,
                              std::size_t bytes_max) {
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) {
        return system_error("examine", path);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > bytes_max) {
        return corrupt(path + " holds " + std::to_string(size) + " bytes, more than the " +
                       std::to_string(bytes_max) + " it can ever hold");
    }
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto got = repeat([&] {
            return ::pread(file.number(), bytes.data() + filled, size - filled,
                           static_cast<off_t>(filled));
        });
        if (got < 0) {
            return system_error("read", path);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

std::string holder_of(const Descriptor& lock) {
    std::array<char, 24> text{};
    const auto got = ::pread(lock.number(), text.data(), text.size(), 0);
    std::string pid(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    const auto digits =
        std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; });
    pid.erase(digits, pid.end());
    return pid.empty() ? "unknown" : pid;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Descriptor::close() {
    if (number_ >= 0) {
        ::close(number_);
    }
    number_ = -1;
}

Error system_error(const char* verb, const std::string& path) {
    const std::error_code code{errno, std::system_category()};
    return unavailable(std::string{"cannot "} + verb + " " + path + ": " + code.message());
}

Result<void> make_directory(const std::string& path) {
    std::error_code failure;
    const bool made = std::filesystem::create_directories(path, failure);
    if (failure) {
        return unavailable("cannot make the directory " + path + ": " + failure.message());
    }
    if (made && ::chmod(path.c_str(), owner_only_directory) != 0) {
        return system_error("protect", path);
    }
    return success();
}

Result<std::vector<std::string>> list_files(const std::string& directory) {
    struct Close {
        void operator()(DIR* open) const { ::closedir(open); }
    };
    const std::unique_ptr<DIR, Close> open{::opendir(directory.c_str())};
    if (!open) {
        return system_error("list", directory);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(open.get())) {
        if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN) {
            names.emplace_back(entry->d_name);
        }
        errno = 0;
    }
    if (errno != 0) {
        return system_error("list", directory);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::optional<std::string>> read_file(const std::string& path, std::size_t bytes_max) {
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) {
        if (errno == ENOENT) {
            return std::optional<std::string>{};
        }
        return system_error("open", path);
    }
    BATON_TRY(auto bytes, read_open(Descriptor{number}, path, bytes_max));
    return std::optional{std::move(bytes)};
}

Result<void> sync_directory(const std::string& directory) {
    BATON_TRY(auto open, open_path(directory, O_RDONLY | O_DIRECTORY));
    if (repeat([&] { return ::fsync(open.number()); }) != 0) {
        return system_error("sync the directory", directory);
    }
    return success();
}

Result<void> write_at(const Descriptor& file, const std::string& path, std::uint64_t offset,
                      std::string_view bytes) {
    while (!bytes.empty()) {
        const auto wrote = repeat([&] {
            return ::pwrite(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        });
        if (wrote < 0) {
            return system_error("write", path);
        }
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
        offset += static_cast<std::uint64_t>(wrote);
    }
    return success();
}

Result<void> sync_content(const Descriptor& file, const std::string& path) {
    if (repeat([&] { return ::fdatasync(file.number()); }) != 0) {
        return system_error("sync", path);
    }
    return success();
}

Result<Descriptor> open_existing(const std::string& path) {
    return open_path(path, O_RDWR);
}

Result<void> cut_file(const Descriptor& file, const std::string& path, std::uint64_t size) {
    if (repeat([&] { return ::ftruncate(file.number(), static_cast<off_t>(size)); }) != 0) {
        return system_error("cut", path);
    }
    return sync_content(file, path);
}

Result<Descriptor> replace_file(const std::string& directory, const std::string& name,
                                std::string_view bytes) {
    const std::string path = directory + "/" + name;
    const std::string temporary = path + std::string{temporary_suffix};
    BATON_TRY(auto file, open_path(temporary, O_RDWR | O_CREAT | O_TRUNC));
    BATON_TRY(write_at(file, temporary, 0, bytes));
    if (repeat([&] { return ::fsync(file.number()); }) != 0) {
        return system_error("sync", temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return system_error("rename to", path);
    }
    BATON_TRY(sync_directory(directory));
    return file;
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return system_error("remove", path);
    }
    return success();
}

Result<Descriptor> lock_directory(const std::string& directory) {
    const std::string path = directory + "/lock";
    BATON_TRY(auto lock, open_path(path, O_RDWR | O_CREAT));
    if (repeat([&] { return ::flock(lock.number(), LOCK_EX | LOCK_NB); }) != 0) {
        if (errno != EWOULDBLOCK) {
            return system_error("lock", path);
        }
        return refused("another agent (pid " + holder_of(lock) + ") uses the directory " +
                       directory + "; stop it, or give this agent a directory of its own");
    }
    // The number only serves the message above: a full disk must not keep an
    // agent from starting.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.number(), 0) == 0) {
        static_cast<void>(write_at(lock, path, 0, pid));
    }
    return lock;
}

}  // namespace baton::adapters::disk
