#include "adapters/redis/connection_owner.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace baton::redis {

namespace {

namespace fs = std::filesystem;
using Endpoint = boost::asio::ip::tcp::endpoint;

/// One line of /proc/net/tcp: addresses as the kernel prints them.
struct Row {
    std::string local;
    std::string remote;
    std::string state;
    unsigned long owner = 0;
    std::uint64_t inode = 0;  ///< 0: not accepted yet.
};

constexpr const char* listening = "0A";

std::vector<Row> rows_of(const char* file) {
    std::vector<Row> rows;
    std::ifstream table(file);
    std::string line;
    std::getline(table, line);  // The heading.
    while (std::getline(table, line)) {
        std::istringstream words(line);
        std::string skipped;
        Row row;
        words >> skipped >> row.local >> row.remote >> row.state;
        words >> skipped >> skipped >> skipped >> row.owner >> skipped >> row.inode;
        if (words) rows.push_back(std::move(row));
    }
    return rows;
}

/// Each word of the address in the machine's byte order, then the port.
template <typename Bytes>
std::string printed(const Bytes& bytes, std::uint16_t port) {
    std::string text;
    char part[16];
    for (std::size_t at = 0; at < bytes.size(); at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        std::snprintf(part, sizeof part, "%08X", word);
        text += part;
    }
    std::snprintf(part, sizeof part, ":%04X", port);
    return text + part;
}

std::string printed(const Endpoint& endpoint) {
    const auto address = endpoint.address();
    return address.is_v4() ? printed(address.to_v4().to_bytes(), endpoint.port())
                           : printed(address.to_v6().to_bytes(), endpoint.port());
}

Endpoint unspecified(const Endpoint& endpoint) {
    using namespace boost::asio::ip;
    if (endpoint.address().is_v4()) return {address_v4::any(), endpoint.port()};
    return {address_v6::any(), endpoint.port()};
}

/// The sockets of one process; nothing when they may not be seen.
class Sockets {
public:
    explicit Sockets(std::int64_t pid) {
        const std::string process = "/proc/" + std::to_string(pid);
        std::error_code error;
        for (fs::directory_iterator each(process + "/fd", error), end; !error && each != end;
             each.increment(error)) {
            std::error_code gone;
            const std::string target = fs::read_symlink(each->path(), gone).string();
            if (target.starts_with("socket:[")) names_.insert(target);
        }
        struct stat status {};
        hidden_ = error.value() == EACCES && ::stat(process.c_str(), &status) == 0;
        if (hidden_) user_ = status.st_uid;
    }
    /// Where the kernel hides another user's descriptors from us, that user is
    /// all there is to see.
    [[nodiscard]] bool hold(const Row& row) const {
        if (hidden_) return row.owner == user_;
        return names_.contains("socket:[" + std::to_string(row.inode) + "]");
    }

private:
    std::set<std::string> names_;
    bool hidden_ = false;
    unsigned long user_ = 0;
};

}  // namespace

bool ends_in(std::int64_t pid, const Endpoint& server, const Endpoint& own) {
    if (pid <= 0) return false;
    const auto rows = rows_of(server.address().is_v4() ? "/proc/net/tcp" : "/proc/net/tcp6");
    const Sockets sockets(pid);
    const std::string here = printed(server);
    const std::string anywhere = printed(unspecified(server));
    bool listens = false;
    for (const Row& row : rows) {
        const bool is_this = row.local == here && row.remote == printed(own);
        if (is_this && row.inode != 0) return sockets.hold(row);
        if (row.state != listening || (row.local != here && row.local != anywhere)) continue;
        if (!sockets.hold(row)) return false;
        listens = true;
    }
    return listens;
}

}  // namespace baton::redis
