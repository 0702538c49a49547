// Every small world in which a write was confirmed and its primary was lost:
// whoever `choose` calls complete holds that write.
#include "core/failover/candidate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <string>
#include <vector>

namespace baton::failover {
namespace {

using cluster::GroupState;

/// Where the history began, and where the confirmed write ends in it.
constexpr std::uint64_t begin = 1;
constexpr std::uint64_t written = 2;

/// What became of a server since the write was confirmed.
enum class Fate {
    intact,    ///< The same life as recorded.
    silent,    ///< Not heard.
    moving,    ///< Heard, but not severed.
    restarted, ///< Another life than recorded.
    noted,     ///< Another life, known, without a place of the primary yet.
    caught_up, ///< Another life, recorded with the primary's place after the write.
};
constexpr std::array fates{Fate::intact,    Fate::silent, Fate::moving,
                           Fate::restarted, Fate::noted,  Fate::caught_up};

struct Server {
    Fate fate = Fate::intact;
    std::uint64_t offset = begin;
};

struct World {
    std::vector<Server> servers;  ///< The first was the primary.
    unsigned confirmed_by = 0;    ///< Bit i: server i confirmed the write.
    std::uint32_t acknowledgements = 1;
};

bool lost_memory(Fate fate) {
    return fate == Fate::restarted || fate == Fate::noted || fate == Fate::caught_up;
}

/// A server that kept its memory holds what it executed or confirmed; one that
/// lost it holds anything, except that `caught_up` says it passed the write again
/// unless its link broke before.
std::vector<std::uint64_t> possible_offsets(Fate fate, bool held) {
    if (held && !lost_memory(fate)) return {written};
    return {begin - 1, begin, written};
}

GroupState group_of(const World& world) {
    GroupState group;
    group.declared.id = GroupId{"orders"};
    group.declared.durability = cluster::Durability::replicated;
    group.declared.acknowledgements = world.acknowledgements;
    group.phase = Phase::fencing;
    group.epoch = Epoch{3};
    group.revoked = true;
    group.lineage = {"H", begin};
    group.primary_run_id = "0";
    for (std::size_t i = 0; i < world.servers.size(); ++i) {
        cluster::Instance instance;
        instance.id = InstanceId{std::to_string(i)};
        instance.node = NodeId{std::to_string(i)};
        group.declared.instances.push_back(instance);
        const Fate fate = world.servers[i].fate;
        cluster::Holder& holder = group.holders[instance.id];
        holder = {instance.id.text, LogIndex{1}, begin};
        if (fate == Fate::noted) holder = {"new", LogIndex{9}, std::nullopt};
        if (fate == Fate::caught_up) holder = {"new", LogIndex{9}, written};
    }
    group.primary = group.declared.instances.front().id;
    return group;
}

Election election_of(const World& world, const GroupState& group) {
    Election election;
    election.group = &group;
    election.patience_over = true;
    for (std::size_t i = 0; i < world.servers.size(); ++i) {
        const auto& [fate, offset] = world.servers[i];
        if (fate == Fate::silent) continue;
        cluster::InstanceReport report;
        report.instance = group.declared.instances[i].id;
        report.process = cluster::ProcessState::running;
        report.role = cluster::ServerRole::standby;
        report.run_id = lost_memory(fate) ? "new" : report.instance.text;
        report.replication_id = "H";
        report.offset = offset;
        if (fate != Fate::moving) report.severed = report.closed = Epoch{3};
        election.reports[report.instance] = report;
    }
    return election;
}

template <typename Visit>
void each_fate(World world, std::size_t at, const Visit& visit) {
    if (at == world.servers.size()) return visit(world);
    for (const Fate fate : fates) {
        if (at == 0 && (fate == Fate::noted || fate == Fate::caught_up)) continue;
        const bool held = at == 0 || (world.confirmed_by & (1U << at)) != 0;
        for (const std::uint64_t offset : possible_offsets(fate, held)) {
            world.servers[at] = {fate, offset};
            each_fate(world, at + 1, visit);
        }
    }
}

template <typename Visit>
void each_world(const Visit& visit) {
    for (std::size_t count = 2; count <= 4; ++count) {
        for (std::uint32_t confirmations = 1; confirmations < count; ++confirmations) {
            for (unsigned by = 0; by < (1U << count); by += 2) {
                if (std::popcount(by) < static_cast<int>(confirmations)) continue;
                each_fate({std::vector<Server>(count), by, confirmations}, 0, visit);
            }
        }
    }
}

std::string text_of(const World& world, const Choice& choice) {
    std::string text = std::to_string(world.acknowledgements) + " acknowledgements, confirmed by " +
                       std::to_string(world.confirmed_by) + ":";
    for (const auto& [fate, offset] : world.servers) {
        text += " " + std::to_string(static_cast<int>(fate)) + "@" + std::to_string(offset);
    }
    return text + "; " + describe(choice);
}

TEST(Completeness, WhoeverIsCompleteHoldsEveryConfirmedWrite) {
    std::uint64_t worlds = 0;
    std::uint64_t complete = 0;
    each_world([&](const World& world) {
        ++worlds;
        const GroupState group = group_of(world);
        const Choice choice = choose(election_of(world, group));
        if (choice.verdict != Candidate::complete) return;
        ++complete;
        const std::size_t best = std::stoul(choice.best.text);
        ASSERT_EQ(world.servers[best].offset, written) << text_of(world, choice);
    });
    EXPECT_GT(complete, worlds / 100);
}

TEST(Completeness, WithEveryStandbyIntactSomebodyIs) {
    each_world([&](const World& world) {
        for (std::size_t i = 1; i < world.servers.size(); ++i) {
            if (world.servers[i].fate != Fate::intact || world.servers[i].offset < begin) return;
        }
        const GroupState group = group_of(world);
        const Choice choice = choose(election_of(world, group));
        ASSERT_EQ(choice.verdict, Candidate::complete) << text_of(world, choice);
    });
}

TEST(Completeness, ALessAdvancedTargetIsNotTakenWithoutAWord) {
    World world{{{Fate::silent, written}, {Fate::intact, written}, {Fate::intact, begin}}, 2, 1};
    const GroupState group = group_of(world);
    Election election = election_of(world, group);
    election.avoid = InstanceId{"1"};
    const Choice choice = choose(election);
    EXPECT_EQ(choice.verdict, Candidate::lossy);
    EXPECT_NE(choice.unproven.find("lacks up to 1 bytes"), std::string::npos) << choice.unproven;
}

}  // namespace
}  // namespace baton::failover
