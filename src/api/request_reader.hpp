#pragma once

/// Bytes of one connection -> whole HTTP/1.1 requests within the limits, or what
/// to tell a client whose bytes are none. No socket here.

#include "api/http.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::api {

struct RequestLimits {
    std::size_t header_bytes = 8 * 1024;  ///< More: 431.
    std::size_t body_bytes = 64 * 1024;   ///< More: 413.
};

struct Incoming {
    Request request;
    bool keep_alive = false;
    bool head_only = false;  ///< HEAD: the answer goes without its body.
    /// Set: what was read is no request; answer this and hang up.
    std::optional<Response> refusal;
};

class RequestReader {
public:
    explicit RequestReader(RequestLimits limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    void add(std::string_view bytes) { input_ += bytes; }
    /// The next request, or nothing until more bytes come. After a refusal
    /// there is no next one.
    [[nodiscard]] std::optional<Incoming> next();

private:
    struct Parsing;

    [[nodiscard]] Incoming completed();

    RequestLimits limits_;
    std::string input_;  ///< Not parsed yet.
    std::unique_ptr<Parsing> parsing_;
};

}  // namespace baton::api
