#pragma once

/// An agent that answers from a script: a real listening socket, so that the
/// HTTP client under test is the one that ships. It judges nothing.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace baton::test {

/// Raw answer to one request.
struct Scripted {
    int status = 200;
    std::string body{};
    std::string headers{};  ///< Further lines, each with its CRLF.
    bool hang_up = false;   ///< Read the request, then close without a word.
    bool silent = false;    ///< Read the request and never answer.
    std::string raw{};      ///< If not empty: exactly these bytes instead.
};

class ScriptedAgent {
public:
    ScriptedAgent();
    ~ScriptedAgent();
    ScriptedAgent(const ScriptedAgent&) = delete;
    ScriptedAgent& operator=(const ScriptedAgent&) = delete;

    /// "127.0.0.1:PORT".
    [[nodiscard]] std::string address() const;
    /// Answers to "METHOD TARGET", in order; the last is repeated.
    void script(const std::string& request, std::vector<Scripted> answers);
    /// From JSON: an object of request to body, to {"status","error"}, or to a
    /// list of those. "AGENT" in it stands for `address()`.
    void script(const std::string& json);
    void forget();
    /// "METHOD TARGET BODY" of every request so far.
    [[nodiscard]] std::vector<std::string> requests() const;
    /// Value of the Authorization header of the last request.
    [[nodiscard]] std::string authorization() const;

private:
    void serve();
    void answer(int connection);
    Scripted next(const std::string& request);

    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<Scripted>> answers_;
    std::vector<std::string> requests_;
    std::string authorization_;
    std::vector<int> held_;  ///< Connections kept open without an answer.
    std::thread thread_;
};

}  // namespace baton::test
