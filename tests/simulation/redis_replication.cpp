// How one modelled server copies another: ids, partial and full copies, links.
#include "simulation/redis_model.hpp"

#include "adapters/redis/redis_report.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration reconnect_pause = seconds{1};  ///< Redis looks once a second.
constexpr Duration first_reconnect_pause = milliseconds{1};
constexpr Duration copy_min = milliseconds{20};
constexpr Duration copy_max = milliseconds{250};

}  // namespace

void RedisModel::draw_history() {
    replid_ = std::to_string(world_.random().next());
    replid2_.clear();
    second_offset_ = 0;
    if (primary_) watch_.began(*this);
}

void RedisModel::become_primary() {
    if (primary_) return;
    primary_ = true;
    following_ = {};
    link_up_ = syncing_ = false;
    attachment_ = 0;
    drop_sessions();
    replid2_ = replid_;
    second_offset_ = offset_ + 1;
    replid_ = std::to_string(world_.random().next());
    watch_.began(*this);
    watch_.opened(*this);
}

/// Its own standbys stay connected: they hope to go on by a partial copy.
void RedisModel::follow(cluster::Endpoint primary) {
    if (!primary_ && following_ == primary) return;
    primary_ = false;
    waiters_.clear();
    following_ = std::move(primary);
    link_up_ = syncing_ = false;
    attachment_ = 0;
    call_again(Duration{0});
}

/// Standbys of this server lose their link and call again.
void RedisModel::drop_sessions() {
    for (const Session& session : std::exchange(sessions_, {})) hang_up(session);
}

void RedisModel::hang_up(const Session& session) {
    RedisModel* standby = session.standby;
    world_.after(network_.delay(node_, standby->node_),
                 [standby, attachment = session.attachment] { standby->link_lost(attachment); });
}

void RedisModel::drop_sessions_of(const std::string& user) {
    std::erase_if(sessions_, [&](const Session& session) {
        const bool meant = session.standby->user_ == user;
        if (meant) hang_up(session);
        return meant;
    });
}

void RedisModel::link_lost(std::uint64_t attachment) {
    if (!alive_ || attachment != attachment_ || attachment == 0) return;
    const bool was_up = link_up_;
    link_up_ = syncing_ = false;
    attachment_ = 0;
    call_again(was_up ? first_reconnect_pause : reconnect_pause);
}

void RedisModel::take(const Write& write) {
    const std::uint64_t before = offset_;
    data_.push_back(write);
    offset_ = write.end;
    for (Session& session : sessions_) feed(session, write, before);
}

void RedisModel::feed(Session& session, const Write& write, std::uint64_t before) {
    RedisModel* standby = session.standby;
    const Duration way = network_.delay(node_, standby->node_) + replication_extra_;
    session.last_arrival = std::max(session.last_arrival, world_.now() + way);
    world_.at(session.last_arrival, [standby, attachment = session.attachment, write, before] {
        standby->receive(attachment, write, before);
    });
}

/// A piece of the stream, in order. One that cannot pass now is sent again, as
/// TCP would, as long as this link lives.
void RedisModel::receive(std::uint64_t attachment, const Write& write, std::uint64_t before) {
    if (!alive_ || attachment != attachment_) return;
    RedisModel* primary = find_(following_);
    const bool reachable = primary != nullptr && network_.open(primary->node_, node_);
    if (!reachable || stands_still() || syncing_ || offset_ < before) {
        const Duration again = reachable ? milliseconds{2} : milliseconds{40};
        world_.after(again,
                     [this, attachment, write, before] { receive(attachment, write, before); });
        return;
    }
    if (offset_ == before) take(write);
    if (!primary->waiters_.empty()) tell_offset(attachment);
}

/// REPLCONF ACK, which a primary with waiting clients asks for. It is sent
/// again until it arrives, as long as this link lives.
void RedisModel::tell_offset(std::uint64_t attachment) {
    if (!alive_ || attachment != attachment_ || frozen_) return;
    RedisModel* primary = find_(following_);
    if (primary == nullptr) return;
    if (!network_.open(node_, primary->node_)) {
        world_.after(milliseconds{40}, [this, attachment] { tell_offset(attachment); });
        return;
    }
    world_.after(network_.delay(node_, primary->node_), [primary, attachment, offset = offset_] {
        primary->turn_to(
            [primary, attachment, offset] { primary->told_offset(attachment, offset); });
    });
}

void RedisModel::told_offset(std::uint64_t attachment, std::uint64_t offset) {
    const auto session = std::ranges::find(sessions_, attachment, &Session::attachment);
    if (!primary_ || session == sessions_.end()) return;
    session->acknowledged = std::max(session->acknowledged, offset);
    for (Waiter& each : std::exchange(waiters_, {})) {
        const auto holding = std::ranges::count_if(
            sessions_, [&](const Session& one) { return one.acknowledged >= each.end; });
        if (static_cast<std::size_t>(holding) < each.wait.standbys) {
            waiters_.push_back(std::move(each));
        } else if (each.connection->open) {
            each.wait.confirmed();
        }
    }
}

