#include "playground/account.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>

namespace baton::playground {

namespace {

constexpr const char* unprivileged = "nobody";

const passwd* owner_of(const std::string& directory) {
    struct stat status {};
    const bool known = ::stat(directory.c_str(), &status) == 0 && status.st_uid != 0;
    const passwd* owner = known ? ::getpwuid(status.st_uid) : nullptr;
    return owner != nullptr ? owner : ::getpwnam(unprivileged);
}

/// Tried rather than computed: modes, groups and access lists all have a say.
/// The child ends with the place of the first path it cannot use.
[[noreturn]] void try_as(const passwd& user, const std::vector<std::string>& needed) {
    constexpr int nowhere = 255;
    if (::initgroups(user.pw_name, user.pw_gid) != 0 || ::setgid(user.pw_gid) != 0 ||
        ::setuid(user.pw_uid) != 0) {
        ::_exit(nowhere);
    }
    int place = 1;
    for (const std::string& path : needed) {
        if (::access(path.c_str(), X_OK) != 0) ::_exit(place);
        ++place;
    }
    ::_exit(0);
}

/// Empty if the user can use all of `needed`, else what it cannot.
std::string obstacle(const passwd& user, const std::vector<std::string>& needed) {
    const pid_t child = ::fork();
    if (child == 0) try_as(user, needed);
    int ended = 0;
    if (child < 0 || ::waitpid(child, &ended, 0) != child || !WIFEXITED(ended)) return "run at all";
    const auto place = static_cast<std::size_t>(WEXITSTATUS(ended));
    if (place == 0) return "";
    return place <= needed.size() ? "use " + needed[place - 1] : "be taken on";
}

}  // namespace

Account server_account(const std::string& directory, const std::vector<std::string>& needed) {
    if (::geteuid() != 0) return {};
    const passwd* const user = owner_of(directory);
    if (user == nullptr) return {{}, "servers run as root: there is no user 'nobody'"};
    const std::string name = user->pw_name;
    const std::string why = obstacle(*user, needed);
    if (why.empty()) return {name, {}};
    return {{},
            "servers run as root, because user '" + name + "' cannot " + why +
                "; give --dir a directory that this user can enter, or start it as another user"};
}

}  // namespace baton::playground
