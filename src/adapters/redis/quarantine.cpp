#include "adapters/redis/quarantine.hpp"

#include "adapters/redis/mute_primary.hpp"
#include "adapters/redis/quarantine_room.hpp"
#include "adapters/redis/tail_reader.hpp"

#include <thread>
#include <utility>

namespace baton::redis {

namespace {

namespace asio = boost::asio;

/// One tail at a time. The disk is waited for on a thread of its own where much
/// may have to be written at once.
class RedisQuarantine final : public Quarantine {
public:
    RedisQuarantine(Loop& loop, asio::io_context& context, QuarantineOptions options)
        : loop_(loop),
          context_(context),
          options_(std::move(options)),
          room_(options_.directory, options_.server.target.group) {}
    ~RedisQuarantine() override { end_reading(); }

    void keep(KeepOrder order, Instant deadline, Done<Kept> done) override;
    void stop() override;
    [[nodiscard]] std::vector<std::string> kept() const override { return room_.kept(); }

private:
    void read_stream();
    void attached(const Result<void>& result);
    void read_to_end(const Result<void>& result);
    void keep_files(std::string why);
    void finish(Result<Kept> result);
    void finish_on_thread(std::function<Result<Kept>()> work);
    void end_reading();

    Loop& loop_;
    asio::io_context& context_;
    QuarantineOptions options_;
    QuarantineRoom room_;
    KeepOrder order_;
    Instant deadline_;
    Done<Kept> done_;
    std::uint64_t number_ = 0;  ///< Of the order: answers to an earlier one are void.
    std::vector<std::string> removed_;
    std::shared_ptr<Draft> draft_;
    std::shared_ptr<MutePrimary> mute_;
    std::shared_ptr<TailReader> reader_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::jthread worker_;  ///< Last: what it is given outlives it.
};

void RedisQuarantine::keep(KeepOrder order, Instant deadline, Done<Kept> done) {
    stop();
    order_ = std::move(order);
    deadline_ = deadline;
    done_ = std::move(done);
    const bool running = order_.tail.remains == cluster::Remains::in_memory;
    if (!running) return keep_files("What its files hold of it is kept");
    read_stream();
}

void RedisQuarantine::stop() {
    ++number_;
    end_reading();
    draft_.reset();
    done_ = nullptr;
}

void RedisQuarantine::end_reading() {
    if (const auto reader = std::exchange(reader_, nullptr)) reader->close();
    if (const auto mute = std::exchange(mute_, nullptr)) mute->close();
}

void RedisQuarantine::finish(Result<Kept> result) {
    end_reading();
    draft_.reset();
    loop_.post([weak = std::weak_ptr<bool>(alive_), done = std::exchange(done_, nullptr),
                result = std::move(result)] {
        if (done && weak.lock()) done(result);
    });
}

void RedisQuarantine::read_stream() {
    auto draft = room_.begin(order_);
    if (!draft) return finish(draft.error());
    auto removed = room_.make_room(order_.bounds, order_.tail.until - order_.tail.from);
    if (!removed) return finish(removed.error());
    removed_ = std::move(removed.value());
    draft_ = std::make_shared<Draft>(std::move(draft.value()));
    mute_ = std::make_shared<MutePrimary>(context_, options_.server.tls);
    const auto endpoint = mute_->listen();
    if (!endpoint) return finish(endpoint.error());
    order_.attach(endpoint.value(), [this, weak = std::weak_ptr<bool>(alive_),
                                     mute = mute_](const Result<void>& result) {
        if (weak.lock() && mute == mute_) attached(result);
    });
}

void RedisQuarantine::attached(const Result<void>& result) {
    if (!result) return finish(result.error());
    reader_ = std::make_shared<TailReader>(loop_, context_, options_.server, order_.pid);
    reader_->read(
        order_.tail, deadline_,
        [draft = draft_](std::string_view bytes) { return draft->append(bytes); },
        [this, weak = std::weak_ptr<bool>(alive_)](const Result<void>& read) {
            if (weak.lock()) read_to_end(read);
        });
}

void RedisQuarantine::read_to_end(const Result<void>& result) {
    end_reading();
    if (!result && result.error().kind == ErrorKind::refused) {
        draft_.reset();
        return keep_files(result.error().message + "; its files are kept");
    }
    if (!result) return finish(result.error());
    finish_on_thread([draft = std::exchange(draft_, nullptr), order = order_,
                      removed = removed_]() -> Result<Kept> {
        Kept kept{"", draft->bytes(), true, "", removed};
        BATON_TRY(kept.place, draft->finish(manifest_of(order, kept, {"tail.resp"})));
        return kept;
    });
}

void RedisQuarantine::keep_files(std::string why) {
    finish_on_thread([room = room_, order = order_, data = options_.data,
                      why = std::move(why)]() mutable -> Result<Kept> {
        Kept kept{"", 0, false, std::move(why), {}};
        BATON_TRY(Draft draft, room.begin(order));
        BATON_TRY(const auto files, draft.take_files(data, order.bounds.bytes));
        if (files.empty()) {
            kept.why = "It has no data files: what was in its memory is not recoverable";
            return kept;
        }
        BATON_TRY(kept.removed, room.make_room(order.bounds, draft.bytes()));
        kept.bytes = draft.bytes();
        BATON_TRY(kept.place, draft.finish(manifest_of(order, kept, files)));
        return kept;
    });
}

void RedisQuarantine::finish_on_thread(std::function<Result<Kept>()> work) {
    worker_ = std::jthread([this, number = number_, weak = std::weak_ptr<bool>(alive_),
                            &loop = loop_, work = std::move(work)] {
        Result<Kept> result = work();
        loop.post([this, number, weak, result = std::move(result)]() mutable {
            if (weak.lock() && number == number_) finish(std::move(result));
        });
    });
}

}  // namespace

std::unique_ptr<Quarantine> make_redis_quarantine(Loop& loop, void* io_context,
                                                  QuarantineOptions options) {
    return std::make_unique<RedisQuarantine>(loop, *static_cast<asio::io_context*>(io_context),
                                             std::move(options));
}

}  // namespace baton::redis
