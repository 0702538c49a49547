#pragma once

/// HTTP/1.1 messages as text (RFC 9112), apart from any socket: writing a
/// request, and recognising when an answer is complete.

#include "cli/http.hpp"

#include <optional>
#include <string>

namespace baton::cli {

[[nodiscard]] std::string request_text(const cluster::Endpoint& agent, const HttpRequest& request);

/// Reads an answer as its bytes arrive.
class AnswerReader {
public:
    /// True once the answer is complete. Errors: invalid (not HTTP, or beyond
    /// `http_answer_bytes_max`).
    [[nodiscard]] Result<bool> add(std::string_view bytes);
    /// The peer closed the connection: complete only if no length was stated.
    [[nodiscard]] bool closed();
    [[nodiscard]] HttpAnswer take() { return std::move(answer_); }

private:
    Result<void> read_head();
    Result<bool> read_body();
    Result<bool> read_chunks();

    std::string pending_;  ///< Bytes not yet understood.
    HttpAnswer answer_;
    bool head_done_ = false;
    bool chunked_ = false;
    std::optional<std::size_t> length_;
};

}  // namespace baton::cli
