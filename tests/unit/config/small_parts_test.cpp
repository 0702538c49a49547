#include "config/duration_text.hpp"
#include "config/identity.hpp"
#include "config/nearest.hpp"
#include "config/secret.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using baton::NodeId;
using baton::config::NameSources;

TEST(DurationText, ReadsWhatPeopleWrite) {
    EXPECT_EQ(baton::config::parse_duration("150ms").value(), 150ms);
    EXPECT_EQ(baton::config::parse_duration("1s").value(), 1s);
    EXPECT_EQ(baton::config::parse_duration("2m").value(), 2min);
    EXPECT_EQ(baton::config::parse_duration("0s").value(), 0s);
}

TEST(DurationText, RefusesWhatCouldMeanTwoThings) {
    for (const char* text : {"", "5", "ms", "1.5s", "-1s", " 1s", "1s ", "1 s", "1S", "1ms2",
                             "99999999999999999999s", "9999999h"}) {
        EXPECT_FALSE(baton::config::parse_duration(text).has_value()) << text;
    }
}

TEST(DurationText, PrintsTheShortestExactForm) {
    for (const char* text : {"150ms", "1s", "2m", "3h", "1500ms", "90s", "7us", "0s"}) {
        EXPECT_EQ(baton::config::duration_text(baton::config::parse_duration(text).value()), text);
    }
}

TEST(Nearest, FindsTheTypingMistakeAndNothingFarFetched) {
    const std::vector<std::string> words{"switchover", "failover", "show", "list"};
    EXPECT_EQ(baton::config::nearest("swichover", words), "switchover");
    EXPECT_EQ(baton::config::nearest("fialover", words), "failover");
    EXPECT_EQ(baton::config::nearest("sohw", words), "show");
    EXPECT_EQ(baton::config::nearest("promote", words), "");
    EXPECT_EQ(baton::config::nearest("", words), "");
    EXPECT_EQ(baton::config::nearest("d", std::vector<std::string>{"a", "b"}), "");
}

baton::config::ClusterFile file_with(const std::vector<std::string>& names) {
    baton::config::ClusterFile file;
    for (const auto& name : names)
        file.topology.nodes.push_back({.id = NodeId{name}, .peer = {}, .api = {}});
    return file;
}

TEST(Identity, TheStrongestSourceDecidesAndIsNamed) {
    const auto file = file_with({"a", "b", "web-1"});
    const auto option = resolve_node(file, NameSources{"a", "b", "web-1"}).value();
    EXPECT_EQ(option.node.text + " " + option.source, "a --node");
    const auto environment = resolve_node(file, NameSources{"", "b", "web-1"}).value();
    EXPECT_EQ(environment.node.text + " " + environment.source, "b BATON_NODE");
    const auto host = resolve_node(file, NameSources{"", "", "web-1.example.org"}).value();
    EXPECT_EQ(host.node.text, "web-1");
    EXPECT_EQ(host.source, "host name web-1.example.org");
}

TEST(Identity, AWrongStrongSourceIsNotRescuedByAWeakerOne) {
    const auto file = file_with({"a", "web-1"});
    const auto refused = resolve_node(file, NameSources{"wbe-1", "a", "a"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("did you mean \"web-1\""), std::string::npos);
    EXPECT_FALSE(resolve_node(file, NameSources{"", "", ""}).has_value());
}

/// A file in a directory of its own, with the mode given.
class SecretFile {
public:
    SecretFile(const std::string& content, mode_t mode) {
        std::string pattern = testing::TempDir() + "baton-secret-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        std::ofstream{path()} << content;
        chmod(path().c_str(), mode);
    }
    ~SecretFile() { std::filesystem::remove_all(directory_); }
    SecretFile(const SecretFile&) = delete;
    SecretFile& operator=(const SecretFile&) = delete;

    [[nodiscard]] std::string path() const { return directory_ + "/secret"; }

private:
    std::string directory_;
};

TEST(Secret, LosesExactlyOneTrailingNewline) {
    const SecretFile file{"pass word\n", 0640};
    EXPECT_EQ(baton::config::read_secret(file.path()).value(), "pass word");
}

TEST(Secret, RefusesWhatIsNoSecretAndNeverQuotesIt) {
    for (const auto& [content, mode] :
         std::vector<std::pair<std::string, mode_t>>{{"hunter2", 0644},
                                                     {"hunter2", 0602},
                                                     {"", 0600},
                                                     {"\n", 0600},
                                                     {"hunter2\n\n", 0600},
                                                     {"hunter2\nbind 0.0.0.0", 0600},
                                                     {std::string(5000, 'x'), 0600}}) {
        const SecretFile file{content, mode};
        const auto refused = baton::config::read_secret(file.path());
        ASSERT_FALSE(refused.has_value()) << content;
        EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos);
        EXPECT_NE(refused.error().message.find(file.path()), std::string::npos);
    }
}

}  // namespace
