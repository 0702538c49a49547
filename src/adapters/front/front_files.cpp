#include "adapters/front/front_files.hpp"

#include "adapters/front/render_haproxy.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace baton::front {

namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& path, const char* what) {
    return unavailable(std::string("cannot ") + what + " " + path + ": " + std::strerror(errno) +
                       "; check owner, mode and free space");
}

Result<const passwd*> find_user(const std::string& name) {
    const passwd* entry = ::getpwnam(name.c_str());
    if (entry != nullptr) return entry;
    return invalid("front_run_as names the user " + name +
                   ", who does not exist on this machine; make that user, or correct the name");
}

/// Only root can let another user in, and only then HAProxy runs as one.
bool shared_with(const std::string& user) {
    return !user.empty() && ::geteuid() == 0;
}

Result<void> share(int descriptor, const std::string& path, const std::string& reader) {
    if (!shared_with(reader)) return success();
    BATON_TRY(const passwd* const user, find_user(reader));
    if (::fchown(descriptor, 0, user->pw_gid) != 0 || ::fchmod(descriptor, 0640) != 0) {
        return file_error(path, "share");
    }
    return success();
}

Result<void> write_all(int descriptor, const std::string& text, const std::string& path) {
    for (std::size_t at = 0; at < text.size();) {
        const auto count = ::write(descriptor, text.data() + at, text.size() - at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error(path, "write");
        at += static_cast<std::size_t>(count);
    }
    return success();
}

/// The lines HAProxy marks as fatal, without its own decoration.
std::string alerts_in(const std::string& output) {
    std::string result;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("[ALERT]")) continue;
        const std::size_t at = line.find(") : ");
        result += (result.empty() ? "" : "; ") + line.substr(at == std::string::npos ? 0 : at + 4);
    }
    return result;
}

}  // namespace

Result<void> replace_file(const std::string& path, const std::string& text,
                          const std::string& reader) {
    const std::string fresh = path + ".writing";
    const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error(fresh, "make");
    auto written = share(descriptor, fresh, reader);
    if (written) written = write_all(descriptor, text, fresh);
    ::close(descriptor);
    if (!written) return written;
    if (::rename(fresh.c_str(), path.c_str()) != 0) return file_error(path, "replace");
    return success();
}

Result<void> make_directories(const std::string& path, const std::string& user) {
    const std::string place = socket_directory(path, user);
    std::error_code error;
    fs::create_directories(place, error);
    if (error) return unavailable("cannot make " + place + ": " + error.message());
    if (place == path) return success();
    BATON_TRY(const passwd* const owner, find_user(user));
    if (::chmod(path.c_str(), 0755) != 0) return file_error(path, "open");
    if (::lchown(place.c_str(), owner->pw_uid, owner->pw_gid) == 0) return success();
    return file_error(place, "change the owner of");
}

std::string socket_directory(const std::string& path, const std::string& user) {
    return shared_with(user) ? path + "/" + std::string(own_directory) : path;
}

bool forget_other_socket(const std::string& path, const std::string& user) {
    const std::string own = socket_directory(path, user);
    const std::string other = own == path ? path + "/" + std::string(own_directory) : path;
    std::error_code error;
    return fs::remove(other + "/" + std::string(socket_name), error);
}

Result<std::string> find_haproxy(const std::string& configured) {
    if (configured.find('/') != std::string::npos) {
        if (::access(configured.c_str(), X_OK) == 0) return fs::absolute(configured).string();
        return invalid("the front needs HAProxy, and " + configured +
                       " cannot be run: " + std::strerror(errno) + "; correct its path");
    }
    const std::string name = configured.empty() ? "haproxy" : configured;
    const char* path = std::getenv("PATH");
    const std::string places = (path != nullptr ? std::string(path) : "") + ":/usr/sbin";
    for (std::size_t at = 0; at <= places.size();) {
        const std::size_t end = std::min(places.find(':', at), places.size());
        const std::string candidate = places.substr(at, end - at) + "/" + name;
        if (end > at && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return invalid("the front needs " + name +
                   ", which is neither in PATH nor in /usr/sbin: apt-get install haproxy");
}

std::size_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : static_cast<std::size_t>(size);
}

std::string read_from(const std::string& path, std::size_t from) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(from));
    std::string text(16 * 1024, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return text;
}

Error explain_failure(const std::string& output) {
    const std::size_t busy = output.find("Address already in use");
    if (busy != std::string::npos) {
        const std::size_t open = output.find('[', busy);
        const std::size_t close = output.find(']', open);
        const std::string where = open == std::string::npos || close == std::string::npos
                                      ? "one of its ports"
                                      : output.substr(open + 1, close - open - 1);
        return refused("the front cannot listen on " + where +
                       ": another program has this port; find it with ss -ltnp, or change the "
                       "group's write_port or read_port");
    }
    const std::string alerts = alerts_in(output);
    return refused("HAProxy does not start: " +
                   (alerts.empty() ? "it said nothing; see front.log" : alerts));
}

}  // namespace baton::front
