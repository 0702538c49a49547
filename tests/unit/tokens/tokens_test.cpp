// Tokens as lines of a file: hashed, found, refused, read anew.
#include "adapters/tokens/token_lines.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace baton::adapters {
namespace {

using namespace tokens;

class TokenFiles : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "baton-tokens-XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
        file_ = directory_ + "/tokens";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string add(const std::string& name, Role role) {
        const auto made = add_token(file_, name, role);
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
        return made ? made.value() : "";
    }
    std::unique_ptr<Tokens> open(std::string secret = "") {
        const std::string path = std::filesystem::exists(file_) ? file_ : "";
        auto opened = open_tokens({std::move(secret), path},
                                  [this](Event event) { reported_.push_back(std::move(event)); });
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        return opened ? std::move(opened).value() : nullptr;
    }
    [[nodiscard]] std::string content() const {
        std::ostringstream text;
        text << std::ifstream{file_}.rdbuf();
        return text.str();
    }
    /// Asks until the answer is as wanted: the file is looked at once a second.
    static bool eventually(Tokens& tokens, const std::string& token, bool known) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (tokens.find(token).has_value() != known) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        return true;
    }

    std::string directory_;
    std::string file_;
    std::vector<Event> reported_;
};

TEST_F(TokenFiles, ATokenIsShownOnceAndKeptAsAHash) {
    const std::string token = add("deploy", Role::operate);
    EXPECT_EQ(token.size(), 6U + 64U);
    EXPECT_EQ(content().find(token.substr(6)), std::string::npos);
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto bearer = open()->find(token);
    ASSERT_TRUE(bearer.has_value());
    EXPECT_EQ(bearer->name, "deploy");
    EXPECT_EQ(bearer->role, Role::operate);
}

TEST_F(TokenFiles, OnlyTheWholeTokenIsKnown) {
    const std::string token = add("deploy", Role::admin);
    const auto tokens = open();
    std::string other = token;
    other.back() = other.back() == '0' ? '1' : '0';
    for (const std::string& wrong : {std::string{}, token.substr(1), token + "0", other}) {
        EXPECT_FALSE(tokens->find(wrong).has_value()) << wrong;
    }
}

TEST_F(TokenFiles, EqualTokensHaveDifferentHashes) {
    const auto one = seal_token({"a", Role::read}, "same");
    const auto two = seal_token({"b", Role::read}, "same");
    EXPECT_NE(one.salt, two.salt);
    EXPECT_NE(one.hash, two.hash);
    EXPECT_EQ(find_token({one, two}, "same")->name, "b");
}

TEST_F(TokenFiles, AnAdministratorsSecretCountsBesidesTheFile) {
    const std::string token = add("look", Role::read);
    const auto tokens = open("sesame");
    EXPECT_EQ(tokens->find("sesame")->role, Role::admin);
    EXPECT_EQ(tokens->find(token)->role, Role::read);
    EXPECT_FALSE(tokens->find("").has_value());
}

TEST_F(TokenFiles, ANameIsGivenOnceAndMustBeOne) {
    add("deploy", Role::read);
    const auto again = add_token(file_, "deploy", Role::admin);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().kind, ErrorKind::refused);
    const std::string before = content();
    for (const char* name : {"", "a b", "a\nb admin", "#a"}) {
        EXPECT_FALSE(add_token(file_, name, Role::read).has_value()) << name;
    }
    EXPECT_EQ(content(), before);
}

TEST_F(TokenFiles, AMissingLineEndDoesNotJoinTwoTokens) {
    const std::string first = add("one", Role::read);
    std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 1);
    const std::string second = add("two", Role::read);
    const auto tokens = open();
    EXPECT_TRUE(tokens->find(first).has_value());
    EXPECT_TRUE(tokens->find(second).has_value());
}

TEST_F(TokenFiles, EveryMistakeIsNamedWithItsLine) {
    const std::string good = text_of(seal_token({"a", Role::read}, "x"));
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"a read\n", "expected NAME ROLE SALT HASH"},
        {"a boss" + good.substr(6), "not \"boss\""},
        {good.substr(0, 30) + "\n", "expected NAME"},
        {"a read xyz " + std::string(64, '0') + "\n", "32 hexadecimal digits"},
        {good.substr(0, good.size() - 1) + " more\n", "expected NAME"}};
    for (const auto& [line, why] : mistakes) {
        const auto parsed = parse_lines("# who\n\n" + line, "tokens");
        ASSERT_FALSE(parsed.has_value()) << line;
        EXPECT_NE(parsed.error().message.find("tokens:3: "), std::string::npos)
            << parsed.error().message;
        EXPECT_NE(parsed.error().message.find(why), std::string::npos) << parsed.error().message;
    }
    EXPECT_FALSE(parse_lines(good + good, "tokens").has_value()) << "a name twice";
    EXPECT_EQ(parse_lines("# who\n" + good, "tokens").value().size(), 1U);
}

TEST_F(TokenFiles, AFileThatOthersMayReadIsRefused) {
    add("deploy", Role::read);
    ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
    const auto opened = open_tokens({"", file_}, [](const Event&) {});
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message.find("chmod o-rw " + file_), std::string::npos);
}

TEST_F(TokenFiles, AChangedFileCountsAndABrokenOneDoesNot) {
    const std::string first = add("one", Role::read);
    const auto tokens = open();
    EXPECT_TRUE(tokens->find(first).has_value());
    const std::string second = add("two", Role::read);
    EXPECT_TRUE(eventually(*tokens, second, true));
    const std::string whole = content();
    std::ofstream{file_} << whole.substr(whole.find('\n') + 1);
    EXPECT_TRUE(eventually(*tokens, first, false)) << "its line is gone";
    std::ofstream{file_} << "no tokens at all\n";
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (reported_.empty() && std::chrono::steady_clock::now() < deadline) {
        EXPECT_TRUE(tokens->find(second).has_value()) << "those read before stay";
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    ASSERT_EQ(reported_.size(), 1U);
    EXPECT_EQ(reported_[0].name, "tokens.not_reloaded");
}

}  // namespace
}  // namespace baton::adapters
