#include "cli/http_message.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace baton::cli {
namespace {

constexpr std::size_t head_bytes_max = 64U * 1024;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <typename Number>
std::optional<Number> number(std::string_view text, int base) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return value;
}

Error not_http() {
    return invalid(
        "the answer is not HTTP; is this the API port of an agent? If it speaks TLS, say --ca or "
        "--config");
}

}  // namespace

std::string request_text(const cluster::Endpoint& agent, const HttpRequest& request) {
    std::string text = request.method + " " + request.target +
                       " HTTP/1.1\r\nHost: " + endpoint_text(agent) +
                       "\r\nConnection: close\r\nAccept: application/json\r\n";
    if (!request.token.empty()) text += "Authorization: Bearer " + request.token + "\r\n";
    if (!request.body.empty() || request.method == "POST") {
        text += "Content-Type: application/json\r\nContent-Length: " +
                std::to_string(request.body.size()) + "\r\n";
    }
    return text + "\r\n" + request.body;
}

Result<bool> AnswerReader::add(std::string_view bytes) {
    pending_ += bytes;
    if (answer_.body.size() + pending_.size() > http_answer_bytes_max) {
        return invalid("the answer is larger than 16 MiB");
    }
    if (!head_done_) {
        if (pending_.find("\r\n\r\n") == std::string::npos) {
            if (pending_.size() > head_bytes_max) return not_http();
            return false;
        }
        BATON_TRY(read_head());
    }
    return chunked_ ? read_chunks() : read_body();
}

bool AnswerReader::closed() {
    if (!head_done_ || chunked_ || length_) return false;
    answer_.body += std::exchange(pending_, {});
    return true;
}

Result<void> AnswerReader::read_head() {
    const std::size_t end = pending_.find("\r\n\r\n");
    const std::string head = pending_.substr(0, end);
    pending_.erase(0, end + 4);
    if (!head.starts_with("HTTP/1.") || head.size() < 12) return not_http();
    const auto status = number<int>(std::string_view{head}.substr(9, 3), 10);
    if (!status) return not_http();
    answer_.status = *status;
    for (std::size_t at = head.find("\r\n"); at != std::string::npos;) {
        const std::size_t next = head.find("\r\n", at + 2);
        const std::string_view line =
            std::string_view{head}.substr(at + 2, next == std::string::npos ? next : next - at - 2);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return not_http();
        answer_.headers[lower(std::string{line.substr(0, colon)})] =
            trimmed(line.substr(colon + 1));
        at = next;
    }
    if (const auto found = answer_.headers.find("content-length"); found != answer_.headers.end()) {
        length_ = number<std::size_t>(found->second, 10);
        if (!length_ || *length_ > http_answer_bytes_max) return not_http();
    }
    const auto coding = answer_.headers.find("transfer-encoding");
    chunked_ = coding != answer_.headers.end() && lower(coding->second) == "chunked";
    if (answer_.status == 204 || answer_.status == 304) length_ = 0;
    head_done_ = true;
    return success();
}

Result<bool> AnswerReader::read_body() {
    answer_.body += std::exchange(pending_, {});
    return length_ && answer_.body.size() >= *length_;
}

Result<bool> AnswerReader::read_chunks() {
    for (;;) {
        const std::size_t line = pending_.find("\r\n");
        if (line == std::string::npos) return false;
        const std::string_view head{pending_.data(), line};
        const auto size = number<std::size_t>(trimmed(head.substr(0, head.find(';'))), 16);
        if (!size || *size > http_answer_bytes_max) return not_http();
        if (*size == 0) return true;  // Trailers carry nothing for us.
        if (pending_.size() < line + 2 + *size + 2) return false;
        answer_.body += pending_.substr(line + 2, *size);
        pending_.erase(0, line + 2 + *size + 2);
    }
}

}  // namespace baton::cli
