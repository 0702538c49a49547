#pragma once

/// A group of real Redis servers and the adapters that manage them.

#include "adapters/factories.hpp"
#include "client.hpp"
#include "loop_thread.hpp"
#include "process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace baton::adapters {

/// One server of the test's group, and the adapter that manages it.
struct Member {
    cluster::Instance instance;
    std::unique_ptr<Process> process;
    std::unique_ptr<Server> server;
};

class RedisWorld : public testing::Test {
protected:
    RedisWorld() {
        group_.id = GroupId{"cache"};
        group_.password_file = "/etc/baton/cache.password";
        for (const char* name : {"a", "b", "c"}) {
            group_.instances.emplace_back().id = InstanceId{name};
        }
    }
    ~RedisWorld() override {
        for (auto& member : members_) loop_.destroy(member->server);
    }

    Member& add(const char* name) {
        auto member = std::make_unique<Member>();
        member->instance.id = InstanceId{name};
        member->instance.endpoint = {"127.0.0.1", free_port()};
        member->instance.data = directory_.path() + "/" + name;
        member->server = make_redis(*loop_, group_, member->instance, password_);
        start(*member);
        members_.push_back(std::move(member));
        Member& added = *members_.back();
        EXPECT_TRUE(becomes([&] { return observe(added).has_value(); }));
        return added;
    }
    void start(Member& member) {
        const auto launch = launch_redis(group_, member.instance, password_);
        ASSERT_TRUE(launch.has_value()) << launch.error().message;
        member.process = std::make_unique<Process>(launch.value());
        belongs_to(*member.server, member.process->pid());
    }
    void belongs_to(Server& server, std::int64_t pid) {
        static_cast<void>(loop_.ask<void>([&](Instant, auto done) {
            server.belongs_to(pid);
            done(success());
        }));
    }

    Result<cluster::InstanceReport> observe(Member& member, int milliseconds = 500) {
        return loop_.ask<cluster::InstanceReport>(
            [&](Instant deadline, auto done) { member.server->observe(deadline, done); },
            milliseconds);
    }
    Result<Position> promote(Member& member, std::uint64_t epoch) {
        return loop_.ask<Position>([&](Instant deadline, auto done) {
            member.server->promote(Epoch{epoch}, deadline, done);
        });
    }
    Result<Position> isolate(Member& member, std::uint64_t epoch) {
        return loop_.ask<Position>([&](Instant deadline, auto done) {
            member.server->isolate(Epoch{epoch}, deadline, done);
        });
    }
    Result<Position> hand_over(Member& from, Member& to, std::uint64_t epoch) {
        return loop_.ask<Position>([&](Instant deadline, auto done) {
            from.server->hand_over(to.instance.endpoint, Epoch{epoch}, deadline, done);
        });
    }
    Result<void> follow(Member& member, Member& primary, std::uint64_t epoch) {
        return loop_.ask<void>([&](Instant deadline, auto done) {
            member.server->follow(primary.instance.endpoint, Epoch{epoch}, deadline, done);
        });
    }
    Result<void> require_standbys(Member& member, const Standbys& standbys) {
        return loop_.ask<void>([&](Instant deadline, auto done) {
            member.server->require_standbys(standbys, Epoch{1}, deadline, done);
        });
    }
    bool gets_in_sync(Member& member) {
        return becomes([&] {
            const auto report = observe(member);
            return report && report.value().link_up;
        });
    }
    Client client(Member& member) { return {member.instance.endpoint.port, password_}; }

    TemporaryDirectory directory_;
    LoopThread loop_;
    cluster::Group group_;
    std::string password_ = "correct horse";
    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace baton::adapters
