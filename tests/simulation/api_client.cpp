#include "simulation/api_client.hpp"

#include "simulation/sim_node.hpp"

#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration api_way_min = microseconds{60};
constexpr Duration api_way_max = microseconds{250};
constexpr Duration answer_patience = seconds{6};
constexpr Duration pause_between_tries = milliseconds{150};
constexpr std::size_t tries_max = 20;

/// The node in "http://host-a:8000/path".
NodeId node_in(const api::Response& response) {
    constexpr std::string_view before = "://host-";
    for (const auto& [name, value] : response.headers) {
        const std::size_t place = value.find(before);
        if (name != "Location" || place == std::string::npos) continue;
        const std::size_t first = place + before.size();
        return NodeId{value.substr(first, value.find(':', first) - first)};
    }
    return {};
}

}  // namespace

std::string Answer::message() const {
    if (!body.is_object() || !body.contains("error")) return "no answer";
    return body.at("error").at("message").get<std::string>();
}

void ApiClient::get(const std::string& target, Answered answered) {
    begin(request_for("GET", target), std::move(answered));
}

void ApiClient::post(const std::string& target, const nlohmann::json& body, Answered answered) {
    begin(request_for("POST", target, body.dump()), std::move(answered));
}

void ApiClient::begin(api::Request request, Answered answered) {
    auto errand = std::make_shared<Errand>();
    errand->request = std::move(request);
    errand->answered = std::move(answered);
    const std::vector<NodeId> nodes = around_.nodes();
    errand->at = nodes[world_.random().below(nodes.size())];
    go(errand);
}

void ApiClient::go(const ErrandPtr& errand) {
    ++errand->tries;
    ask(errand->at, errand->request,
        [this, errand](const Answer& answer, const api::Response& response) {
            constexpr int elsewhere = 307;
            if (answer.status != elsewhere) return came_back(errand, answer, response.status == 0);
            errand->at = node_in(response);
            go_on(errand);
        });
}

/// Nothing happened where nobody listens or nobody knows a leader.
void ApiClient::came_back(const ErrandPtr& errand, const Answer& answer, bool refused) {
    constexpr int unavailable = 503;
    const bool nothing_happened = refused || answer.status == unavailable;
    if (!nothing_happened || errand->tries >= tries_max) return errand->answered(answer);
    world_.after(pause_between_tries, [this, errand] {
        const std::vector<NodeId> nodes = around_.nodes();
        errand->at = nodes[world_.random().below(nodes.size())];
        go(errand);
    });
}

void ApiClient::go_on(const ErrandPtr& errand) {
    const bool known = errand->at && around_.find(errand->at) != nullptr;
    if (!known || errand->tries >= tries_max) return errand->answered(Answer{});
    go(errand);
}

void ApiClient::ask(const NodeId& node, const api::Request& request, Answered answered) {
    ask(node, request,
        [answered = std::move(answered)](const Answer& answer, const api::Response&) {
            answered(answer);
        });
}

void ApiClient::ask(const NodeId& node, const api::Request& request,
                    std::function<void(const Answer&, const api::Response&)> answered) {
    auto waiting = std::make_shared<bool>(true);
    const auto finish = [waiting, node,
                         answered = std::move(answered)](const api::Response& response) {
        if (!std::exchange(*waiting, false)) return;
        Answer answer;
        answer.status = response.status;
        answer.body = nlohmann::json::parse(response.body, nullptr, false);
        answer.from = node;
        answered(answer, response);
    };
    world_.after(world_.random().between(api_way_min, api_way_max), [this, node, request, finish] {
        SimNode* machine = around_.find(node);
        if (machine == nullptr) return;
        machine->ask(request, [this, finish](const api::Response& response) {
            world_.after(world_.random().between(api_way_min, api_way_max),
                         [finish, response] { finish(response); });
        });
    });
    constexpr int silence = -1;
    world_.after(answer_patience, [finish] {
        api::Response nothing;
        nothing.status = silence;
        finish(nothing);
    });
}

}  // namespace baton::simulation
