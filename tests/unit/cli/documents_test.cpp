#include "cli/documents.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace baton::test {
bool rewriting();
}

namespace {

using namespace baton::cli;

std::string text_of_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

TEST(Documents, InTheTreeAreCurrent) {
    const std::filesystem::path root{BATON_ROOT};
    std::set<std::string> generated;
    for (const auto& [name, text] : generated_files()) {
        generated.insert(name);
        if (baton::test::rewriting()) {
            std::filesystem::create_directories((root / name).parent_path());
            std::ofstream{root / name} << text;
        }
        EXPECT_EQ(text_of_file(root / name), text)
            << name << " is not current; run: cli_test --rewrite";
    }
    for (const char* directory : {"packaging/man", "packaging/completions"}) {
        for (const auto& entry : std::filesystem::directory_iterator{root / directory}) {
            const std::string name = std::filesystem::relative(entry.path(), root).string();
            EXPECT_TRUE(generated.contains(name)) << name << " belongs to no command";
        }
    }
}

TEST(Documents, EveryCommandSaysWhatItDoesWithAnExample) {
    for (const Command& command : commands()) {
        EXPECT_FALSE(command.summary.empty()) << command.name();
        EXPECT_FALSE(command.description.empty()) << command.name();
        EXPECT_FALSE(command.examples.empty()) << command.name();
        EXPECT_NE(command.run, nullptr) << command.name();
        if (!command.examples.empty()) {
            EXPECT_NE(command.examples.front().line.find("baton " + command.name()),
                      std::string::npos);
        }
    }
}

TEST(Documents, EveryCommandThatChangesWhoServesHasPlanAndConfirmation) {
    for (const Command& command : commands()) {
        if (command.danger != Danger::moderate) continue;
        std::set<std::string> names;
        for (const Option& option : command.options) names.insert(option.name);
        EXPECT_TRUE(names.contains("dry-run")) << command.name();
        EXPECT_TRUE(names.contains("yes")) << command.name();
        EXPECT_TRUE(names.contains("reason")) << command.name();
    }
}

/// What completing `line` offers in a real bash.
std::string completed(const std::string& line, const std::string& current) {
    std::string pattern = testing::TempDir() + "baton-completion-XXXXXX";
    const std::filesystem::path directory{mkdtemp(pattern.data())};
    std::ofstream{directory / "completion"} << completion_text("bash");
    std::ofstream{directory / "run"}
        << "baton() { [ \"$2\" = nodes ] && printf 'web-1\\nweb-2\\n' || printf 'orders\\n'; }\n"
        << "source " << (directory / "completion").string() << "\nCOMP_WORDS=(" << line << " '"
        << current << "')\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_baton\necho \"${COMPREPLY[@]}\" > "
        << (directory / "result").string() << "\n";
    const std::string command = "bash " + (directory / "run").string();
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::string result = text_of_file(directory / "result");
    std::filesystem::remove_all(directory);
    if (!result.empty()) result.pop_back();
    return result;
}

TEST(Completion, OffersNounsVerbsNamesAndValues) {
    EXPECT_EQ(completed("baton", "gr"), "group");
    EXPECT_EQ(completed("baton group", "s"), "show switchover");
    EXPECT_EQ(completed("baton group show", ""), "orders");
    EXPECT_EQ(completed("baton node is-healthy", "web"), "web-1 web-2");
    EXPECT_EQ(completed("baton node is-healthy --node", "web-2"), "web-2");
    EXPECT_EQ(completed("baton node list --format", "js"), "json");
    EXPECT_EQ(completed("baton --api x:1 cluster", "health-"), "health-score");
    EXPECT_EQ(completed("baton group switchover orders", "--dry"), "--dry-run");
    EXPECT_EQ(completed("baton why", ""), "orders");
    EXPECT_EQ(completed("baton completion", "z"), "zsh");
}

TEST(Completion, IsValidBash) {
    for (const char* shell : {"bash", "zsh"}) {
        std::string path = testing::TempDir() + "baton-syntax-XXXXXX";
        ASSERT_GE(mkstemp(path.data()), 0);
        std::ofstream{path} << completion_text(shell);
        EXPECT_EQ(std::system(("bash -n " + path).c_str()), 0);
        std::filesystem::remove(path);
    }
}

}  // namespace
