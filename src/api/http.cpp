#include "api/http.hpp"

namespace baton::api {

namespace {

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

Result<std::string> decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[at] != '%') {
            out += text[at];
        } else {
            const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0) return invalid("the address contains a malformed % escape");
            out += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return out;
}

Result<void> read_query(std::string_view query, Request& request) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        BATON_TRY(auto name, decoded(pair.substr(0, equals), true));
        std::string value;
        if (equals != std::string_view::npos) {
            BATON_TRY(value, decoded(pair.substr(equals + 1), true));
        }
        request.query[std::move(name)] = std::move(value);
    }
    return success();
}

}  // namespace

std::string Request::header(std::string_view name) const {
    const auto found = headers.find(std::string{name});
    return found == headers.end() ? std::string{} : found->second;
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    const auto found = query.find(std::string{name});
    if (found == query.end()) return std::nullopt;
    return found->second;
}

Result<void> read_target(std::string_view target, Request& request) {
    request.target = std::string{target};
    const auto question = target.find('?');
    BATON_TRY(request.path, decoded(target.substr(0, question), false));
    if (question == std::string_view::npos) return success();
    return read_query(target.substr(question + 1), request);
}

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid: return 400;
        case ErrorKind::refused: return 409;
        case ErrorKind::conflict: return 409;
        case ErrorKind::unavailable: return 503;
        case ErrorKind::outcome_unknown: return 504;
        case ErrorKind::corrupt: return 500;
    }
    return 500;
}

std::string_view phrase_of(int status) {
    static constexpr std::pair<int, std::string_view> phrases[] = {
        {200, "OK"},
        {202, "Accepted"},
        {204, "No Content"},
        {307, "Temporary Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"}};
    for (const auto& [number, phrase] : phrases) {
        if (number == status) return phrase;
    }
    return "Unknown";
}

Response json_response(const nlohmann::json& body, int status) {
    Response response;
    response.status = status;
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    return response;
}

Response text_response(std::string body, std::string content_type) {
    Response response;
    response.content_type = std::move(content_type);
    response.body = std::move(body);
    return response;
}

Response error_response(const Error& error, int status) {
    return json_response({{"error", {{"kind", name_of(error.kind)}, {"message", error.message}}}},
                         status == 0 ? status_of(error.kind) : status);
}

}  // namespace baton::api
