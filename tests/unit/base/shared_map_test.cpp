// A map whose copies share their values, and never see each other's changes.
#include "base/shared_map.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace baton {
namespace {

using Map = SharedMap<int, std::string>;
using Plain = std::map<int, std::string>;

Plain plain(const Map& map) {
    return {map.begin(), map.end()};
}

TEST(SharedMap, IsInTheOrderOfItsKeysAndKeepsTheLastValueOfOne) {
    const Map map{{3, "c"}, {1, "x"}, {2, "b"}, {1, "a"}};
    EXPECT_EQ(map.size(), 3U);
    EXPECT_EQ(map.begin()->second, "a");
    EXPECT_EQ(plain(map), (Plain{{1, "a"}, {2, "b"}, {3, "c"}}));
    EXPECT_EQ(map.at(2), "b");
    EXPECT_TRUE(map.find(4) == map.end());
    EXPECT_TRUE(Map{}.find(4) == Map{}.end());
}

TEST(SharedMap, CopiesDoNotSeeEachOthersChanges) {
    Map one{{1, "a"}, {2, "b"}};
    Map other = one;
    other[1] += "!";
    other[3] = "c";
    EXPECT_EQ(plain(one), (Plain{{1, "a"}, {2, "b"}}));
    EXPECT_EQ(plain(other), (Plain{{1, "a!"}, {2, "b"}, {3, "c"}}));
    one.erase_if([](const auto& item) { return item.first == 2; });
    EXPECT_EQ(plain(one), (Plain{{1, "a"}}));
    EXPECT_TRUE(other.contains(2));
}

TEST(SharedMap, SharesWhatIsNotChanged) {
    const Map before{{1, "a"}, {2, "b"}};
    Map after = before;
    after[2] = "c";
    EXPECT_EQ(&before.at(1), &after.at(1));
    EXPECT_NE(&before.at(2), &after.at(2));
    Map third;
    third.share(after.find(2));
    EXPECT_EQ(&third.at(2), &after.at(2));
}

TEST(SharedMap, ComparesValuesWhereNothingIsShared) {
    const Map one{{1, "a"}, {2, "b"}};
    EXPECT_EQ(one, (Map{{2, "b"}, {1, "a"}}));
    EXPECT_NE(one, (Map{{1, "a"}}));
    EXPECT_NE(one, (Map{{1, "a"}, {2, "c"}}));
    const Plain none;
    EXPECT_EQ(Map{}, Map(none.begin(), none.end()));
}

/// Beside a plain map that is copied whole, over many random changes.
class Twin {
public:
    void change(Random& random) {
        const int key = static_cast<int>(random.below(12));
        switch (random.below(4)) {
            case 0:
                shared.erase_if([&](const auto& item) { return item.first == key; });
                plain_.erase(key);
                break;
            case 1: {
                const Map newer{{key, "o"}, {key + 1, "p"}};
                shared.overlay(newer);
                for (const auto& [each, value] : newer) plain_[each] = value;
                break;
            }
            default:
                const std::string value(1, static_cast<char>('a' + random.below(3)));
                shared[key] = value;
                plain_[key] = value;
        }
    }
    [[nodiscard]] bool same() const { return plain(shared) == plain_; }
    [[nodiscard]] Plain beyond(const Twin& before) const {
        Plain found;
        for (const auto& [key, value] : plain_) {
            const auto old = before.plain_.find(key);
            if (old == before.plain_.end() || old->second != value) found[key] = value;
        }
        return found;
    }

    Map shared;

private:
    Plain plain_;
};

TEST(SharedMap, DoesWhatAMapDoesWhateverIsShared) {
    Random random(7);
    std::vector<Twin> twins(4);
    for (int step = 0; step < 20'000; ++step) {
        Twin& one = twins[random.below(twins.size())];
        Twin& other = twins[random.below(twins.size())];
        if (random.one_in(5)) other = one;
        one.change(random);
        ASSERT_TRUE(one.same() && other.same());
        ASSERT_EQ(plain(one.shared.beyond(other.shared)), one.beyond(other));
        Map made = other.shared;
        made.overlay(one.shared.beyond(other.shared));
        made.erase_if([&](const auto& item) { return !one.shared.contains(item.first); });
        ASSERT_EQ(made, one.shared);
    }
}

}  // namespace
}  // namespace baton
