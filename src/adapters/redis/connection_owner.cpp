#include "adapters/redis/connection_owner.hpp"

#include "adapters/redis/socket_table.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace baton::redis {

namespace {

namespace fs = std::filesystem;
using Endpoint = boost::asio::ip::tcp::endpoint;

Endpoint nowhere(const Endpoint& like) {
    using namespace boost::asio::ip;
    if (like.address().is_v4()) return {address_v4::any(), 0};
    return {address_v6::any(), 0};
}

/// Where the kernel hides another user's descriptors from us, that user is all
/// there is to see.
bool runs_as(const std::string& process, std::uint32_t user) {
    struct stat status{};
    return ::stat(process.c_str(), &status) == 0 && status.st_uid == user;
}

bool holds(std::int64_t pid, const SocketEntry& socket) {
    const std::string process = "/proc/" + std::to_string(pid);
    const std::string name = "socket:[" + std::to_string(socket.inode) + "]";
    std::error_code error;
    for (fs::directory_iterator each(process + "/fd", error), end; !error && each != end;
         each.increment(error)) {
        std::error_code gone;
        if (fs::read_symlink(each->path(), gone) == name) return true;
    }
    return error.value() == EACCES && runs_as(process, socket.owner);
}

}  // namespace

bool ends_in(std::int64_t pid, const Endpoint& server, const Endpoint& own) {
    if (pid <= 0) return false;
    auto socket = find_socket(server, own);
    const bool waits = socket && !socket->listening && socket->inode == 0;
    if (waits) socket = find_socket(server, nowhere(server));
    return socket && socket->inode != 0 && holds(pid, *socket);
}

}  // namespace baton::redis
