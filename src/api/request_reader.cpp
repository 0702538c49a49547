#include "api/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace baton::api {

namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

Response refusal_of(const ErrorCode& error, const RequestLimits& limits) {
    if (error == http::error::header_limit) {
        return error_response(invalid("the request head is larger than " +
                                      std::to_string(limits.header_bytes) + " bytes"),
                              431);
    }
    if (error == http::error::body_limit) {
        return error_response(invalid("the request body is larger than " +
                                      std::to_string(limits.body_bytes) + " bytes"),
                              413);
    }
    return error_response(invalid("this is not an HTTP request: " + error.message()));
}

Incoming refused_with(Response refusal) {
    Incoming incoming;
    incoming.refusal = std::move(refusal);
    return incoming;
}

}  // namespace

struct RequestReader::Parsing {
    http::request_parser<http::string_body> parser;
};

RequestReader::RequestReader(RequestLimits limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

std::optional<Incoming> RequestReader::next() {
    if (!parsing_) {
        parsing_ = std::make_unique<Parsing>();
        parsing_->parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parsing_->parser.body_limit(limits_.body_bytes);
    }
    auto& parser = parsing_->parser;
    while (!input_.empty() && !parser.is_done()) {
        ErrorCode error;
        const std::size_t used = parser.put(boost::asio::buffer(input_), error);
        input_.erase(0, used);
        if (error == http::error::need_more) break;
        if (error) return refused_with(refusal_of(error, limits_));
        if (used == 0) break;
    }
    if (!parser.is_done()) return std::nullopt;
    return completed();
}

Incoming RequestReader::completed() {
    const auto message = parsing_->parser.release();
    parsing_.reset();
    Incoming incoming;
    incoming.keep_alive = message.keep_alive();
    incoming.head_only = message.method() == http::verb::head;
    Request& request = incoming.request;
    request.method = std::string{message.method_string()};
    for (const auto& field : message) {
        std::string name{field.name_string()};
        for (char& letter : name) {
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
        }
        request.headers[std::move(name)] = std::string{field.value()};
    }
    request.body = message.body();
    const auto target = message.target();
    const auto read = read_target({target.data(), target.size()}, request);
    if (!read) return refused_with(error_response(read.error()));
    return incoming;
}

}  // namespace baton::api
