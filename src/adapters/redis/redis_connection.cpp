#include "adapters/redis/redis_connection.hpp"

#include "adapters/redis/redis_codec.hpp"
#include "adapters/redis/redis_stream.hpp"

#include <deque>
#include <utility>

namespace baton::redis {

namespace {

namespace asio = boost::asio;

struct Request {
    std::string bytes;
    std::size_t replies_wanted = 0;
    Instant deadline;
    Done<std::vector<RespValue>> done;
};

/// Requests wait in a queue; the first is worked on. Shared with what it
/// scheduled, which looks for it in vain once the link is destroyed.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Loop& loop, asio::io_context& context, LinkOptions options)
        : loop_(loop), context_(context), options_(std::move(options)) {}

    void request(Request request);
    void drop_all(const std::string& why);
    void abandon();
    void trust(std::int64_t pid);

private:
    enum class State {
        closed,
        connecting,      ///< TCP, TLS.
        authenticating,  ///< AUTH was sent, nothing of the request.
        idle,
        busy,  ///< The first request was sent.
    };

    void pump();
    void connect();
    void greet(Result<void> connected);
    void begin();
    [[nodiscard]] bool keeps_password() const;
    void listen();
    void received(Result<std::string_view> bytes);
    void take(RespValue reply);
    void authenticated(const RespValue& reply);
    void expired();
    void fail(Error error);
    void finish(Result<std::vector<RespValue>> result);
    void close();
    void answer(Done<std::vector<RespValue>> done, Result<std::vector<RespValue>> result);
    [[nodiscard]] Error lost(const std::string& why) const;

    Loop& loop_;
    asio::io_context& context_;
    LinkOptions options_;
    std::deque<Request> queue_;
    State state_ = State::closed;
    std::shared_ptr<RedisStream> stream_;  ///< Shared with its own pending operations.
    std::unique_ptr<ReplyReader> reader_;
    std::vector<RespValue> replies_;
    std::size_t bytes_received_ = 0;
    std::int64_t trusted_ = 0;
    bool password_kept_ = false;  ///< The peer is not known to be ours: it was not told.
    TimerId timer_ = 0;
};

/// Always later, so that no caller is called back from within its own call.
void Connection::answer(Done<std::vector<RespValue>> done, Result<std::vector<RespValue>> result) {
    loop_.post([weak = weak_from_this(), done = std::move(done), result = std::move(result)] {
        if (weak.lock()) done(result);
    });
}

void Connection::request(Request request) {
    if (queue_.size() >= link_queue_max) {
        return answer(std::move(request.done),
                      unavailable(describe(options_.target) + ": too many requests wait for it"));
    }
    queue_.push_back(std::move(request));
    if (queue_.size() == 1) pump();
}

void Connection::pump() {
    while (!queue_.empty() && queue_.front().deadline <= loop_.now()) {
        answer(std::move(queue_.front().done),
               unavailable(describe(options_.target) + ": no time left to ask it"));
        queue_.pop_front();
    }
    if (queue_.empty()) return;
    loop_.cancel(timer_);
    timer_ = loop_.at(queue_.front().deadline, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->expired();
    });
    if (state_ == State::idle && (password_kept_ || stream_->hung_up())) close();
    if (state_ == State::closed) return connect();
    if (state_ == State::idle) begin();
}

void Connection::connect() {
    state_ = State::connecting;
    stream_ = std::make_shared<RedisStream>(context_, options_);
    reader_ = std::make_unique<ReplyReader>();
    stream_->connect([weak = weak_from_this()](Result<void> result) {
        if (const auto self = weak.lock()) self->greet(std::move(result));
    });
}

void Connection::greet(Result<void> connected) {
    if (!connected) return fail(connected.error());
    listen();
    password_kept_ = keeps_password();
    if (options_.password.empty() || password_kept_) return begin();
    state_ = State::authenticating;
    stream_->write(encode({greeting(options_)}));
}

/// Whoever listens at the address of our server may be somebody else's. It is
/// asked what anybody may ask, and told nothing.
bool Connection::keeps_password() const {
    return options_.own && !options_.password.empty() && !stream_->ends_in(trusted_);
}

void Connection::listen() {
    stream_->read([weak = weak_from_this()](Result<std::string_view> bytes) {
        if (const auto self = weak.lock()) self->received(std::move(bytes));
    });
}

