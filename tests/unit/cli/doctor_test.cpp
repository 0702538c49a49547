#include "scripted_agent.hpp"
#include "stage.hpp"

#include "cli/answer.hpp"
#include "cli/doctor.hpp"

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

using baton::cli::Finding;
using baton::cli::Patient;
using baton::cli::Severity;

Patient::Node at(const std::string& name, std::int64_t ahead, std::int64_t doubt) {
    return {{name, {"127.0.0.1", 1}}, Json(), "", Patient::Clock{ahead, doubt}};
}

Finding finding(const Patient& patient, const std::string& id) {
    std::vector<Finding> findings;
    check_cluster(patient, findings);
    for (const Finding& one : findings) {
        if (one.id == id) return one;
    }
    ADD_FAILURE() << "no check is called " << id;
    return {};
}

TEST(Doctor, NamesNodesWhoseClocksDiffer) {
    Patient patient;
    patient.nodes = {at("a", 40, 1), at("b", -30, 2), at("c", 1240, 3)};
    Finding found = finding(patient, "BTN-D005");
    EXPECT_EQ(found.severity, Severity::warning);
    EXPECT_EQ(found.evidence,
              "a and c differ by 1200 ms (bound 500 ms, measured to within 4 ms); "
              "b and c differ by 1270 ms (bound 500 ms, measured to within 5 ms)");
    patient.nodes.pop_back();
    found = finding(patient, "BTN-D005");
    EXPECT_EQ(found.severity, Severity::fine);
    EXPECT_EQ(found.evidence, "a and b differ by 70 ms (bound 500 ms, measured to within 3 ms)");
}

TEST(Doctor, ASlowAnswerIsNoClockDifference) {
    Patient patient;
    patient.nodes = {at("a", 0, 1), at("b", 800, 400)};
    EXPECT_EQ(finding(patient, "BTN-D005").severity, Severity::fine);
    patient.nodes[1].clock.reset();
    EXPECT_EQ(finding(patient, "BTN-D005").severity, Severity::skipped);
}

TEST(Doctor, NamesNodesWhoseFrontIsBehind) {
    Patient patient;
    patient.cluster = Json::parse(R"({"nodes":[{"name":"a","fronts_current":true},
        {"name":"b","fronts_current":false},{"name":"c","fronts_current":null}]})");
    Finding found = finding(patient, "BTN-D015");
    EXPECT_EQ(found.severity, Severity::error);
    EXPECT_EQ(found.evidence, "behind on b");
    patient.cluster["nodes"][1]["fronts_current"] = true;
    EXPECT_EQ(finding(patient, "BTN-D015").severity, Severity::fine);
    patient.cluster["nodes"] = Json::array();
    EXPECT_EQ(finding(patient, "BTN-D015").severity, Severity::skipped);
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
