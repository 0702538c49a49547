#include "adapters/redis/quarantine_room.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace baton::redis {

namespace {

namespace fs = std::filesystem;

constexpr const char* stream_name = "tail.resp";
constexpr const char* manifest_name = "manifest.json";
constexpr const char* hidden_name = ".unfinished";
/// What a server holds besides; a disk without it serves nobody.
constexpr std::uint64_t room_left_min = std::uint64_t{64} << 20U;

Error disk_error(const std::string& path, const char* what) {
    const int code = errno;
    return unavailable(std::string("cannot ") + what + " " + path + ": " + std::strerror(code) +
                       (code == ENOSPC ? "; free some space" : "; check owner and mode"));
}

/// UTC, in an order that is the order of time.
std::string stamp_of(std::int64_t wall_milliseconds) {
    const auto seconds = static_cast<std::time_t>(wall_milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return text.data();
}

/// The stamp in GROUP-EPOCH-STAMP; nothing for another group's, or no such name.
std::optional<std::string> stamp_in(const std::string& name, const GroupId& group) {
    const std::size_t last = name.rfind('-');
    if (last == std::string::npos || last == 0) return std::nullopt;
    const std::size_t before = name.rfind('-', last - 1);
    if (before == std::string::npos || name.substr(0, before) != group.text) return std::nullopt;
    const std::string epoch = name.substr(before + 1, last - before - 1);
    if (epoch.empty() || epoch.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return name.substr(last + 1);
}

std::uint64_t bytes_in(const std::string& directory) {
    std::uint64_t sum = 0;
    std::error_code error;
    for (fs::directory_iterator each(directory, error), end; !error && each != end;
         each.increment(error)) {
        std::error_code unread;
        const std::uintmax_t size = each->file_size(unread);
        if (!unread) sum += size;
    }
    return sum;
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return disk_error(path, "write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return success();
}

Result<int> make_file(const std::string& path) {
    const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) return disk_error(path, "make");
    return made;
}

Result<void> make_durable(const std::string& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0) return disk_error(path, "open");
    const bool synced = ::fsync(opened) == 0;
    const Result<void> result = synced ? success() : Result<void>(disk_error(path, "write"));
    ::close(opened);
    return result;
}

/// Where a link is impossible, over another file system, the bytes are copied.
/// What is no plain file, or became a link meanwhile, is left alone.
Result<std::uint64_t> take_file(const std::string& from, const std::string& to) {
    const int source = ::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0) return disk_error(from, "read");
    struct stat status {};
    const bool plain = ::fstat(source, &status) == 0 && S_ISREG(status.st_mode);
    Result<std::uint64_t> result = static_cast<std::uint64_t>(status.st_size);
    struct stat linked {};
    const bool same = plain && ::link(from.c_str(), to.c_str()) == 0 &&
                      ::lstat(to.c_str(), &linked) == 0 && linked.st_ino == status.st_ino;
    if (!plain) {
        result = refused(from + " is no plain file");
    } else if (!same) {
        ::unlink(to.c_str());
        auto target = make_file(to);
        if (!target) {
            result = target.error();
        } else {
            std::array<char, 64 * 1024> buffer{};
            for (;;) {
                const auto count = ::read(source, buffer.data(), buffer.size());
                if (count <= 0) break;
                const auto written =
                    write_all(target.value(), {buffer.data(), static_cast<std::size_t>(count)}, to);
                if (!written) {
                    result = written.error();
                    break;
                }
            }
            ::close(target.value());
        }
    }
    ::close(source);
    return result;
}

/// What Redis is still writing has the name of a temporary file: it is no data yet,
/// and may be gone at the next look.
bool is_data(const fs::path& path) {
    if (path.filename().string().starts_with("temp-")) return false;
    const std::string extension = path.extension().string();
    return extension == ".rdb" || extension == ".aof" || extension == ".manifest";
}

/// Data files of a server: dump.rdb, and the append-only file with its parts,
/// which lie in a folder of their own since 7.0.
std::vector<std::string> data_files(const std::string& directory) {
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator each(directory, error), end; !error && each != end;
         each.increment(error)) {
        std::error_code unread;
        const bool folder = each->is_directory(unread) && !each->is_symlink(unread);
        if (is_data(each->path())) found.push_back(each->path().string());
        if (!folder || each->path().filename().string().starts_with('.')) continue;
        for (fs::directory_iterator inner(each->path(), unread), none; !unread && inner != none;
             inner.increment(unread)) {
            if (is_data(inner->path())) found.push_back(inner->path().string());
        }
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

Draft::Draft(std::string hidden, std::string place)
    : hidden_(std::move(hidden)), place_(std::move(place)) {}

Draft::Draft(Draft&& other) noexcept
    : hidden_(std::exchange(other.hidden_, {})),
      place_(std::move(other.place_)),
      stream_(std::exchange(other.stream_, -1)),
      bytes_(other.bytes_) {}

Draft& Draft::operator=(Draft&& other) noexcept {
    release();
    hidden_ = std::exchange(other.hidden_, {});
    place_ = std::move(other.place_);
    stream_ = std::exchange(other.stream_, -1);
    bytes_ = other.bytes_;
    return *this;
}

Draft::~Draft() {
    release();
}

void Draft::release() {
    if (stream_ >= 0) ::close(std::exchange(stream_, -1));
    std::error_code ignored;
    if (!hidden_.empty()) fs::remove_all(std::exchange(hidden_, {}), ignored);
}

Result<void> Draft::append(std::string_view bytes) {
    const std::string path = hidden_ + "/" + stream_name;
    if (stream_ < 0) {
        BATON_TRY(stream_, make_file(path));
    }
    bytes_ += bytes.size();
    return write_all(stream_, bytes, path);
}

Result<std::vector<std::string>> Draft::take_files(const std::string& directory,
                                                   std::uint64_t bytes_max) {
    std::vector<std::string> names;
    for (const std::string& from : data_files(directory)) {
        const std::string name = fs::path(from).filename().string();
        BATON_TRY(const std::uint64_t size, take_file(from, hidden_ + "/" + name));
        bytes_ += size;
        names.push_back(name);
        if (bytes_ > bytes_max) {
            return refused("the files of the server exceed the " + std::to_string(bytes_max) +
                           " bytes of the group's quarantine.bytes; raise it");
        }
    }
    return names;
}

Result<std::string> Draft::finish(const std::string& manifest) {
    const std::string path = hidden_ + "/" + manifest_name;
    BATON_TRY(const int file, make_file(path));
    const auto written = write_all(file, manifest, path);
    const bool synced = ::fsync(file) == 0 && (stream_ < 0 || ::fsync(stream_) == 0);
    ::close(file);
    BATON_TRY(written);
    if (!synced) return disk_error(path, "write");
    if (::rename(hidden_.c_str(), place_.c_str()) != 0) return disk_error(place_, "make");
    hidden_.clear();
    BATON_TRY(make_durable(fs::path(place_).parent_path().string()));
    return place_;
}

QuarantineRoom::QuarantineRoom(std::string directory, GroupId group)
    : directory_(std::move(directory)), group_(std::move(group)) {}

std::vector<std::string> QuarantineRoom::kept() const {
    std::vector<std::pair<std::string, std::string>> found;
    std::error_code error;
    for (fs::directory_iterator each(directory_, error), end; !error && each != end;
         each.increment(error)) {
        const auto stamp = stamp_in(each->path().filename().string(), group_);
        if (stamp) found.emplace_back(*stamp, each->path().string());
    }
    std::ranges::sort(found);
    std::vector<std::string> places;
    for (auto& [stamp, place] : found) places.push_back(std::move(place));
    return places;
}

Result<std::vector<std::string>> QuarantineRoom::make_room(const cluster::QuarantineBounds& bounds,
                                                           std::uint64_t bytes) {
    if (bytes > bounds.bytes) {
        return refused(std::to_string(bytes) +
                       " bytes are more than the group's quarantine.bytes, " +
                       std::to_string(bounds.bytes) + ", permits; raise it");
    }
    std::vector<std::string> places = kept();
    std::uint64_t sum = 0;
    for (const std::string& each : places) sum += bytes_in(each);
    std::vector<std::string> removed;
    for (std::size_t at = 0; at < places.size(); ++at) {
        if (places.size() - at < bounds.keep && sum + bytes <= bounds.bytes) break;
        sum -= std::min(sum, bytes_in(places[at]));
        std::error_code error;
        fs::remove_all(places[at], error);
        if (error) return unavailable("cannot remove " + places[at] + ": " + error.message());
        removed.push_back(places[at]);
    }
    std::error_code unknown;
    const fs::space_info space = fs::space(directory_, unknown);
    if (!unknown && space.available < bytes + room_left_min) {
        return unavailable("the file system of " + directory_ + " has only " +
                           std::to_string(space.available) + " bytes left; free some space");
    }
    return removed;
}

Result<Draft> QuarantineRoom::begin(const KeepOrder& order) {
    std::error_code error;
    fs::create_directories(directory_, error);
    if (error) return unavailable("cannot make " + directory_ + ": " + error.message());
    fs::permissions(directory_, fs::perms::owner_all, error);
    const std::string hidden = directory_ + "/" + hidden_name + "-" + order.instance.text;
    fs::remove_all(hidden, error);
    if (::mkdir(hidden.c_str(), 0700) != 0) return disk_error(hidden, "make");
    return Draft(hidden, directory_ + "/" + group_.text + "-" +
                             std::to_string(order.tail.epoch.value) + "-" +
                             stamp_of(order.wall_milliseconds));
}

std::string manifest_of(const KeepOrder& order, const Kept& kept,
                        const std::vector<std::string>& files) {
    const bool stream = order.tail.remains == cluster::Remains::in_memory && kept.complete;
    const std::string look =
        stream ? "tail.resp holds the commands after offset " + std::to_string(order.tail.from) +
                     " in the order of their execution, in the Redis protocol (less tail.resp). "
                     "They may begin in any database. To try them out: start a spare redis-server "
                     "and run redis-cli -p PORT --pipe < tail.resp"
               : "the files are those the server had before it was given a copy of the new "
                 "primary's data. To look at them: copy them into the directory of a spare "
                 "redis-server (append-only parts into appendonlydir) and start it";
    const nlohmann::json manifest{{"what", stream ? "replication stream" : "data files"},
                                  {"group", order.group.text},
                                  {"instance", order.instance.text},
                                  {"epoch", order.tail.epoch.value},
                                  {"replication_id", order.tail.replication_id},
                                  {"from_offset", order.tail.from},
                                  {"until_offset", order.tail.until},
                                  {"bytes_known", order.tail.bytes_known},
                                  {"bytes_likely", order.tail.bytes_likely},
                                  {"bytes", kept.bytes},
                                  {"complete", kept.complete},
                                  {"why", kept.why},
                                  {"wall_ms", order.wall_milliseconds},
                                  {"files", files},
                                  {"how_to_look", look}};
    return manifest.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace baton::redis
