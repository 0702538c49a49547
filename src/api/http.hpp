#pragma once

/// Requests and answers of the HTTP surface as plain values, so that routes can
/// be tested without a socket. No parsing of the protocol here: the server does
/// that, and hands over only requests within its limits.

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::api {

/// Version of the shapes served; sent with every answer.
inline constexpr std::string_view api_version = "1";

struct Request {
    std::string method;                          ///< Upper case.
    std::string target;                          ///< As sent: path and query, for redirects.
    std::string path;                            ///< Decoded.
    std::map<std::string, std::string> query;    ///< Decoded; the last of equal names counts.
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;
    std::string from;  ///< Address of whoever sent it, without its port.

    /// Empty if absent. `name` in lower case.
    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

/// Splits and decodes `target`. Errors: invalid (a malformed escape).
[[nodiscard]] Result<void> read_target(std::string_view target, Request& request);

/// Text that goes on after the head of an answer, until either side ends it.
/// Destroyed when the client is gone.
class Feed {
public:
    /// False: the client reads too slowly and was cut off; write no more.
    using Write = std::function<bool(std::string text)>;
    virtual ~Feed() = default;
    virtual void start(Write write) = 0;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<Feed> feed;  ///< Set: `body` is only the beginning. Shared with its connection.
};
using Respond = std::function<void(Response)>;

[[nodiscard]] int status_of(ErrorKind kind);
[[nodiscard]] std::string_view phrase_of(int status);

/// JSON on one line; text that is not UTF-8 is repaired rather than refused.
[[nodiscard]] Response json_response(const nlohmann::json& body, int status = 200);
[[nodiscard]] Response text_response(std::string body, std::string content_type = "text/plain");
/// {"error":{"kind","message"}} with the status of the kind, or `status`.
[[nodiscard]] Response error_response(const Error& error, int status = 0);

}  // namespace baton::api
