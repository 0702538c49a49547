#include "adapters/redis/hand_over.hpp"

#include <algorithm>
#include <utility>

namespace baton::redis {

HandOver::HandOver(Loop& loop, Ask ask_primary, std::unique_ptr<RedisLink> successor, Target self,
                   Target next, Instant deadline, Done<Position> done)
    : loop_(loop),
      ask_primary_(std::move(ask_primary)),
      successor_(std::move(successor)),
      self_(std::move(self)),
      next_(std::move(next)),
      deadline_(deadline),
      hold_until_(deadline),
      done_(std::move(done)),
      missing_(describe(next_) + " has not answered") {}

HandOver::~HandOver() {
    loop_.cancel(timer_);
}

void HandOver::start() {
    look();
}

void HandOver::overtaken() {
    finish(conflict(describe(self_) + ": a newer order replaced this switchover"));
}

void HandOver::finish(Result<Position> result) {
    loop_.cancel(timer_);
    if (Done<Position> done = std::exchange(done_, nullptr)) done(std::move(result));
}

void HandOver::again(std::function<void()> step) {
    timer_ = loop_.at(loop_.now() + poll_interval, std::move(step));
}

void HandOver::look() {
    ask_primary_({info_replication()}, deadline_, [this](Result<Replies> replies) {
        if (done_) looked(std::move(replies));
    });
}

void HandOver::looked(Result<Replies> replies) {
    if (!replies) {
        // Nothing was changed yet, whatever became of the question.
        return finish(unavailable(replies.error().message));
    }
    const auto own = replication_of(replies.value(), self_);
    if (!own) return finish(own.error());
    own_ = own.value().position;
    if (own.value().role == cluster::ServerRole::primary) return approach();
    if (own.value().following) {
        return finish(refused(describe(self_) + ": it follows " + text_of(*own.value().following) +
                              " and has nothing to hand over"));
    }
    confirm();  // A repeated call: it closed already.
}

void HandOver::ask_successor(std::uint64_t goal, Instant until, std::function<void(bool)> then) {
    successor_->request({info_replication()}, until,
                        [this, goal, then = std::move(then)](Result<Replies> replies) {
                            if (!done_) return;
                            const auto theirs = replies ? replication_of(replies.value(), next_)
                                                        : Result<Replication>(replies.error());
                            if (!theirs) missing_ = theirs.error().message;
                            then(theirs && reached(theirs.value(), goal));
                        });
}

bool HandOver::reached(const Replication& theirs, std::uint64_t goal) {
    if (theirs.role != cluster::ServerRole::standby || !theirs.link_up) {
        missing_ = describe(next_) + " has no replication link that is up";
        return false;
    }
    if (theirs.position.replication_id != own_.replication_id) {
        missing_ = describe(next_) + " holds another history (" + theirs.position.replication_id +
                   ") than the primary (" + own_.replication_id + ")";
        return false;
    }
    const std::uint64_t have = theirs.position.offset;
    if (have >= goal) return true;
    missing_ = describe(next_) + " lacks " + std::to_string(own_.offset - have) + " bytes";
    return false;
}

void HandOver::approach() {
    if (!first_) first_ = own_.offset;
    const std::uint64_t near = own_.offset - std::min(own_.offset, approach_bytes_max);
    ask_successor(std::max(*first_, near), deadline_, [this](bool close_enough) {
        if (close_enough) return hold();
        if (loop_.now() + poll_interval >= deadline_) return give_up();
        again([this] { look(); });
    });
}

void HandOver::hold() {
    const Duration left = std::min(deadline_ - loop_.now(), hold_max);
    hold_until_ = loop_.now() + left;
    const auto milliseconds = std::to_string(std::max<std::int64_t>(1, whole_milliseconds(left)));
    ask_primary_({{"CLIENT", "PAUSE", milliseconds, "WRITE"}, info_replication()}, hold_until_,
                 [this](Result<Replies> replies) {
                     if (!done_) return;
                     const auto own = replies ? replication_of(replies.value(), self_)
                                              : Result<Replication>(replies.error());
                     if (own && own.value().role == cluster::ServerRole::primary) {
                         own_ = own.value().position;
                         return catch_up();
                     }
                     missing_ = own ? "it is no longer a primary" : own.error().message;
                     give_up();
                 });
}

void HandOver::catch_up() {
    ask_successor(own_.offset, give_up_at(), [this](bool complete) {
        if (complete) return close();
        if (loop_.now() + poll_interval >= give_up_at()) return give_up();
        again([this] { catch_up(); });
    });
}

void HandOver::close() {
    ask_primary_(follow_commands(nobody(), Clients::cut), deadline_,
                 [this](Result<Replies> replies) {
                     if (done_) closed(std::move(replies));
                 });
}

void HandOver::closed(Result<Replies> replies) {
    if (!replies) return finish(outcome_unknown(replies.error().message));
    const auto own = replication_of(replies.value(), self_);
    if (!own) {
        missing_ = own.error().message;
        return give_up();
    }
    if (own.value().role != cluster::ServerRole::standby || own.value().following) {
        return finish(outcome_unknown(describe(self_) + ": it did not become a standby of nobody"));
    }
    own_ = own.value().position;
    confirm();
}

void HandOver::confirm() {
    ask_successor(own_.offset, deadline_, [this](bool complete) {
        if (complete) return finish(own_);
        if (loop_.now() + poll_interval >= deadline_) {
            return finish(outcome_unknown(describe(self_) + " is closed at offset " +
                                          std::to_string(own_.offset) + ", but " + missing_));
        }
        again([this] { confirm(); });
    });
}

void HandOver::give_up() {
    // Beyond the deadline on purpose: clients must not wait for the pause to end by itself.
    const Instant until = std::max(deadline_, loop_.now() + std::chrono::milliseconds{100});
    ask_primary_({{"CLIENT", "UNPAUSE"}}, until, [this](Result<Replies> replies) {
        if (!done_) return;
        const std::string why = describe(self_) + ": switchover given up: " + missing_;
        if (replies) return finish(refused(why + "; writes go on"));
        finish(outcome_unknown(why + "; writes go on when the pause of at most " +
                               std::to_string(whole_milliseconds(hold_max)) + " ms ends"));
    });
}

}  // namespace baton::redis
