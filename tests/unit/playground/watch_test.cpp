// What a playground hears from its agents, and what it says to them.
#include "playground/watch.hpp"

#include "cli/http.hpp"
#include "place.hpp"
#include "scripted_agent.hpp"

namespace {

using baton::playground::groups_of;
using baton::playground::token_of;
using baton::playground::unsteady;

class Watch : public baton::test::Place {
protected:
    void SetUp() override {
        Place::SetUp();
        file.topology.nodes.resize(1);
        file.topology.nodes[0].id = baton::NodeId{"a"};
        file.topology.nodes[0].api = baton::cli::parse_endpoint(agent.address()).value();
        file.topology.groups.resize(1);
    }
    std::string missing() {
        const auto token = token_of(file);
        if (!token) return token.error().message;
        return unsteady(file, groups_of(file, token.value()));
    }

    baton::test::ScriptedAgent agent;
    baton::config::ClusterFile file;
};

TEST_F(Watch, SendsTheTokenThatTheClusterFileNames) {
    agent.script(R"({"GET /v1/groups": [{"name": "g", "phase": "steady", "instances": []}]})");
    EXPECT_EQ(missing(), "");
    EXPECT_EQ(agent.authorization(), "");
    file.token_file = write("token", "sesame\n");
    EXPECT_EQ(missing(), "");
    EXPECT_EQ(agent.authorization(), "Bearer sesame");
}

TEST_F(Watch, ATokenFileThatCannotBeUsedIsSaidAtOnce) {
    file.token_file = directory + "/none";
    EXPECT_NE(missing().find(file.token_file), std::string::npos);
}

TEST_F(Watch, ARefusalIsToldInsteadOfSilence) {
    agent.script(
        R"({"GET /v1/groups": {"status": 401, "error": {"message": "needs the API token"}}})");
    const std::string why = missing();
    EXPECT_NE(why.find("node a"), std::string::npos) << why;
    EXPECT_NE(why.find("401: needs the API token"), std::string::npos) << why;
    agent.script(R"({"GET /v1/groups": {"status": 500, "error": "odd"}})");
    EXPECT_NE(missing().find("500"), std::string::npos);
}

TEST_F(Watch, NamesWhatIsMissing) {
    agent.script(R"({"GET /v1/groups": [{"name": "g", "phase": "repairing", "instances":
        [{"id": "g-a", "health": "healthy"}, {"id": "g-b", "health": "down"}]}]})");
    EXPECT_EQ(missing(), "group g is repairing; instance g-b is down; ");
    agent.script(R"({"GET /v1/groups": []})");
    EXPECT_EQ(missing(), "the cluster is not formed yet");
}

}  // namespace
