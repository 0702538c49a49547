#include "adapters/redis/tail_reader.hpp"

#include "adapters/redis/redis_codec.hpp"

#include <algorithm>
#include <utility>

namespace baton::redis {

namespace {

constexpr Duration ask_again_after = std::chrono::milliseconds{20};
/// A first line that is longer is no answer to PSYNC.
constexpr std::size_t line_bytes_max = 1024;

}  // namespace

TailReader::TailReader(Loop& loop, boost::asio::io_context& context, LinkOptions options,
                       std::int64_t pid)
    : loop_(loop), context_(context), options_(std::move(options)), pid_(pid) {}

void TailReader::read(const cluster::Tail& tail, Instant deadline, Take take, Done<void> done) {
    tail_ = tail;
    deadline_ = deadline;
    take_ = std::move(take);
    done_ = std::move(done);
    timer_ = loop_.at(deadline_, [self = shared_from_this()] {
        self->finish(
            unavailable(describe(self->options_.target) + ": its history was not read in time"));
    });
    connect();
}

void TailReader::close() {
    loop_.cancel(timer_);
    loop_.cancel(again_);
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    done_ = nullptr;
    take_ = nullptr;
}

void TailReader::finish(Result<void> result) {
    Done<void> done = std::exchange(done_, nullptr);
    close();
    if (done) done(std::move(result));
}

void TailReader::connect() {
    stage_ = Stage::greeting;
    pending_.clear();
    left_ = tail_.until - tail_.from;
    stream_ = std::make_shared<RedisStream>(context_, options_);
    stream_->connect([self = shared_from_this()](Result<void> result) {
        if (!self->done_) return;
        if (!result) return self->finish(result.error());
        self->connected();
    });
}

void TailReader::connected() {
    stream_->read([self = shared_from_this()](Result<std::string_view> bytes) {
        if (self->done_) self->received(std::move(bytes));
    });
    if (options_.password.empty()) return ask();
    if (!stream_->ends_in(pid_)) {
        return finish(unavailable(describe(options_.target) +
                                  ": who answers there is not the process that baton started"));
    }
    stream_->write(encode({greeting(options_)}));
}

/// The first byte that is wanted is the one after the last that both hold.
void TailReader::ask() {
    stage_ = Stage::asking;
    stream_->write(encode({{"PSYNC", tail_.replication_id, std::to_string(tail_.from + 1)}}));
}

void TailReader::received(Result<std::string_view> bytes) {
    if (!bytes) {
        return finish(
            unavailable(describe(options_.target) + ": it hung up: " + bytes.error().message));
    }
    if (stage_ == Stage::reading) return pass_on(bytes.value());
    pending_ += bytes.value();
    while (done_ && stage_ != Stage::reading) {
        const std::size_t end = pending_.find('\n');
        if (end == std::string::npos) break;
        std::string text = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        if (!text.empty() && text.back() == '\r') text.pop_back();
        if (!text.empty()) line(text);
    }
    if (!done_) return;
    if (stage_ == Stage::reading) return pass_on(std::exchange(pending_, {}));
    if (pending_.size() <= line_bytes_max) return;
    finish(refused(describe(options_.target) + ": it does not answer as Redis does"));
}

void TailReader::line(const std::string& text) {
    const std::string who = describe(options_.target);
    if (text.starts_with("-NOMASTERLINK") || text.starts_with("-LOADING")) return again();
    if (text.starts_with('-'))
        return finish(classify(std::string_view(text).substr(1), options_.target));
    if (stage_ == Stage::greeting) return ask();
    if (text.starts_with("+CONTINUE")) {
        stage_ = Stage::reading;
        return;
    }
    finish(refused(who + ": it no longer holds its history from offset " +
                   std::to_string(tail_.from + 1) + " on"));
}

/// It has not noticed yet that it follows someone.
void TailReader::again() {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
    again_ = loop_.at(loop_.now() + ask_again_after, [self = shared_from_this()] {
        if (self->done_) self->connect();
    });
}

void TailReader::pass_on(std::string_view bytes) {
    const std::string_view wanted =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    left_ -= wanted.size();
    if (auto taken = take_(wanted); !taken) return finish(taken.error());
    if (left_ == 0) finish(success());
}

}  // namespace baton::redis
