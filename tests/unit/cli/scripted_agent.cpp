#include "scripted_agent.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace baton::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

Scripted from_json(const nlohmann::ordered_json& json) {
    if (json.is_object() && json.contains("status") && json["status"].is_number()) {
        Scripted answer{.status = json["status"].get<int>()};
        if (json.contains("error"))
            answer.body = nlohmann::ordered_json{{"error", json["error"]}}.dump();
        if (json.contains("body")) answer.body = json["body"].dump();
        return answer;
    }
    return {.body = json.dump()};
}

/// Everything up to the end of head and stated body.
std::string read_request(int connection) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto head = text.find("\r\n\r\n");
        if (head != std::string::npos) {
            const auto field = text.find("Content-Length: ");
            const std::size_t length =
                field == std::string::npos ? 0 : std::stoul(text.substr(field + 16));
            if (text.size() >= head + 4 + length) return text;
        }
        const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
        if (count <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

ScriptedAgent::ScriptedAgent() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error{"no loopback port"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

ScriptedAgent::~ScriptedAgent() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    for (const int connection : held_) close(connection);
}

std::string ScriptedAgent::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void ScriptedAgent::script(const std::string& request, std::vector<Scripted> answers) {
    const std::lock_guard lock{mutex_};
    answers_[request] = std::move(answers);
}

void ScriptedAgent::script(const std::string& json) {
    const auto all = nlohmann::ordered_json::parse(replaced(json, "AGENT", address()));
    for (const auto& [request, body] : all.items()) {
        std::vector<Scripted> answers;
        if (body.is_object() && body.contains("sequence")) {
            for (const auto& one : body["sequence"]) answers.push_back(from_json(one));
        } else {
            answers.push_back(from_json(body));
        }
        script(request, std::move(answers));
    }
}

void ScriptedAgent::forget() {
    const std::lock_guard lock{mutex_};
    answers_.clear();
    requests_.clear();
}

std::vector<std::string> ScriptedAgent::requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
}

std::string ScriptedAgent::authorization() const {
    const std::lock_guard lock{mutex_};
    return authorization_;
}

void ScriptedAgent::serve() {
    for (;;) {
        const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        answer(connection);
    }
}

Scripted ScriptedAgent::next(const std::string& request) {
    const auto found = answers_.find(request);
    if (found == answers_.end()) {
        return {
            .status = 404,
            .body = R"({"error":{"kind":"invalid","message":"not scripted: )" + request + R"("}})"};
    }
    Scripted answer = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return answer;
}

void ScriptedAgent::answer(int connection) {
    const std::string text = read_request(connection);
    const std::string request = text.substr(0, text.find(" HTTP/1.1"));
    const auto head_end = text.find("\r\n\r\n");
    Scripted reply;
    {
        const std::lock_guard lock{mutex_};
        const std::string body = head_end == std::string::npos ? "" : text.substr(head_end + 4);
        requests_.push_back(request + (body.empty() ? "" : " " + body));
        const auto field = text.find("Authorization: ");
        authorization_ = field == std::string::npos
                             ? ""
                             : text.substr(field + 15, text.find('\r', field) - field - 15);
        reply = next(request);
        if (reply.silent) {
            held_.push_back(connection);
            return;
        }
    }
    if (!reply.hang_up) {
        const std::string bytes =
            !reply.raw.empty() ? reply.raw
                               : "HTTP/1.1 " + std::to_string(reply.status) +
                                     " X\r\nContent-Type: application/json\r\n" + reply.headers +
                                     "Content-Length: " + std::to_string(reply.body.size()) +
                                     "\r\nConnection: close\r\n\r\n" + reply.body;
        (void)send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    close(connection);
}

}  // namespace baton::test
