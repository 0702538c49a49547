// Writes docs/failover.md from the rule table: generate_failover_docs DIRECTORY.

#include "core/failover/explain.hpp"

#include <cstdio>
#include <fstream>
#include <string>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    std::ofstream file(std::string(argv[1]) + "/failover.md");
    file << baton::failover::rules_markdown();
    file.close();
    return file ? 0 : 1;
}
