#include "adapters/redis/redis_codec.hpp"

#include "base/check.hpp"

#include <hiredis/hiredis.h>

namespace baton::redis {

namespace {

RespValue to_value(const redisReply& reply) {
    RespValue value;
    switch (reply.type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            value.kind = RespValue::Kind::text;
            value.text.assign(reply.str, reply.len);
            break;
        case REDIS_REPLY_ERROR:
            value.kind = RespValue::Kind::error;
            value.text.assign(reply.str, reply.len);
            break;
        case REDIS_REPLY_INTEGER:
            value.kind = RespValue::Kind::integer;
            value.integer = reply.integer;
            break;
        case REDIS_REPLY_ARRAY:
            value.kind = RespValue::Kind::list;
            for (std::size_t i = 0; i < reply.elements; ++i) {
                value.elements.push_back(to_value(*reply.element[i]));
            }
            break;
        default: break;
    }
    return value;
}

Error broken(const redisReader& reader) {
    return refused(std::string("the answer is not the Redis protocol: ") + reader.errstr);
}

}  // namespace

std::string encode(const std::vector<Command>& pipeline) {
    std::string bytes;
    for (const Command& command : pipeline) {
        std::vector<const char*> arguments;
        std::vector<std::size_t> lengths;
        for (const std::string& argument : command) {
            arguments.push_back(argument.data());
            lengths.push_back(argument.size());
        }
        char* formatted = nullptr;
        const int length = redisFormatCommandArgv(&formatted, static_cast<int>(arguments.size()),
                                                  arguments.data(), lengths.data());
        BATON_CHECK(length >= 0);
        bytes.append(formatted, static_cast<std::size_t>(length));
        redisFreeCommand(formatted);
    }
    return bytes;
}

void ReplyReader::Free::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) {
    BATON_CHECK(reader_ != nullptr);
}

Result<void> ReplyReader::feed(std::string_view bytes) {
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
        return broken(*reader_);
    }
    return success();
}

Result<std::optional<RespValue>> ReplyReader::next() {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return broken(*reader_);
    if (raw == nullptr) return std::optional<RespValue>{};
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(
        static_cast<redisReply*>(raw), &freeReplyObject);
    return std::optional<RespValue>{to_value(*reply)};
}

}  // namespace baton::redis
