// Orders of an operator: which are taken, and why the others are not.

#include "api/orders.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

const std::string switchover = "/v1/groups/cache/switchover";
const std::string failover = "/v1/groups/cache/failover";

struct Orders : ::testing::Test {
    Cluster cluster;
    Asked asked;

    Response post(const std::string& path, const std::string& body) {
        asked.access.shown = cluster.view;
        return asked.ask("POST", path, body);
    }
    std::string refusal(const std::string& path, const std::string& body, int status) {
        const auto response = post(path, body);
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_TRUE(asked.access.proposed.empty());
        return Asked::json(response)["error"]["message"];
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(Orders, ASwitchoverIsProposedWithTheEpochSeen) {
    const auto response = post(switchover, R"({"to":"b","by":"ann","reason":"disk"})");
    ASSERT_EQ(response.status, 202);
    const auto json = Asked::json(response);
    EXPECT_EQ(json["group"], "cache");
    EXPECT_EQ(json["epoch"], 4);
    EXPECT_EQ(json["request"]["kind"], "switchover");
    EXPECT_EQ(json["entry"]["index"], 43);
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    const cluster::Request expected{sample::group,
                                    Epoch{4},
                                    cluster::RequestKind::switchover,
                                    InstanceId{"cache-b"},
                                    false,
                                    "ann",
                                    "disk",
                                    1234};
    EXPECT_EQ(asked.access.proposed[0], cluster::Command{expected});
}

TEST_F(Orders, TheTargetMayBeANodeOrAnInstanceOrLeftOpen) {
    EXPECT_EQ(post(switchover, R"({"to":"cache-c"})").status, 202);
    EXPECT_EQ(post(switchover, "{}").status, 202);
    ASSERT_EQ(asked.access.proposed.size(), 2U);
    EXPECT_EQ(std::get<cluster::Request>(asked.access.proposed[0]).target, InstanceId{"cache-c"});
    EXPECT_FALSE(std::get<cluster::Request>(asked.access.proposed[1]).target);
}

TEST_F(Orders, AnUnknownTargetIsAnsweredWithTheKnownOnes) {
    const auto why = refusal(switchover, R"({"to":"zebra"})", 400);
    EXPECT_TRUE(has(why, "zebra") && has(why, "cache-b") && has(why, "cache-c")) << why;
}

TEST_F(Orders, AnUnfitTargetIsRefusedSayingWhyAndHowTheOthersAre) {
    cluster.of("b").link_up = false;
    auto why = refusal(switchover, R"({"to":"b"})", 409);
    EXPECT_TRUE(has(why, "link is down") && has(why, "cache-c: fit")) << why;
    cluster.of("b").following = InstanceId{};
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 409), "follows nobody"));
    cluster.of("b").following = InstanceId{"cache-c"};
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 409), "follows cache-c"));
    cluster.cache().declared.instances[2].priority = 0;
    why = refusal(switchover, R"({"to":"c"})", 409);
    EXPECT_TRUE(has(why, "priority is 0")) << why;
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"a"})", 409), "primary already"));
    EXPECT_TRUE(has(refusal(switchover, "{}", 409), "no instance of group cache"));
}

TEST_F(Orders, ASilentNodeCannotTakeOver) {
    cluster.silence("b");
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 409), "node b is silent"));
    EXPECT_TRUE(has(refusal(failover, R"({"to":"b"})", 409), "node b is silent"));
}

TEST_F(Orders, ASuspectOrQuietNodeIsNoTargetOfASwitchover) {
    for (auto& peer : cluster.view.peers) peer.liveness = cluster::Liveness::suspect;
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 409), "node b is suspect"));
    EXPECT_TRUE(has(refusal(switchover, "{}", 409), "node c is suspect"));
    for (auto& peer : cluster.view.peers) peer.liveness = cluster::Liveness::alive;
    cluster.view.report_times[NodeId{"b"}] = sample::now - std::chrono::milliseconds{1500};
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 409), "reported 1500 ms ago"));
}

