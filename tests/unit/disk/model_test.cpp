#include "base/random.hpp"
#include "store_fixture.hpp"

namespace baton::test {
namespace {

/// What a directory must hold, kept the simplest possible way.
struct Model {
    raft::HardState hard_state;
    raft::Snapshot snapshot = test::snapshot(1, 1);
    std::vector<raft::Entry> entries;  ///< Directly after the snapshot.
    std::map<GroupId, Epoch> closed;

    [[nodiscard]] std::uint64_t last() const { return snapshot.index.value + entries.size(); }
    [[nodiscard]] Term term_at(std::uint64_t index) const {
        return index == snapshot.index.value ? snapshot.term
                                             : entries[index - snapshot.index.value - 1].term;
    }

    void save(const raft::Persist& persist) {
        if (persist.hard_state) {
            hard_state = *persist.hard_state;
        }
        if (persist.snapshot) {
            cover(*persist.snapshot);
        }
        if (!persist.entries.empty()) {
            entries.resize(persist.entries.front().index.value - snapshot.index.value - 1);
            entries.insert(entries.end(), persist.entries.begin(), persist.entries.end());
        }
    }

    void cover(const raft::Snapshot& newer) {
        const std::uint64_t index = newer.index.value;
        const bool agrees = index <= last() && term_at(index) == newer.term;
        const std::size_t covered = agrees ? index - snapshot.index.value : entries.size();
        entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(covered));
        snapshot = newer;
    }
};

class Drawer {
public:
    Drawer(std::uint64_t seed, const Model& model) : random_(seed), model_(model) {}

    raft::Persist persist() {
        raft::Persist persist;
        if (random_.one_in(3)) {
            term_ += random_.below(2);
            persist.hard_state = raft::HardState{Term{term_}, NodeId{random_.one_in(2) ? "b" : "c"},
                                                 model_.snapshot.index};
        }
        if (random_.one_in(8)) {
            persist.snapshot = snapshot();
        }
        if (random_.one_in(2)) {
            persist.entries = entries(persist.snapshot);
        }
        return persist;
    }

    Random& random() { return random_; }

private:
    /// Mostly of the own log, sometimes beyond or against it.
    raft::Snapshot snapshot() {
        const std::uint64_t index =
            model_.snapshot.index.value + 1 + random_.below(model_.entries.size() + 3);
        const bool own = index <= model_.last() && !random_.one_in(4);
        const Term term = own ? model_.term_at(index) : Term{++term_};
        return test::snapshot(index, term.value, "state " + std::to_string(index));
    }

    std::vector<raft::Entry> entries(const std::optional<raft::Snapshot>& newer) {
        Model after = model_;
        if (newer) {
            after.cover(*newer);
        }
        const std::uint64_t lowest = after.snapshot.index.value + 1;
        const std::uint64_t first = lowest + random_.below(after.entries.size() + 1);
        const bool repeats = random_.one_in(4) && first <= after.last();
        if (repeats) {
            const auto from = static_cast<std::ptrdiff_t>(first - lowest);
            return {after.entries.begin() + from, after.entries.end()};
        }
        if (first <= after.last()) {
            ++term_;
        }
        return test::entries(first, first + random_.below(5), term_);
    }

    Random random_;
    const Model& model_;
    std::uint64_t term_ = 2;
};

void expect_holds(const TestStore& store, const Model& model) {
    ASSERT_TRUE(store.opened()) << store.error().message;
    const Recovered& found = store.recovered();
    ASSERT_EQ(found.raft.snapshot, model.snapshot);
    ASSERT_EQ(found.raft.entries, model.entries);
    ASSERT_EQ(found.closed, model.closed);
    if (found.raft.hard_state.term == model.hard_state.term) {
        ASSERT_EQ(found.raft.hard_state.vote, model.hard_state.vote);
    } else {  // The log shows a later term than the last vote.
        ASSERT_GT(found.raft.hard_state.term, model.hard_state.term);
        ASSERT_EQ(found.raft.hard_state.vote, NodeId{});
    }
    ASSERT_TRUE(store.warnings().empty());
}

void live(std::uint64_t seed) {
    const TemporaryDirectory directory;
    make_joined(directory.path());
    Model model;
    Drawer drawer{seed, model};
    for (int life = 0; life < 6; ++life) {
        TestStore store{directory.path()};
        ASSERT_NO_FATAL_FAILURE(expect_holds(store, model));
        for (std::uint64_t steps = drawer.random().below(12); steps > 0; --steps) {
            if (drawer.random().one_in(6)) {
                const GroupId group{drawer.random().one_in(2) ? "orders" : "carts"};
                const Epoch epoch{1 + drawer.random().below(20)};
                ASSERT_TRUE(store.close_epoch(group.text, epoch.value));
                model.closed[group] = std::max(model.closed[group], epoch);
            } else {
                const raft::Persist persist = drawer.persist();
                ASSERT_TRUE(store.save(persist));
                model.save(persist);
            }
        }
    }
    ASSERT_NO_FATAL_FAILURE(expect_holds(TestStore{directory.path()}, model));
}

TEST(StoreModel, HoldsWhatAPlainListHolds) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE("seed=" + std::to_string(seed));
        ASSERT_NO_FATAL_FAILURE(live(seed));
    }
}

}  // namespace
}  // namespace baton::test
