/// Reads the stories of a folder and names the rules that decide in none of
/// them. What stands under `----` was really decided: failover_scenarios says
/// so. Usage: failover_every_rule DIRECTORY

#include "core/failover/planner.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

/// First words of the lines under `----`, up to the blank line.
void collect(const std::filesystem::path& path, std::set<std::string>& words) {
    std::ifstream file(path);
    bool answering = false;
    for (std::string line; std::getline(file, line);) {
        if (answering) words.insert(line.substr(0, line.find(' ')));
        answering = line == "----" || (answering && !line.empty());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::set<std::string> words;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        const bool story = entry.path().extension() == ".txt";
        if (story && entry.path().filename() != "CMakeLists.txt") collect(entry.path(), words);
    }
    int missing = 0;
    for (const baton::failover::Rule& rule : baton::failover::rules()) {
        if (words.contains(std::string(rule.id))) continue;
        ++missing;
        std::printf("no story decides by %s\n", std::string(rule.id).c_str());
    }
    std::printf("%zu rules, %d without a story\n", baton::failover::rules().size(), missing);
    return missing == 0 ? 0 : 1;
}