TEST_F(Orders, TheGroupMustBeSteadyOrRepairingForASwitchover) {
    using cluster::Phase;
    for (const Phase phase : {Phase::fencing, Phase::promoting, Phase::handing_over}) {
        cluster.cache().phase = phase;
        refusal(switchover, R"({"to":"b"})", 409);
    }
    cluster.cache().phase = Phase::repairing;
    EXPECT_EQ(post(switchover, R"({"to":"b"})").status, 202);
}

TEST_F(Orders, AFailoverNeedsNoLivingPrimary) {
    cluster.of("a").process = cluster::ProcessState::absent;
    cluster.of("b").link_up = false;
    cluster.cache().phase = cluster::Phase::fencing;
    EXPECT_EQ(post(failover, R"({"to":"b"})").status, 202);
}

TEST_F(Orders, AFailoverToForeignDataNeedsAcceptedLoss) {
    cluster.of("b").replication_id = "foreign";
    EXPECT_TRUE(has(refusal(failover, R"({"to":"b"})", 409), "does not descend"));
    EXPECT_EQ(post(failover, R"({"to":"b","accept_loss":true})").status, 202);
    EXPECT_TRUE(std::get<cluster::Request>(asked.access.proposed.at(0)).accept_loss);
}

TEST_F(Orders, AnotherEpochIsAConflict) {
    const auto response = post(switchover, R"({"to":"b","epoch":3})");
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(Asked::json(response)["error"]["kind"], "conflict");
    EXPECT_EQ(post(switchover, R"({"to":"b","epoch":4})").status, 202);
}

TEST_F(Orders, AskingTwiceIsHarmlessAndAnotherRequestWaits) {
    cluster.cache().request = {cluster::RequestKind::switchover, InstanceId{"cache-b"}, false,
                               "ann", ""};
    const auto again = post(switchover, R"({"to":"b"})");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(Asked::json(again)["under_way"], true);
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"c"})", 409), "asked by ann"));
}

/// What fence.lossy tells an operator to do must be possible.
TEST_F(Orders, AFailoverReplacesWhatCanNoLongerHappen) {
    cluster.cache().phase = cluster::Phase::fencing;
    cluster.cache().request = {cluster::RequestKind::switchover, InstanceId{"cache-b"}, false,
                               "ann", ""};
    EXPECT_EQ(post(failover, R"({"accept_loss":true})").status, 202);
    cluster.cache().request.kind = cluster::RequestKind::failover;
    const auto accepting = post(failover, R"({"to":"b","accept_loss":true})");
    EXPECT_EQ(accepting.status, 202);
    EXPECT_EQ(Asked::json(accepting)["under_way"], false);
    EXPECT_EQ(asked.access.proposed.size(), 2U);
    cluster.cache().request.accept_loss = true;
    EXPECT_EQ(Asked::json(post(failover, R"({"to":"b","accept_loss":true})"))["under_way"], true);
    EXPECT_EQ(post(failover, R"({"to":"c","accept_loss":true})").status, 202);
    EXPECT_EQ(asked.access.proposed.size(), 3U);
}

