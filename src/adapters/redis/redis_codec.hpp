#pragma once

/// The Redis protocol as bytes, by hiredis: commands out, replies in. Reads no
/// socket.

#include "adapters/redis/resp_value.hpp"
#include "base/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace baton::redis {

/// The bytes of a pipeline.
[[nodiscard]] std::string encode(const std::vector<Command>& pipeline);

/// Takes bytes as they come and gives replies as they become complete.
class ReplyReader {
public:
    ReplyReader();

    /// Errors, here and in `next`: refused when the bytes are not the protocol.
    [[nodiscard]] Result<void> feed(std::string_view bytes);
    [[nodiscard]] Result<std::optional<RespValue>> next();

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace baton::redis
