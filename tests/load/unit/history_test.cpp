#include "history.hpp"

#include "verify.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include <unistd.h>

namespace baton::load {
namespace {

using std::chrono::milliseconds;

Instant at(int count) {
    return Instant{milliseconds{count}};
}

TEST(History, the_longest_gap_is_between_acknowledgements_only) {
    History history{"r", "", at(0)};
    const auto first = history.take_key();
    const auto second = history.take_key();
    const auto third = history.take_key();
    history.record(first, Outcome::acknowledged, at(10));
    history.record(second, Outcome::failed, at(30));
    history.record(third, Outcome::acknowledged, at(50));
    const auto window = history.window(at(60));
    EXPECT_EQ(window.longest_gap, milliseconds{40});
    EXPECT_EQ(window.acknowledged, 2U);
    EXPECT_EQ(window.failed, 1U);
}

TEST(History, a_gap_still_open_counts) {
    const History history{"r", "", at(0)};
    EXPECT_EQ(history.window(at(70)).longest_gap, milliseconds{70});
}

TEST(History, a_gap_across_a_mark_counts_in_the_new_window) {
    History history{"r", "", at(0)};
    const auto key = history.take_key();
    history.mark("kill", at(40));
    history.record(key, Outcome::acknowledged, at(100));
    EXPECT_EQ(history.window(at(100)).longest_gap, milliseconds{100});
    EXPECT_EQ(history.window(at(100)).name, "kill");
}

TEST(History, keys_to_verify_are_those_of_the_window_and_not_dropped) {
    History history{"r", "", at(0)};
    for (int write = 0; write < 3; ++write)
        history.record(history.take_key(), Outcome::acknowledged, at(write));
    history.mark("second", at(3));
    history.record(history.take_key(), Outcome::acknowledged, at(4));
    history.record(history.take_key(), Outcome::unknown, at(5));
    auto keys = history.acknowledged_keys(history.next_key());
    EXPECT_EQ(keys.first, 3U);
    EXPECT_EQ(keys.bits, (std::vector<bool>{true, false}));
    history.drop_below(4);
    keys = history.acknowledged_keys(history.next_key());
    EXPECT_EQ(keys.first, 4U);
    EXPECT_EQ(keys.bits, (std::vector<bool>{false}));
}

TEST(History, the_log_gives_back_what_was_acknowledged) {
    std::string path = testing::TempDir() + "baton-load-XXXXXX";
    ::close(::mkstemp(path.data()));
    {
        History history{"r1", path, at(0)};
        ASSERT_TRUE(history.usable());
        for (const auto outcome :
             {Outcome::acknowledged, Outcome::unknown, Outcome::acknowledged, Outcome::failed}) {
            history.record(history.take_key(), outcome, at(1));
        }
    }
    const auto question = read_log(path);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->run, "r1");
    EXPECT_EQ(question->keys.bits, (std::vector<bool>{true, false, true}));
    std::ofstream{path, std::ios::app} << "d 1 0\n";
    EXPECT_EQ(read_log(path)->keys.bits, (std::vector<bool>{false, false, true}));
    std::ofstream{path, std::ios::app} << "damaged";
    EXPECT_FALSE(read_log(path));
    ::unlink(path.c_str());
}

}  // namespace
}  // namespace baton::load