TEST_F(Orders, ADryRunShowsThePlanAndProposesNothing) {
    const auto response = post(switchover, R"({"to":"b","dry_run":true})");
    ASSERT_EQ(response.status, 200);
    const auto json = Asked::json(response);
    EXPECT_EQ(json["from"], "cache-a");
    EXPECT_EQ(json["to"], "cache-b");
    EXPECT_GE(json["steps"].size(), 5U);
    EXPECT_EQ(json["loss"]["bytes_max"], 0);
    EXPECT_EQ(json["write_pause_ms"]["longest"], 5000);
    EXPECT_EQ(json["undo"], "baton group switchover cache --to cache-a");
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Orders, BadBodiesAreRefusedNamingTheMember) {
    EXPECT_TRUE(has(refusal(switchover, "{", 400), "JSON object"));
    EXPECT_TRUE(has(refusal(switchover, "[]", 400), "JSON object"));
    EXPECT_TRUE(has(refusal(switchover, R"({"too":"b"})", 400), "\"too\""));
    EXPECT_TRUE(has(refusal(switchover, R"({"to":5})", 400), "\"to\""));
    EXPECT_TRUE(has(refusal(switchover, R"({"dry_run":"yes"})", 400), "\"dry_run\""));
    EXPECT_TRUE(has(refusal(switchover, R"({"epoch":-1})", 400), "\"epoch\""));
    EXPECT_TRUE(has(refusal(switchover, R"({"accept_loss":true})", 400), "accept_loss"));
    const std::string deep(60'000, '[');
    EXPECT_TRUE(has(refusal(switchover, deep, 400), "JSON object"));
}

TEST_F(Orders, AnEmptyBodyIsNoOrderAndSaysWhatIsExpected) {
    for (const std::string& path : {switchover, failover}) {
        for (const char* const body : {"", " \r\n"}) {
            const auto why = refusal(path, body, 400);
            EXPECT_TRUE(has(why, "{\"to\":") && has(why, "dry_run") && has(why, "{}")) << why;
        }
    }
}

TEST_F(Orders, AnUnknownGroupNamesTheKnownOnes) {
    EXPECT_TRUE(has(refusal("/v1/groups/other/pause", "", 404), "cache"));
}

TEST_F(Orders, PauseAndResumeAreSafeToRepeat) {
    EXPECT_EQ(post("/v1/groups/cache/resume", "").status, 200);
    EXPECT_TRUE(asked.access.proposed.empty());
    EXPECT_EQ(post("/v1/groups/cache/pause", R"({"by":"ann"})").status, 202);
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    EXPECT_TRUE(std::get<cluster::SetPaused>(asked.access.proposed[0]).paused);
}

TEST_F(Orders, FailuresOfTheProposalKeepTheirMeaning) {
    asked.access.outcome = outcome_unknown("leadership was lost");
    EXPECT_EQ(post(switchover, R"({"to":"b"})").status, 504);
    asked.access.outcome = conflict("epoch moved on");
    EXPECT_EQ(post(switchover, R"({"to":"b"})").status, 409);
    asked.access.outcome = unavailable("not the leader");
    EXPECT_EQ(post(switchover, R"({"to":"b"})").status, 503);
}

TEST_F(Orders, OnlyTheLeaderTakesThem) {
    cluster = Cluster{"b"};
    const auto elsewhere = post(switchover + "?x=1", R"({"to":"b"})");
    EXPECT_EQ(elsewhere.status, 307);
    EXPECT_EQ(Asked::header(elsewhere, "Location"),
              "http://10.0.0.1:8001/v1/groups/cache/switchover?x=1");
    cluster.lose_quorum();
    EXPECT_TRUE(has(refusal(switchover, R"({"to":"b"})", 503), "no leader known"));
    cluster.view = sample::unformed();
    EXPECT_TRUE(has(refusal(switchover, "", 503), "nodes b and c"));
}

TEST_F(Orders, LeadershipGoesOnlyToALivingVoter) {
    EXPECT_EQ(post("/v1/raft/transfer", R"({"to":"b"})").status, 200);
    EXPECT_EQ(asked.access.transfers, std::vector<NodeId>{NodeId{"b"}});
    EXPECT_TRUE(has(refusal("/v1/raft/transfer", R"({"to":"x"})", 400), "a, b, c"));
    EXPECT_TRUE(has(refusal("/v1/raft/transfer", "", 400), "a, b, c"));
    refusal("/v1/raft/transfer", R"({"to":"a"})", 409);
    cluster.silence("c");
    refusal("/v1/raft/transfer", R"({"to":"c"})", 409);
}

}  // namespace
}  // namespace baton::api
