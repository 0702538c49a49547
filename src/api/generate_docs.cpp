// baton_generate_docs DIRECTORY: writes api.md and metrics.md there.

#include "api/generate.hpp"

#include <cstdio>
#include <fstream>
#include <string>

namespace {

bool write(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return true;
    std::fprintf(stderr, "cannot write %s\n", path.c_str());
    return false;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: baton_generate_docs DIRECTORY\n");
        return 2;
    }
    const std::string directory = arguments[1];
    const bool written = write(directory + "/api.md", baton::api::api_markdown()) &&
                         write(directory + "/metrics.md", baton::api::metrics_markdown());
    return written ? 0 : 1;
}
