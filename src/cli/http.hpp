#pragma once

/// One HTTP/1.1 exchange with one agent, blocking, on a connection of its own.
/// No retries and no redirects here: what to do after a failure depends on
/// whether the request may already have had an effect.

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/cluster/topology.hpp"

#include <functional>
#include <map>
#include <string>

namespace baton::cli {

struct HttpRequest {
    std::string method = "GET";
    std::string target{};  ///< Path and query, already escaped.
    std::string body{};    ///< JSON; sent when not empty.
    std::string token{};   ///< Sent as bearer token when not empty.
    /// Who must have signed the agent's certificate; empty: plain HTTP.
    std::string ca_file{};
};

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers{};  ///< Names in lower case.
    std::string body{};
};

/// Largest answer read; more is refused rather than kept in memory.
inline constexpr std::size_t http_answer_bytes_max = 16U * 1024 * 1024;

/// Errors: unavailable (nothing was sent: name, connection, TLS), outcome_unknown
/// (sent, but no whole answer within `limit`), invalid (an answer that is not
/// HTTP). `stop` is asked between waits.
[[nodiscard]] Result<HttpAnswer> exchange(const cluster::Endpoint& agent,
                                          const HttpRequest& request, Duration limit,
                                          const std::function<bool()>& stop);

/// "host:port", "[v6]:port", or either behind "http://" or "https://". Errors: invalid.
[[nodiscard]] Result<cluster::Endpoint> parse_endpoint(const std::string& text);
[[nodiscard]] std::string endpoint_text(const cluster::Endpoint& endpoint);

/// Percent-escapes everything but unreserved characters (RFC 3986 §2.3).
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace baton::cli
