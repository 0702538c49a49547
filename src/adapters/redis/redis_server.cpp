#include "adapters/redis/redis_server.hpp"

#include "adapters/redis/hand_over.hpp"
#include "adapters/redis/redis_commands.hpp"
#include "adapters/redis/standby_user.hpp"

#include <algorithm>
#include <utility>

namespace baton::redis {

namespace {

class RedisServer final : public Server {
public:
    RedisServer(Loop& loop, Target target, std::string password, Links links)
        : loop_(loop),
          target_(std::move(target)),
          password_(std::move(password)),
          links_(std::move(links)) {}
    ~RedisServer() override { loop_.cancel(timer_); }

    void belongs_to(std::int64_t pid) override;
    void observe(Instant deadline, Done<cluster::InstanceReport> done) override;
    void promote(Epoch epoch, Instant deadline, Done<Position> done) override;
    void require_standbys(const Standbys& standbys, Epoch epoch, Instant deadline,
                          Done<void> done) override;
    void isolate(Epoch epoch, Instant deadline, Done<Position> done) override;
    void follow(cluster::Endpoint primary, Epoch epoch, Instant deadline, Done<void> done) override;
    void hand_over(cluster::Endpoint successor, Epoch epoch, Instant deadline,
                   Done<Position> done) override;
    void keep_history(std::uint64_t bytes, Instant deadline, Done<void> done) override;
    void disconnect() override;

private:
    using Order = std::uint64_t;

    void observe_once(Instant deadline, bool again, Done<cluster::InstanceReport> done);
    [[nodiscard]] Result<cluster::InstanceReport> report_of(const Replies& replies) const;

    /// Makes this the order in force, unless a newer epoch was obeyed.
    [[nodiscard]] Result<Order> accept(Epoch epoch);
    /// Runs one step of an order and reads the INFO at its end; `then` runs only
    /// while the order is in force.
    template <typename T>
    void step(Order order, std::vector<Command> commands, Instant deadline, const Done<T>& done,
              std::function<void(Replication)> then);
    [[nodiscard]] std::vector<Command> standby_commands(const Standbys& standbys,
                                                        const RespValue& known) const;
    void open(Order order, Instant deadline, Done<Position> done);
    void settle_history(Order order, Instant deadline, Done<Position> done);
    void await_history(Order order, Instant deadline, Done<Position> done);
    void follow_from(const Replication& now, const cluster::Endpoint& primary, Order order,
                     Instant deadline, Done<void> done);

    template <typename T>
    void answer_later(const Done<T>& done, Error error) {
        loop_.post([done, error = std::move(error)] { done(error); });
    }
    [[nodiscard]] Error overtaken() const {
        return conflict(describe(target_) + ": a newer order replaced this one");
    }