/// A standby that is gone counts until its last word is too old.
bool RedisModel::enough_standbys() {
    constexpr Duration lag_max = seconds{3};
    std::size_t good = 0;
    for (Session& session : sessions_) {
        const bool there =
            session.standby->attachment_ == session.attachment && session.standby->link_up_;
        if (there) session.good_until = world_.now() + lag_max;
        if (world_.now() < session.good_until) ++good;
    }
    return good >= standbys_required_;
}

void RedisModel::call_again(Duration pause) {
    world_.after(pause, [this, life = life_, target = following_] {
        if (life == life_ && !primary_ && target == following_ && attachment_ == 0) call_primary();
    });
}

void RedisModel::call_primary() {
    if (following_ == redis::nobody()) return;
    RedisModel* primary = find_(following_);
    const bool reachable = primary != nullptr && primary != this && primary->alive_ &&
                           network_.open_both(node_, primary->node_);
    if (!reachable || frozen_)
        return call_again(frozen_ ? Duration{milliseconds{20}} : reconnect_pause);
    const std::uint64_t attachment = world_.random().next() | 1U;
    attachment_ = attachment;
    const Duration way = 3 * network_.delay(node_, primary->node_);
    world_.after(way, [this, primary, attachment] {
        if (attachment_ != attachment) return;
        primary->turn_to([this, primary, attachment] {
            if (attachment_ == attachment && alive_) primary->attach(*this);
        });
    });
    // A frozen or vanished primary never answers; the attempt ends by itself.
    world_.after(reconnect_pause, [this, attachment] {
        if (attachment_ == attachment && !link_up_ && !syncing_) link_lost(attachment);
    });
}

/// PSYNC, on the side that is asked. One without a link itself refuses
/// (-NOMASTERLINK), and so does one that the user may not copy (-NOPERM).
void RedisModel::attach(RedisModel& standby) {
    const std::uint64_t attachment = standby.attachment_;
    if ((!primary_ && !in_sync()) || !access_.may_copy(standby.user_)) {
        world_.after(network_.delay(node_, standby.node_),
                     [&standby, attachment] { standby.link_lost(attachment); });
        return;
    }
    if (!backlog_) {
        draw_history();
        backlog_ = true;
        backlog_from_ = offset_;
    }
    std::erase_if(sessions_, [&](const Session& each) { return each.standby == &standby; });
    Session session{.standby = &standby,
                    .attachment = attachment,
                    .last_arrival = world_.now() + network_.delay(node_, standby.node_),
                    .acknowledged = 0,
                    .good_until = Instant::never()};
    if (!can_continue(standby)) return start_copy(standby, session);
    if (standby.replid_ != replid_) {
        standby.replid2_ = std::exchange(standby.replid_, replid_);
        standby.second_offset_ = standby.offset_ + 1;
        standby.drop_sessions();
    }
    standby.link_up_ = true;
    standby.backlog_ = true;
    std::uint64_t before = standby.offset_;
    for (const Write& each : data_) {
        if (each.end <= before) continue;
        feed(session, each, before);
        before = each.end;
    }
    sessions_.push_back(session);
}

bool RedisModel::can_continue(const RedisModel& standby) const {
    const bool same = standby.replid_ == replid_;
    const bool before = standby.replid_ == replid2_ && standby.offset_ + 1 <= second_offset_;
    return (same || before) && standby.offset_ >= backlog_from_ && standby.offset_ <= offset_ &&
           standby.offset_ > 0;
}

void RedisModel::start_copy(RedisModel& standby, Session session) {
    ++full_syncs_;
    standby.syncing_ = true;
    sessions_.push_back(session);
    const Duration time = world_.random().between(copy_min, copy_max);
    world_.after(time,
                 [&standby, attachment = session.attachment, dump = Dump{data_, replid_, offset_}] {
                     standby.copied(attachment, dump);
                 });
}

/// The received dump is also what a restart finds.
void RedisModel::copied(std::uint64_t attachment, Dump dump) {
    if (!alive_ || attachment != attachment_) return;
    if (frozen_) {
        inbox_.push_back([this, attachment, dump] { copied(attachment, dump); });
        return;
    }
    drop_sessions();
    dump_ = std::move(dump);
    const std::vector<Write> before = std::exchange(data_, dump_.data);
    replid_ = dump_.replid;
    offset_ = dump_.offset;
    replid2_.clear();
    syncing_ = false;
    link_up_ = true;
    backlog_ = true;
    backlog_from_ = offset_;
    watch_.copied(*this, before);
}

}  // namespace baton::simulation
