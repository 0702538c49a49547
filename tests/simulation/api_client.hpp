#pragma once

/// Asks agents over their API, as a program beside the cluster does: one node
/// after the other, where it is sent to, and again while an election is under
/// way. What was sent once and not answered is not sent again. It reaches every
/// machine that is on; cuts are between nodes.

#include "api/http.hpp"
#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace baton::simulation {

class SimNode;

struct Answer {
    int status = 0;  ///< Not positive: none came.
    nlohmann::json body;
    NodeId from;

    [[nodiscard]] bool accepted() const { return status >= 200 && status < 300; }
    /// Of an error, in the agent's words.
    [[nodiscard]] std::string message() const;
};

class ApiClient {
public:
    using Answered = std::function<void(const Answer&)>;
    /// The nodes there are; a node of that name, or null.
    struct Surroundings {
        std::function<std::vector<NodeId>()> nodes;
        std::function<SimNode*(const NodeId&)> find;
    };

    ApiClient(World& world, Surroundings around) : world_(world), around_(std::move(around)) {}

    /// Of any node, the first that answers.
    void get(const std::string& target, Answered answered);
    /// Of the leader, wherever that is.
    void post(const std::string& target, const nlohmann::json& body, Answered answered);
    /// Of `node` alone, once.
    void ask(const NodeId& node, const api::Request& request, Answered answered);

private:
    struct Errand {
        api::Request request;
        Answered answered;
        NodeId at;
        std::size_t tries = 0;
    };
    using ErrandPtr = std::shared_ptr<Errand>;

    void begin(api::Request request, Answered answered);
    void go(const ErrandPtr& errand);
    void came_back(const ErrandPtr& errand, const Answer& answer, bool refused);
    void go_on(const ErrandPtr& errand);
    void ask(const NodeId& node, const api::Request& request,
             std::function<void(const Answer&, const api::Response&)> answered);

    World& world_;
    Surroundings around_;
};

}  // namespace baton::simulation
