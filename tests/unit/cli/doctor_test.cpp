#include "scripted_agent.hpp"
#include "stage.hpp"

#include "cli/answer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using baton::cli::Json;
using baton::cli::text_of;

/// Severity of every check, for an agent that answers from `fixture`.
std::map<std::string, std::string> diagnose(const std::string& fixture, int& code) {
    baton::test::ScriptedAgent agent;
    baton::test::Stage stage;
    stage.environment["BATON_API"] = agent.address();
    if (fixture == "none") {
        stage.environment["BATON_API"] = "127.0.0.1:1";
    } else {
        std::ostringstream text;
        text << std::ifstream{std::string{BATON_GOLDEN} + "/api/" + fixture + ".json"}.rdbuf();
        agent.script(text.str());
    }
    code = stage.run({"doctor", "--format", "json"});
    std::map<std::string, std::string> severities;
    for (const Json& one : Json::parse(stage.out())) {
        EXPECT_TRUE(severities.emplace(text_of(one, "id"), text_of(one, "severity")).second)
            << "two checks called " << text_of(one, "id");
        EXPECT_FALSE(text_of(one, "title").empty());
        EXPECT_FALSE(text_of(one, "evidence").empty()) << text_of(one, "id");
        if (text_of(one, "severity") == "skipped") continue;
        EXPECT_FALSE(text_of(one, "why").empty()) << text_of(one, "id");
        EXPECT_FALSE(text_of(one, "fix").empty()) << text_of(one, "id");
    }
    return severities;
}

TEST(Doctor, FindsNothingWrongWithAHealthyCluster) {
    int code = 0;
    auto found = diagnose("steady", code);
    for (const char* id : {"BTN-D002", "BTN-D003", "BTN-D004", "BTN-D006", "BTN-D007", "BTN-D008",
                           "BTN-D009", "BTN-D010"}) {
        EXPECT_EQ(found[id], "ok") << id;
    }
    EXPECT_EQ(found["BTN-D001"], "skipped") << "no file was named";
}

TEST(Doctor, NamesEachThingThatIsWrong) {
    int code = 0;
    auto found = diagnose("degraded", code);
    EXPECT_EQ(found["BTN-D006"], "error") << "files differ";
    EXPECT_EQ(found["BTN-D007"], "warning") << "one node has no guard";
    EXPECT_EQ(found["BTN-D008"], "warning") << "slow disk";
    EXPECT_EQ(found["BTN-D009"], "warning") << "repairing and paused";
    EXPECT_EQ(found["BTN-D010"], "warning") << "one more loss is too many";
    EXPECT_EQ(code, 1);
}

TEST(Doctor, TellsNoQuorumFromNoAnswer) {
    int code = 0;
    auto minority = diagnose("minority", code);
    EXPECT_EQ(minority["BTN-D003"], "error");
    EXPECT_EQ(minority["BTN-D004"], "error");
    EXPECT_EQ(code, 1);
    auto nobody = diagnose("none", code);
    EXPECT_EQ(nobody["BTN-D002"], "error");
    EXPECT_EQ(nobody["BTN-D003"], "skipped");
    EXPECT_EQ(code, 4);
}

}  // namespace
