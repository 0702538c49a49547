#pragma once

/// The API of one node as a test asks it: without a socket, with tokens and a
/// record of changes in memory.

#include "fakes.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "adapters/audit.hpp"
#include "adapters/tokens.hpp"
#include "api/audit_trail.hpp"
#include "api/routes.hpp"

namespace baton::api::sample {

/// Knows tokens by heart.
class FakeTokens final : public Tokens {
public:
    std::map<std::string, Bearer> known;

    std::optional<Bearer> find(std::string_view token) override {
        const auto found = known.find(std::string{token});
        return found == known.end() ? std::nullopt : std::optional{found->second};
    }
};

/// Keeps lines in memory; answers at once, or when the test says so.
class FakeAuditFile final : public AuditFile {
public:
    std::vector<std::string> lines;
    std::vector<Done<void>> waiting;
    Result<void> outcome = success();
    bool prompt = true;

    void keep(std::string line, Done<void> done) override {
        lines.push_back(std::move(line));
        prompt ? done(outcome) : waiting.push_back(std::move(done));
    }
    void newest(std::size_t limit, Done<std::vector<std::string>> done) override {
        const std::size_t first = lines.size() > limit ? lines.size() - limit : 0;
        done(std::vector<std::string>(lines.begin() + static_cast<std::ptrdiff_t>(first),
                                      lines.end()));
    }
    [[nodiscard]] nlohmann::json entry(std::size_t at) const {
        return nlohmann::json::parse(lines.at(at), nullptr, false);
    }
};

/// The API of one node, asked without a socket.
struct Asked {
    FakeAccess access;
    StillLoop loop;
    FakeTokens tokens;  ///< As long as it knows none, none is asked for.
    FakeAuditFile file;
    std::vector<Event> reported;
    AuditTrail trail{file, loop, NodeId{"a"},
                     [this](Event event) { reported.push_back(std::move(event)); }};

    Response ask(const std::string& method, const std::string& target, const std::string& body = "",
                 std::map<std::string, std::string> headers = {}) {
        Request request;
        request.method = method;
        request.from = "10.0.0.9";
        request.headers = std::move(headers);
        request.body = body;
        EXPECT_TRUE(read_target(target, request).has_value());
        auto answered = std::make_shared<std::optional<Response>>();
        Tokens* const known = tokens.known.empty() ? nullptr : &tokens;
        dispatch(Surface{access, loop, known, &trail, secure}, request,
                 [answered](Response response) {
                     EXPECT_FALSE(answered->has_value()) << "answered twice";
                     *answered = std::move(response);
                 });
        if (!file.waiting.empty()) loop.run(audit_patience);
        EXPECT_TRUE(answered->has_value()) << "not answered";
        return answered->value_or(Response{});
    }
    bool secure = false;

    /// Asks with the token of that name and role.
    Response ask_as(Role role, const std::string& method, const std::string& target,
                    const std::string& body = "") {
        tokens.known["sesame"] = {"ann", role};
        return ask(method, target, body, {{"authorization", "Bearer sesame"}});
    }
    static nlohmann::json json(const Response& response) {
        return nlohmann::json::parse(response.body, nullptr, false);
    }
    static std::string header(const Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) return value;
        }
        return "(absent)";
    }
};

}  // namespace baton::api::sample