void Connection::begin() {
    state_ = State::busy;
    replies_.clear();
    bytes_received_ = 0;
    stream_->write(std::move(queue_.front().bytes));
}

Error Connection::lost(const std::string& why) const {
    const std::string message = describe(options_.target) + ": " + why;
    return state_ == State::busy ? outcome_unknown(message) : unavailable(message);
}

void Connection::received(Result<std::string_view> bytes) {
    if (!bytes) return fail(lost("the connection was lost: " + bytes.error().message));
    bytes_received_ += bytes.value().size();
    if (bytes_received_ > reply_bytes_max) {
        return fail(refused(describe(options_.target) + ": its answer exceeds " +
                            std::to_string(reply_bytes_max) + " bytes"));
    }
    if (const auto fed = reader_->feed(bytes.value()); !fed) return fail(lost(fed.error().message));
    const auto stream = stream_;
    while (stream_ == stream) {
        auto reply = reader_->next();
        if (!reply) return fail(lost(reply.error().message));
        if (!reply.value()) return;
        take(std::move(*reply.value()));
    }
}

void Connection::take(RespValue reply) {
    if (state_ == State::authenticating) return authenticated(reply);
    // A reply nobody asked for: whatever follows could be taken for another's.
    if (state_ != State::busy) return close();
    if (password_kept_ && reply.text.starts_with("NOAUTH")) {
        return fail(refused(describe(options_.target) +
                            ": who answers there demands a password and is not the process that "
                            "baton started; it was not told the password: stop it, or give the "
                            "instance another port"));
    }
    replies_.push_back(std::move(reply));
    if (replies_.size() < queue_.front().replies_wanted) return;
    state_ = State::idle;
    finish(std::move(replies_));
}

void Connection::authenticated(const RespValue& reply) {
    if (reply.kind == RespValue::Kind::error) return fail(classify(reply.text, options_.target));
    begin();
}

void Connection::expired() {
    if (queue_.empty()) return;
    fail(lost(state_ == State::busy ? "no answer in time" : "not reached in time"));
}

void Connection::fail(Error error) {
    close();
    if (!queue_.empty()) finish(std::move(error));
}

void Connection::finish(Result<std::vector<RespValue>> result) {
    loop_.cancel(timer_);
    answer(std::move(queue_.front().done), std::move(result));
    queue_.pop_front();
    replies_.clear();
    bytes_received_ = 0;
    pump();
}

void Connection::close() {
    state_ = State::closed;
    if (const auto stream = std::exchange(stream_, nullptr)) stream->close();
}

void Connection::drop_all(const std::string& why) {
    Error first = lost(why);
    loop_.cancel(timer_);
    close();
    for (Request& request : std::exchange(queue_, {})) {
        answer(std::move(request.done), std::exchange(first, lost(why)));
    }
}

/// What was said to the process before stays said; the next request goes to
/// whoever is there now.
void Connection::trust(std::int64_t pid) {
    if (pid == trusted_) return;
    trusted_ = pid;
    if (options_.own && state_ != State::closed) password_kept_ = true;
}

void Connection::abandon() {
    loop_.cancel(timer_);
    close();
    queue_.clear();
}

class RealLink final : public RedisLink {
public:
    RealLink(Loop& loop, asio::io_context& context, LinkOptions options)
        : connection_(std::make_shared<Connection>(loop, context, std::move(options))) {}
    ~RealLink() override { connection_->abandon(); }

    void request(std::vector<Command> pipeline, Instant deadline,
                 Done<std::vector<RespValue>> done) override {
        connection_->request({encode(pipeline), pipeline.size(), deadline, std::move(done)});
    }
    void trust(std::int64_t pid) override { connection_->trust(pid); }
    void disconnect() override { connection_->drop_all("the connection was dropped by order"); }

private:
    std::shared_ptr<Connection> connection_;  ///< Pending callbacks hold it weakly.
};

}  // namespace

Command greeting(const LinkOptions& options) {
    if (options.user.empty()) return {"AUTH", options.password};
    return {"AUTH", options.user, options.password};
}

std::unique_ptr<RedisLink> make_redis_link(Loop& loop, void* io_context, LinkOptions options) {
    return std::make_unique<RealLink>(loop, *static_cast<asio::io_context*>(io_context),
                                      std::move(options));
}

}  // namespace baton::redis