    Loop& loop_;
    Target target_;
    std::string password_;
    Links links_;
    std::int64_t pid_ = 0;
    Epoch epoch_;  ///< Newest obeyed.
    Order order_ = 0;
    TimerId timer_ = 0;
    std::unique_ptr<HandOver> hand_over_;
    std::unique_ptr<RedisLink> history_link_;
};

void RedisServer::belongs_to(std::int64_t pid) {
    pid_ = pid;
    links_.probe->trust(pid);
    links_.orders->trust(pid);
}

void RedisServer::observe(Instant deadline, Done<cluster::InstanceReport> done) {
    observe_once(deadline, true, std::move(done));
}

/// Our own orders kill client connections, the probe's among them, so a lost
/// connection is asked once more before it counts as silence.
void RedisServer::observe_once(Instant deadline, bool again, Done<cluster::InstanceReport> done) {
    std::vector<Command> sections;
    for (const char* name : {"server", "replication", "stats", "keyspace", "persistence"}) {
        sections.push_back({"INFO", name});
    }
    links_.probe->request(
        std::move(sections), deadline,
        [this, deadline, again, done = std::move(done)](Result<Replies> replies) mutable {
            if (replies) return done(report_of(replies.value()));
            const bool lost = replies.error().kind == ErrorKind::outcome_unknown;
            if (lost && again && loop_.now() < deadline) {
                return observe_once(deadline, false, std::move(done));
            }
            done(replies.error());
        });
}

Result<cluster::InstanceReport> RedisServer::report_of(const Replies& replies) const {
    BATON_TRY(all_accepted(replies, target_));
    std::string info;
    for (const RespValue& reply : replies) info += "\n" + reply.text;
    auto report = read_report(info);
    if (!report) {
        return Error{report.error().kind, describe(target_) + ": " + report.error().message};
    }
    report.value().instance = target_.instance;
    return report;
}

Result<RedisServer::Order> RedisServer::accept(Epoch epoch) {
    if (epoch < epoch_) {
        return conflict(describe(target_) + ": order of epoch " + std::to_string(epoch.value) +
                        " refused, epoch " + std::to_string(epoch_.value) + " was obeyed");
    }
    epoch_ = epoch;
    loop_.cancel(timer_);
    history_link_.reset();
    if (const auto unfinished = std::exchange(hand_over_, nullptr)) unfinished->overtaken();
    return ++order_;
}

template <typename T>
void RedisServer::step(Order order, std::vector<Command> commands, Instant deadline,
                       const Done<T>& done, std::function<void(Replication)> then) {
    links_.orders->request(std::move(commands), deadline,
                           [this, order, done, then = std::move(then)](Result<Replies> replies) {
                               if (!replies) return done(replies.error());
                               auto info = replication_of(replies.value(), target_);
                               if (!info) return done(info.error());
                               if (order != order_) return done(overtaken());
                               then(std::move(info.value()));
                           });
}

void RedisServer::promote(Epoch epoch, Instant deadline, Done<Position> done) {
    const auto order = accept(epoch);
    if (!order) return answer_later(done, order.error());
    step(order.value(), {info_replication()}, deadline, done,
         [this, order = order.value(), deadline, done](const Replication& now) {
             if (!now.syncing) return open(order, deadline, done);
             done(refused(describe(target_) +
                          ": it is receiving a full copy and holds no complete data set"));
         });
}

void RedisServer::open(Order order, Instant deadline, Done<Position> done) {
    step(order, promote_commands(), deadline, done,
         [this, order, deadline, done](const Replication& now) {
             if (now.role != cluster::ServerRole::primary) {
                 return done(outcome_unknown(describe(target_) + ": it did not become a primary"));
             }
             if (now.backlog) return done(now.position);
             settle_history(order, deadline, done);
         });
}

/// A primary that never fed a standby has no backlog, and draws a new history
/// id when the first one asks (seen on 7.0.15); an id answered before that
/// would name a history nobody holds. So this asks as a standby would, and
/// hangs up as soon as the backlog is there.
void RedisServer::settle_history(Order order, Instant deadline, Done<Position> done) {
    history_link_ = links_.standby();
    history_link_->trust(pid_);
    // The pipeline is split: Redis refuses PSYNC while a reply is pending.
    history_link_->request(
        {{"REPLCONF", "capa", "eof"}}, deadline, [this, order, deadline](const Result<Replies>&) {
            if (order != order_) return;
            history_link_->request({{"PSYNC", "?", "-1"}}, deadline, [](const Result<Replies>&) {});
        });
    await_history(order, deadline, std::move(done));
}

void RedisServer::await_history(Order order, Instant deadline, Done<Position> done) {
    step(order, {info_replication()}, deadline, done,
         [this, order, deadline, done](const Replication& now) {
             if (now.backlog || loop_.now() >= deadline) history_link_.reset();
             if (now.backlog) return done(now.position);
             if (loop_.now() >= deadline) {
                 return done(outcome_unknown(describe(target_) +
                                             ": it opened, but its history has no stable id yet"));
             }
             timer_ = loop_.at(loop_.now() + poll_interval, [this, order, deadline, done] {
                 await_history(order, deadline, done);
             });
         });
}

void RedisServer::require_standbys(const Standbys& standbys, Epoch epoch, Instant deadline,
                                   Done<void> done) {
    const auto order = accept(epoch);
    if (!order) return answer_later(done, order.error());
    links_.orders->request(
        {{"ACL", "USERS"}}, deadline,
        [this, order = order.value(), standbys, deadline, done](const Result<Replies>& replies) {
            if (!replies) return done(replies.error());
            if (auto fine = all_accepted(replies.value(), target_); !fine) return done(fine);
            if (order != order_) return done(overtaken());
            step(order, standby_commands(standbys, replies.value().front()), deadline, done,
                 [done](const Replication& /*now*/) { done(success()); });
        });
}

/// Who may attach first: a write counts only once that is settled.
std::vector<Command> RedisServer::standby_commands(const Standbys& standbys,
                                                   const RespValue& known) const {
    std::vector<StandbyUser> admitted;
    for (const InstanceId& each : standbys.admitted) {
        admitted.push_back(standby_user(target_.group, each, password_));
    }
    std::vector<std::string> users;
    for (const RespValue& each : known.elements) users.push_back(each.text);
    auto commands = admit_commands(admitted, standbys.required > 0, users);
    for (Command& each : require_commands(standbys.required)) commands.push_back(std::move(each));
    commands.push_back(info_replication());
    return commands;
}

void RedisServer::isolate(Epoch epoch, Instant deadline, Done<Position> done) {
    const auto order = accept(epoch);
    if (!order) return answer_later(done, order.error());
    step(order.value(), follow_commands(nobody(), Clients::cut), deadline, done,
         [this, done](const Replication& now) {
             if (now.role == cluster::ServerRole::standby && !now.following) {
                 return done(now.position);
             }
             done(outcome_unknown(describe(target_) + ": it did not become a standby of nobody"));
         });
}

void RedisServer::follow(cluster::Endpoint primary, Epoch epoch, Instant deadline,
                         Done<void> done) {
    const auto order = accept(epoch);
    if (!order) return answer_later(done, order.error());
    if (primary == target_.endpoint) {
        return answer_later(done, invalid(describe(target_) + ": it cannot follow itself"));
    }
    const StandbyUser user = standby_user(target_.group, target_.instance, password_);
    step(order.value(),
         {{"CONFIG", "SET", "masteruser", user.name},
          {"CONFIG", "SET", "masterauth", user.secret},
          info_replication()},
         deadline, done,
         [this, primary, order = order.value(), deadline, done](const Replication& now) {
             follow_from(now, primary, order, deadline, done);
         });
}

/// A server that follows `primary` already is left alone: a copy in progress
/// must not be started again.
void RedisServer::follow_from(const Replication& now, const cluster::Endpoint& primary, Order order,
                              Instant deadline, Done<void> done) {
    if (now.following == primary) return done(success());
    const bool was_primary = now.role == cluster::ServerRole::primary;
    step(order, follow_commands(primary, was_primary ? Clients::cut : Clients::keep), deadline,
         done, [this, primary, done](const Replication& after) {
             if (after.following == primary) return done(success());
             done(outcome_unknown(describe(target_) + ": it does not follow " + text_of(primary)));
         });
}

void RedisServer::hand_over(cluster::Endpoint successor, Epoch epoch, Instant deadline,
                            Done<Position> done) {
    const auto order = accept(epoch);
    if (!order) return answer_later(done, order.error());
    Target next = target_;
    next.instance = InstanceId{};
    next.endpoint = successor;
    auto ask = [this, order = order.value()](std::vector<Command> commands, Instant until,
                                             Done<Replies> answered) {
        links_.orders->request(std::move(commands), until,
                               [this, order, answered = std::move(answered)](Result<Replies> got) {
                                   if (order == order_) answered(std::move(got));
                               });
    };
    hand_over_ = std::make_unique<HandOver>(loop_, std::move(ask), links_.others(successor),
                                            target_, std::move(next), deadline, std::move(done));
    hand_over_->start();
}

/// No order: it changes nobody's role, so it neither waits for one nor replaces it.
void RedisServer::keep_history(std::uint64_t bytes, Instant deadline, Done<void> done) {
    links_.probe->request({{"CONFIG", "SET", "repl-backlog-size", std::to_string(bytes)}}, deadline,
                          [this, done = std::move(done)](const Result<Replies>& replies) {
                              if (!replies) return done(replies.error());
                              done(all_accepted(replies.value(), target_));
                          });
}

void RedisServer::disconnect() {
    links_.probe->disconnect();
    links_.orders->disconnect();
}

}  // namespace

std::unique_ptr<Server> make_redis_server(Loop& loop, Target target, std::string password,
                                          Links links) {
    return std::make_unique<RedisServer>(loop, std::move(target), std::move(password),
                                         std::move(links));
}

}  // namespace baton::redis
