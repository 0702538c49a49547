// Conversations with the command line. In golden/*.txt every line that begins
// with "  | " (stdout), "  ! " (stderr) or "  = " (exit code) is expected
// output; `cli_test --rewrite` writes those anew. Other lines are input:
//
//     $ baton ...      runs a command; quotes group words
//     api NAME         the agent answers from golden/api/NAME.json
//     api +NAME        the same, on top of what it answers already
//     api none         nobody listens at the address
//     terminal on|off  whether the streams are a terminal
//     input TEXT       what is typed when asked
//     interrupt N      Ctrl-C after N waits
//     requests         shows what the agent was asked since the last `api`

#include "scripted_agent.hpp"
#include "stage.hpp"

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

const std::filesystem::path folder{BATON_GOLDEN};

std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    bool begun = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
            begun = true;
        } else if (c == ' ' && !quoted) {
            if (begun) words.push_back(word);
            word.clear();
            begun = false;
        } else {
            word += c;
            begun = true;
        }
    }
    if (begun) words.push_back(word);
    return words;
}

bool expected_output(const std::string& line) {
    return line.starts_with("  | ") || line.starts_with("  ! ") || line.starts_with("  = ") ||
           line == "  |" || line == "  !";
}

/// Carries out one conversation and writes it as it really went.
class Conversation {
public:
    std::string play(const std::string& script) {
        stage_.environment["BATON_API"] = agent_.address();
        for (const std::string& line : lines_of(script)) {
            if (expected_output(line)) continue;
            told_ += line + "\n";
            obey(line);
        }
        return told_;
    }

private:
    void obey(const std::string& line) {
        const auto words = words_of(line);
        if (words.empty() || words[0].starts_with("#")) return;
        const std::string argument = words.size() > 1 ? words[1] : "";
        if (words[0] == "$") return command({words.begin() + 2, words.end()});
        if (words[0] == "api") return choose(argument);
        if (words[0] == "terminal") stage_.terminal = argument == "on";
        if (words[0] == "input") stage_.input = argument + "\n";
        if (words[0] == "interrupt") stage_.pauses_left = std::stoi(argument);
        if (words[0] == "requests") tell("  | ", agent_.requests());
    }

    void choose(std::string name) {
        stage_.environment["BATON_API"] = name == "none" ? "127.0.0.1:1" : agent_.address();
        if (name == "none") return;
        if (!name.starts_with("+")) agent_.forget();
        if (name.starts_with("+")) name.erase(0, 1);
        agent_.script(content(folder / "api" / (name + ".json")));
    }

    void command(std::vector<std::string> words) {
        for (std::string& word : words) {
            if (const auto at = word.find("GOLDEN"); at != std::string::npos) {
                word.replace(at, 6, folder.string());
            }
        }
        const int code = stage_.run(words);
        tell("  | ", lines_of(stage_.out()));
        tell("  ! ", lines_of(stage_.err()));
        told_ += "  = " + std::to_string(code) + "\n";
        stage_.pauses_left = -1;
    }

    void tell(const std::string& prefix, const std::vector<std::string>& lines) {
        for (std::string line : lines) {
            replace(line, agent_.address(), "AGENT");
            replace(line, folder.string(), "GOLDEN");
            replace(line, "\x1b", "<ESC>");
            line = prefix + line;
            line.erase(line.find_last_not_of(' ') + 1);
            told_ += line + "\n";
        }
    }

    static void replace(std::string& line, const std::string& from, const std::string& to) {
        for (auto at = line.find(from); at != std::string::npos;
             at = line.find(from, at + to.size())) {
            line.replace(at, from.size(), to);
        }
    }

    baton::test::ScriptedAgent agent_;
    baton::test::Stage stage_;
    std::string told_;
};

std::vector<std::string> conversations() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, GoesAsWritten) {
    const auto path = folder / (GetParam() + ".txt");
    const std::string expected = content(path);
    const std::string told = Conversation{}.play(expected);
    if (rewrite) std::ofstream{path} << told;
    EXPECT_EQ(told, content(path));
}

INSTANTIATE_TEST_SUITE_P(Cli, Golden, testing::ValuesIn(conversations()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace

namespace baton::test {
bool rewriting() {
    return rewrite;
}
}  // namespace baton::test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    for (int i = 1; i < argc; ++i) rewrite = rewrite || std::string_view{argv[i]} == "--rewrite";
    return RUN_ALL_TESTS();
}
