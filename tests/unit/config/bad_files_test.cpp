// Every file of bad/ must be refused with exactly the message beside it.
// `config_test --rewrite` writes the messages anew; review the difference.

#include "config/cluster_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool rewrite = false;

std::vector<std::string> bad_files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{BATON_BAD_FILES}) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

/// Messages name absolute paths; the expectation must not.
std::string relative(std::string text) {
    const std::string prefix = std::string{BATON_BAD_FILES} + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
        text.erase(at, prefix.size());
    }
    return text + "\n";
}

std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

class BadFile : public testing::TestWithParam<std::string> {};

TEST_P(BadFile, IsRefusedWithTheExpectedMessage) {
    const std::filesystem::path base = std::filesystem::path{BATON_BAD_FILES} / GetParam();
    const auto loaded = baton::config::load(base.string() + ".yaml");
    ASSERT_FALSE(loaded.has_value()) << "accepted";
    EXPECT_EQ(loaded.error().kind, baton::ErrorKind::invalid);
    const std::string message = relative(loaded.error().message);
    const std::string expected = base.string() + ".expected";
    if (rewrite) std::ofstream{expected} << message;
    EXPECT_EQ(message, content(expected));
}

INSTANTIATE_TEST_SUITE_P(Config, BadFile, testing::ValuesIn(bad_files()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    for (int i = 1; i < argc; ++i) rewrite = rewrite || std::string_view{argv[i]} == "--rewrite";
    return RUN_ALL_TESTS();
}
