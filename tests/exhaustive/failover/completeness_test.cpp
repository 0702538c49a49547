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

/// A place in a history.
struct Place {
    std::string history;
    std::uint64_t offset = 0;
};

/// What is on record, where the confirmed write ends, and where a server may be.
struct Past {
    cluster::Lineage lineage;
    Place written;
    std::vector<Place> places;
    std::size_t servers_max = 4;
};

/// One history, from 1 on.
const Past plain{{"H", 1, {}}, {"H", 2}, {{"H", 0}, {"H", 1}, {"H", 2}}, 4};

/// The primary left H at 2 and began I there. What a server holds of H beyond
/// that was never confirmed by this primary, and is over.
Past reopened(const Place& written) {
    return {{"I", 2, {"H", 1, 2}},
            written,
            {{"H", 0}, {"H", 1}, {"H", 2}, {"H", 3}, {"I", 1}, {"I", 2}, {"I", 3}},
            3};
}

bool holds(const Place& server, const Place& write) {
    const bool same = server.history == write.history;
    return server.offset >= write.offset && (same || write.history == "H");
}

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
    Place place;
};

struct World {
    const Past* past = nullptr;
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
std::vector<Place> possible_places(const Past& past, Fate fate, bool held) {
    std::vector<Place> possible = past.places;
    if (held && !lost_memory(fate)) {
        std::erase_if(possible, [&](const Place& each) { return !holds(each, past.written); });
    }
    return possible;
}

GroupState group_of(const World& world) {
    GroupState group;
    group.declared.id = GroupId{"orders"};
    group.declared.durability = cluster::Durability::replicated;
    group.declared.acknowledgements = world.acknowledgements;
    group.phase = Phase::fencing;
    group.epoch = Epoch{3};
    group.revoked = true;
    group.lineage = world.past->lineage;
    group.primary_run_id = "0";
    for (std::size_t i = 0; i < world.servers.size(); ++i) {
        cluster::Instance instance;
        instance.id = InstanceId{std::to_string(i)};
        instance.node = NodeId{std::to_string(i)};
        group.declared.instances.push_back(instance);
        const Fate fate = world.servers[i].fate;
        cluster::Holder& holder = group.holders[instance.id];
        holder = {instance.id.text, LogIndex{1}, 1};
        if (fate == Fate::noted) holder = {"new", LogIndex{9}, std::nullopt};
        if (fate == Fate::caught_up) {
            holder = {"new", LogIndex{9}, world.past->written.offset};
        }
    }
    group.primary = group.declared.instances.front().id;
    return group;
}

Election election_of(const World& world, const GroupState& group) {
    Election election;
    election.group = &group;
    election.patience_over = true;
    for (std::size_t i = 0; i < world.servers.size(); ++i) {
        const auto& [fate, place] = world.servers[i];
        if (fate == Fate::silent) continue;
        cluster::InstanceReport report;
        report.instance = group.declared.instances[i].id;
        report.process = cluster::ProcessState::running;
        report.role = cluster::ServerRole::standby;
        report.run_id = lost_memory(fate) ? "new" : report.instance.text;
        report.replication_id = place.history;
        report.offset = place.offset;
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
        for (const Place& place : possible_places(*world.past, fate, held)) {
            world.servers[at] = {fate, place};
            each_fate(world, at + 1, visit);
        }
    }
}

template <typename Visit>
void each_world(const Past& past, const Visit& visit) {
    for (std::size_t count = 2; count <= past.servers_max; ++count) {
        for (std::uint32_t confirmations = 1; confirmations < count; ++confirmations) {
            for (unsigned by = 0; by < (1U << count); by += 2) {
                if (std::popcount(by) < static_cast<int>(confirmations)) continue;
                each_fate({&past, std::vector<Server>(count), by, confirmations}, 0, visit);
            }
        }
    }
}

std::string text_of(const World& world, const Choice& choice) {
    std::string text = std::to_string(world.acknowledgements) + " acknowledgements, confirmed by " +
                       std::to_string(world.confirmed_by) + ":";
    for (const auto& [fate, place] : world.servers) {
        text += " " + std::to_string(static_cast<int>(fate)) + "@" + place.history +
                std::to_string(place.offset);
    }
    return text + "; " + describe(choice);
}

void expect_everything_kept(const Past& past) {
    std::uint64_t worlds = 0;
    std::uint64_t complete = 0;
    each_world(past, [&](const World& world) {
        ++worlds;
        const GroupState group = group_of(world);
        const Choice choice = choose(election_of(world, group));
        if (choice.verdict != Candidate::complete) return;
        ++complete;
        const std::size_t best = std::stoul(choice.best.text);
        ASSERT_TRUE(holds(world.servers[best].place, past.written)) << text_of(world, choice);
    });
    EXPECT_GT(complete, worlds / 100);
}

TEST(Completeness, WhoeverIsCompleteHoldsEveryConfirmedWrite) {
    expect_everything_kept(plain);
}

TEST(Completeness, SoItIsWhenThePrimaryOpenedAgainAfterTheWrite) {
    expect_everything_kept(reopened({"H", 2}));
}

TEST(Completeness, SoItIsWhenThePrimaryOpenedAgainBeforeTheWrite) {
    expect_everything_kept(reopened({"I", 3}));
}

/// Every standby kept its memory, and nobody holds what is over.
bool all_well(const World& world) {
    for (std::size_t i = 1; i < world.servers.size(); ++i) {
        const auto& [fate, place] = world.servers[i];
        const bool over = place.history == "H" && world.past->lineage.replication_id == "I" &&
                          place.offset > world.past->lineage.former.until;
        const std::uint64_t least =
            place.history == world.past->lineage.replication_id ? world.past->lineage.offset : 1;
        if (fate != Fate::intact || place.offset < least || over) return false;
    }
    return true;
}

TEST(Completeness, WithEveryStandbyIntactSomebodyIs) {
    const std::array pasts{plain, reopened({"H", 2}), reopened({"I", 3})};
    for (const Past& past : pasts) {
        each_world(past, [&](const World& world) {
            if (!all_well(world)) return;
            const GroupState group = group_of(world);
            const Choice choice = choose(election_of(world, group));
            ASSERT_EQ(choice.verdict, Candidate::complete) << text_of(world, choice);
        });
    }
}

TEST(Completeness, ALessAdvancedTargetIsNotTakenWithoutAWord) {
    World world{&plain,
                {{Fate::silent, {"H", 2}}, {Fate::intact, {"H", 2}}, {Fate::intact, {"H", 1}}},
                2,
                1};
    const GroupState group = group_of(world);
    Election election = election_of(world, group);
    election.avoid = InstanceId{"1"};
    const Choice choice = choose(election);
    EXPECT_EQ(choice.verdict, Candidate::lossy);
    EXPECT_NE(choice.unproven.find("lacks up to 1 bytes"), std::string::npos) << choice.unproven;
}

}  // namespace
}  // namespace baton::failover
