// What is recorded of requests, and when their answers go out.
#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

const std::string pause_path = "/v1/groups/cache/pause";

struct Audited : Asked {
    Audited() { access.shown = Cluster{}.view; }
};

TEST(Audit, AChangeIsRecordedWithWhoWhereWhatAndWhy) {
    Audited asked;
    const auto answer =
        asked.ask_as(Role::operate, "POST", pause_path, R"({"by":"ann@desk","reason":"kernel"})");
    EXPECT_EQ(answer.status, 202);
    ASSERT_EQ(asked.file.lines.size(), 1U);
    const auto entry = asked.file.entry(0);
    EXPECT_EQ(entry["who"], "ann");
    EXPECT_EQ(entry["role"], "operate");
    EXPECT_EQ(entry["from"], "10.0.0.9");
    EXPECT_EQ(entry["node"], "a");
    EXPECT_EQ(entry["method"], "POST");
    EXPECT_EQ(entry["path"], pause_path);
    EXPECT_EQ(entry["asked"]["reason"], "kernel");
    EXPECT_EQ(entry["outcome"], "done");
    EXPECT_EQ(entry["status"], 202);
    EXPECT_EQ(entry["answer"]["paused"], true);
    EXPECT_EQ(entry["wall_ms"], 1234);
    EXPECT_EQ(entry["at"], "1970-01-01T00:00:01.234Z");
}

TEST(Audit, LookingAndPlanningChangeNothingAndAreNotRecorded) {
    Audited asked;
    asked.ask_as(Role::admin, "GET", "/v1/groups");
    const std::string path = "/v1/groups/cache/switchover";
    EXPECT_EQ(asked.ask_as(Role::admin, "POST", path, R"({"dry_run":true})").status, 200);
    EXPECT_TRUE(asked.file.lines.empty());
    asked.ask_as(Role::admin, "POST", path, R"({"dry_run":false})");
    EXPECT_EQ(asked.file.lines.size(), 1U);
}

TEST(Audit, WhatARouteRefusesAndWhatIsUnknownAreSaid) {
    Audited asked;
    asked.ask_as(Role::admin, "POST", "/v1/groups/cache/switchover", R"({"to":"nobody"})");
    EXPECT_EQ(asked.file.entry(0)["outcome"], "refused");
    EXPECT_NE(asked.file.lines[0].find("nobody"), std::string::npos);
    asked.access.outcome = outcome_unknown("no answer before the deadline");
    asked.ask_as(Role::admin, "POST", pause_path);
    EXPECT_EQ(asked.file.entry(1)["outcome"], "unknown");
}

TEST(Audit, RefusedAttemptsAreRecordedWithoutTheirTokenAndSoManyAMinute) {
    Audited asked;
    asked.tokens.known["sesame"] = {"ann", Role::read};
    const std::size_t attempts = 3 * refusals_per_minute;
    for (std::size_t count = 0; count < attempts; ++count) {
        const auto answer = asked.ask("POST", pause_path, R"({"reason":"x"})",
                                      {{"authorization", "Bearer guessed-token"}});
        EXPECT_EQ(answer.status, 401);
    }
    EXPECT_EQ(asked.file.lines.size(), refusals_per_minute);
    EXPECT_EQ(asked.trail.refusals(), attempts);
    EXPECT_EQ(asked.file.entry(0)["status"], 401);
    EXPECT_EQ(asked.file.entry(0)["who"], "");
    EXPECT_EQ(asked.file.lines[0].find("guessed"), std::string::npos);
    EXPECT_TRUE(asked.access.proposed.empty());
    const auto metrics = asked.ask("GET", "/metrics").body;
    EXPECT_NE(metrics.find("baton_api_requests_refused_total 60"), std::string::npos);
}

TEST(Audit, TooLittleARoleIsRecordedWithItsName) {
    Audited asked;
    EXPECT_EQ(asked.ask_as(Role::read, "POST", pause_path).status, 403);
    EXPECT_EQ(asked.file.entry(0)["who"], "ann");
    EXPECT_EQ(asked.file.entry(0)["outcome"], "refused");
}

TEST(Audit, TheAnswerWaitsForTheRecordButNotForEver) {
    Audited asked;
    asked.file.prompt = false;
    EXPECT_EQ(asked.ask_as(Role::operate, "POST", pause_path).status, 202);
    ASSERT_EQ(asked.reported.size(), 1U) << "the end of patience is told";
    EXPECT_EQ(asked.reported[0].name, "audit.failed");
    asked.file.waiting.front()(success());  // Too late; nothing is answered twice.
}

TEST(Audit, ARecordThatCannotBeKeptIsToldOnceAndStopsNobody) {
    Audited asked;
    asked.file.outcome = unavailable("cannot write audit.log: No space left on device");
    EXPECT_EQ(asked.ask_as(Role::operate, "POST", pause_path).status, 202);
    asked.ask_as(Role::operate, "POST", "/v1/groups/cache/resume");
    ASSERT_EQ(asked.reported.size(), 1U);
    EXPECT_NE(asked.reported[0].sentence.find("No space left"), std::string::npos);
}

TEST(Audit, BodiesThatAreTooLargeOrTooDeepAreRecordedBySize) {
    Audited asked;
    asked.ask_as(Role::admin, "POST", pause_path, std::string(10'000, '['));
    EXPECT_EQ(asked.file.entry(0)["asked"], "10000 bytes");
    asked.ask_as(Role::admin, "POST", pause_path,
                 R"({"reason":")" + std::string(audit_part_bytes_max, 'x') + "\"}");
    EXPECT_EQ(asked.file.entry(1)["asked"], std::to_string(audit_part_bytes_max + 13) + " bytes");
}

TEST(Audit, TheRecordIsForAdministrators) {
    Audited asked;
    asked.ask_as(Role::admin, "POST", pause_path);
    asked.file.lines.push_back("{\"cut\":");
    asked.ask_as(Role::admin, "POST", "/v1/groups/cache/resume");
    const auto all = Asked::json(asked.ask_as(Role::admin, "GET", "/v1/audit"));
    ASSERT_EQ(all.size(), 2U) << "what a crash cut short is left out";
    EXPECT_EQ(all[0]["path"], pause_path);
    EXPECT_EQ(Asked::json(asked.ask_as(Role::admin, "GET", "/v1/audit?limit=1")).size(), 1U);
    EXPECT_EQ(asked.ask_as(Role::operate, "GET", "/v1/audit").status, 403);
}

}  // namespace
}  // namespace baton::api
