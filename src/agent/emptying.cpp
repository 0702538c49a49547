#include "agent/emptying.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace baton::agent {

namespace {

namespace fs = std::filesystem;

constexpr const char* aside = ".discarded-";

bool is_aside(const fs::path& path) {
    return path.filename().string().starts_with(aside);
}

std::vector<fs::path> entries_of(const fs::path& directory, std::error_code& error) {
    std::vector<fs::path> found;
    for (auto entry = fs::directory_iterator(directory, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        found.push_back(entry->path());
    }
    return found;
}

fs::path fresh_place(const fs::path& directory) {
    std::error_code ignored;
    for (unsigned number = 0;; ++number) {
        fs::path place = directory / (aside + std::to_string(number));
        if (!fs::exists(place, ignored)) return place;
    }
}

void remove_what_lies_aside(const fs::path& directory) {
    std::error_code ignored;
    for (const fs::path& path : entries_of(directory, ignored)) {
        if (is_aside(path)) fs::remove_all(path, ignored);
    }
}

Error cannot(const std::string& verb, const fs::path& path, const std::error_code& error) {
    return unavailable("cannot " + verb + " " + path.string() + ": " + error.message());
}

}  // namespace

Result<void> empty_directory(const Launch& launch) {
    const fs::path directory = launch.directory;
    std::error_code error;
    const auto entries = entries_of(directory, error);
    if (error) return cannot("read", directory, error);
    const fs::path place = fresh_place(directory);
    fs::create_directory(place, error);
    if (error) return cannot("make", place, error);
    for (const fs::path& path : entries) {
        const bool own =
            path == launch.log_file ||
            std::ranges::find(launch.arguments, path.string()) != launch.arguments.end();
        if (own || is_aside(path)) continue;
        fs::rename(path, place / path.filename(), error);
        if (error) return cannot("move", path, error);
    }
    std::thread([directory] { remove_what_lies_aside(directory); }).detach();
    return success();
}

}  // namespace baton::agent
