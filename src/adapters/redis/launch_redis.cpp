#include "adapters/factories.hpp"
#include "adapters/redis/redis_configuration.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace baton::adapters {

namespace {

namespace fs = std::filesystem;

/// CLIENT PAUSE WRITE and CLIENT UNPAUSE came with 6.2.
constexpr std::pair<int, int> version_min{6, 2};
/// A binary that does not print its version in this time is not asked further.
constexpr int version_wait_milliseconds = 2000;

Result<std::string> find_binary(const cluster::Group& group) {
    const std::string wanted = group.server_binary.empty() ? "redis-server" : group.server_binary;
    if (wanted.find('/') != std::string::npos) {
        if (::access(wanted.c_str(), X_OK) == 0) return fs::absolute(wanted).string();
        return invalid("group " + group.id.text + ": server_binary " + wanted + ": " +
                       std::strerror(errno) + "; correct the path in the cluster file");
    }
    const char* path = std::getenv("PATH");
    std::string places = (path != nullptr ? std::string(path) : "") + ":/usr/bin:/usr/local/bin";
    for (std::size_t at = 0; at <= places.size();) {
        const std::size_t end = std::min(places.find(':', at), places.size());
        const std::string candidate = places.substr(at, end - at) + "/" + wanted;
        if (end > at && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return invalid("group " + group.id.text + ": no " + wanted +
                   " found in PATH; install redis-server, or set server_binary to its path");
}

/// The first bytes a child prints, or nothing when it is too slow.
std::string read_some(int descriptor) {
    std::string text;
    std::array<char, 512> buffer{};
    pollfd waiting{descriptor, POLLIN, 0};
    while (text.size() < 4096 && ::poll(&waiting, 1, version_wait_milliseconds) > 0) {
        const auto count = ::read(descriptor, buffer.data(), buffer.size());
        if (count <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// What `binary --version` prints; empty when it cannot be run.
std::string version_text(const std::string& binary) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string name = binary;
    std::string option = "--version";
    std::array<char*, 3> arguments{name.data(), option.data(), nullptr};
    pid_t child = 0;
    const int failed =
        ::posix_spawn(&child, binary.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string text;
    if (failed == 0) {
        text = read_some(ends[0]);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    ::close(ends[0]);
    return text;
}

Result<void> check_version(const cluster::Group& group, const std::string& binary) {
    const std::string text = version_text(binary);
    const std::size_t at = text.find("v=");
    std::pair<int, int> found{0, 0};
    const bool read = at != std::string::npos &&
                      std::sscanf(text.c_str() + at, "v=%d.%d", &found.first, &found.second) == 2;
    const std::string wanted = std::to_string(version_min.first) + "." +
                               std::to_string(version_min.second) + " or newer is wanted";
    if (!read) {
        return invalid("group " + group.id.text + ": " + binary +
                       " does not tell a Redis version; " + wanted);
    }
    if (found >= version_min) return success();
    return invalid("group " + group.id.text + ": " + binary + " is Redis " +
                   text.substr(at + 2, text.find(' ', at) - at - 2) + "; " + wanted);
}

Error file_error(const std::string& path, const char* what) {
    const int code = errno;
    return unavailable(std::string("cannot ") + what + " " + path + ": " + std::strerror(code) +
                       (code == ENOSPC ? "; free some space" : "; check owner and mode"));
}

/// Gives `path` to the user the server runs as; only root can and needs to.
Result<void> give_to(const std::string& path, const std::string& user) {
    if (user.empty() || ::geteuid() != 0) return success();
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr) return invalid("run_as names the user " + user + ", who does not exist");
    if (::chown(path.c_str(), entry->pw_uid, entry->pw_gid) == 0) return success();
    return file_error(path, "change the owner of");
}

Result<void> prepare_directory(const cluster::Instance& instance) {
    std::error_code error;
    if (fs::is_directory(instance.data, error)) return success();
    fs::create_directories(instance.data, error);
    if (error) {
        return unavailable("cannot make " + instance.data + ": " + error.message());
    }
    fs::permissions(instance.data, fs::perms::owner_all, error);
    return give_to(instance.data, instance.run_as);
}

Result<void> write_all(int descriptor, const std::string& text, const std::string& path) {
    for (std::size_t at = 0; at < text.size();) {
        const auto count = ::write(descriptor, text.data() + at, text.size() - at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error(path, "write");
        at += static_cast<std::size_t>(count);
    }
    if (::fsync(descriptor) != 0) return file_error(path, "write");
    return success();
}

/// Never visible half written, never readable by others, not even for a moment.
Result<void> write_secret(const std::string& path, const std::string& text,
                          const std::string& user) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error(fresh, "make");
    const auto written = write_all(descriptor, text, fresh);
    ::close(descriptor);
    BATON_TRY(written);
    BATON_TRY(give_to(fresh, user));
    if (::rename(fresh.c_str(), path.c_str()) != 0) return file_error(path, "replace");
    return success();
}

}  // namespace

Result<Launch> launch_redis(const cluster::Group& group, const cluster::Instance& instance,
                            const std::string& password) {
    BATON_TRY(const std::string text, redis::server_configuration(group, instance, password));
    BATON_TRY(const std::string binary, find_binary(group));
    BATON_TRY(check_version(group, binary));
    BATON_TRY(prepare_directory(instance));
    const std::string path = instance.data + "/redis.conf";
    BATON_TRY(write_secret(path, text, instance.run_as));

    Launch launch;
    launch.name = instance.id.text;
    launch.arguments = {binary, path};
    launch.arguments.insert(launch.arguments.end(), group.server_arguments.begin(),
                            group.server_arguments.end());
    launch.directory = instance.data;
    launch.run_as = instance.run_as;
    launch.log_file = instance.data + "/redis.log";
    return launch;
}

}  // namespace baton::adapters
