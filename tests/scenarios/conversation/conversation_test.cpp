#include "scenarios/conversation/conversation.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace baton::test {
namespace {

const std::string story =
    "# It begins.\n"
    "\n"
    "greet you times=2\n"
    "greet me\n"
    "----\n"
    "hello you\n"
    "hello me\n"
    "\n"
    "# It goes on.\n"
    "greet\n"
    "----\n"
    "mistake: \"greet\" needs 1 words after greet\n"
    "\n"
    "# It ends.\n";

std::string greet(const Command& command) {
    return "hello " + command.word(0);
}

int run(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    return run_conversations(static_cast<int>(pointers.size()), pointers.data(),
                             [] { return Interlocutor{greet}; });
}

TEST(Conversation, IsRenderedAsItWasWritten) {
    EXPECT_EQ(render(parse_conversation(story)), story);
}

TEST(Conversation, AnswersReplaceWhatWasExpected) {
    Conversation told = parse_conversation(story);
    ASSERT_EQ(told.exchanges.size(), 2U);
    EXPECT_EQ(told.exchanges[0].line, 3U);
    told.exchanges[0].expected = "something else\n";
    EXPECT_EQ(render(converse(told, greet)), story);
}

TEST(Conversation, CommandsAreSplitIntoWordsAndValues) {
    const Command command = parse_command("change a voters=a,b wait=50ms count=3");
    EXPECT_EQ(command.verb, "change");
    EXPECT_EQ(command.word(0), "a");
    EXPECT_EQ(command.list("voters"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(command.number("count", 0), 3U);
    EXPECT_EQ(parse_nanoseconds(command.value("wait", "")), 50'000'000);
    EXPECT_THROW(static_cast<void>(parse_nanoseconds("50")), std::runtime_error);
}

TEST(Conversation, ADifferenceFailsAndARewriteMendsIt) {
    std::string pattern = (std::filesystem::temp_directory_path() / "conversation-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    const std::filesystem::path directory = pattern;
    const std::string file = (directory / "story.txt").string();
    std::string wrong = story;
    wrong.replace(wrong.find("hello me"), 8, "goodbye!");
    std::ofstream(file) << wrong;
    EXPECT_EQ(run({"runner", file}), 1);
    EXPECT_EQ(run({"runner", "--rewrite", directory.string()}), 0);
    EXPECT_EQ(run({"runner", file}), 0);
    std::filesystem::remove_all(directory);
    EXPECT_EQ(run({"runner", "/nonexistent"}), 1);
}

}  // namespace
}  // namespace baton::test
