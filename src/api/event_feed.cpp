#include "api/event_feed.hpp"

#include "api/view_json.hpp"

namespace baton::api {

namespace {

constexpr Duration batch_pause = std::chrono::milliseconds{5};

std::string as_text(const NumberedEvent& event) {
    std::string name = event.event.name;
    for (char& letter : name) {
        if (letter == '\n' || letter == '\r') letter = ' ';
    }
    return "id: " + std::to_string(event.number) + "\nevent: " + name +
           "\ndata: " + event_json(event).dump(-1, ' ', false, Json::error_handler_t::replace) +
           "\n\n";
}

class EventFeed final : public Feed {
public:
    EventFeed(Access& access, Loop& loop, std::optional<std::uint64_t> from)
        : access_(access), loop_(loop), next_(from) {}

    ~EventFeed() override {
        loop_.cancel(batch_timer_);
        loop_.cancel(comment_timer_);
        if (subscription_) access_.unsubscribe(*subscription_);
    }
    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

    void start(Write write) override {
        write_ = std::move(write);
        send("retry: 1000\n\n");
        comment_later();
        catch_up();
    }

private:
    void catch_up() {
        const auto kept = next_ ? access_.events(*next_, feed_batch) : std::vector<NumberedEvent>{};
        if (kept.empty()) {
            subscription_ =
                access_.subscribe([this](const NumberedEvent& event) { send(as_text(event)); });
            return;
        }
        for (const auto& event : kept) send(as_text(event));
        next_ = kept.back().number + 1;
        if (!cut_off_) {
            batch_timer_ = loop_.at(loop_.now() + batch_pause, [this] { catch_up(); });
        }
    }

    void comment_later() {
        comment_timer_ = loop_.at(loop_.now() + feed_comment_every, [this] {
            send(": still here\n\n");
            comment_later();
        });
    }

    void send(std::string text) {
        if (!cut_off_ && !write_(std::move(text))) cut_off_ = true;
    }

    Access& access_;
    Loop& loop_;
    Write write_;
    std::optional<std::uint64_t> next_;  ///< Next kept event to send.
    std::optional<std::uint64_t> subscription_;
    TimerId batch_timer_ = 0;
    TimerId comment_timer_ = 0;
    bool cut_off_ = false;
};

}  // namespace

std::shared_ptr<Feed> make_event_feed(Access& access, Loop& loop,
                                      std::optional<std::uint64_t> from) {
    return std::make_shared<EventFeed>(access, loop, from);
}

}  // namespace baton::api
