#pragma once

/// A plain Redis client for tests.

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace baton::adapters {

/// A blocking client of one server.
class Client {
public:
    Client(std::uint16_t port, const std::string& password) {
        const timeval timeout{2, 0};
        context_.reset(redisConnectWithTimeout("127.0.0.1", port, timeout));
        redisSetTimeout(context_.get(), timeout);
        if (!password.empty()) ask({"AUTH", password});
    }
    /// The reply as text; "" when the connection is lost.
    std::string ask(const std::vector<std::string>& command) {
        std::vector<const char*> words;
        std::vector<std::size_t> lengths;
        for (const std::string& word : command) {
            words.push_back(word.data());
            lengths.push_back(word.size());
        }
        auto* reply = static_cast<redisReply*>(redisCommandArgv(
            context_.get(), static_cast<int>(words.size()), words.data(), lengths.data()));
        if (reply == nullptr) return {};
        std::string text = reply->str != nullptr ? std::string(reply->str, reply->len) : "(none)";
        freeReplyObject(reply);
        return text;
    }

private:
    struct Free {
        void operator()(redisContext* context) const { redisFree(context); }
    };
    std::unique_ptr<redisContext, Free> context_;
};

}  // namespace baton::adapters
