#include "api/metrics.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sample.hpp"

namespace baton::api {
namespace {

using sample::Cluster;

std::string text_of(const View& view) {
    return metrics_text(view, {1024, 1.5, 7});
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, ShowWhatTheViewHolds) {
    Cluster cluster;
    cluster.of("b").offset = 4000;
    const auto text = text_of(cluster.view);
    EXPECT_TRUE(has_line(text, "baton_phi_accrual{peer=\"b\"} 0.5")) << text;
    EXPECT_TRUE(has_line(text, "baton_raft_term 5"));
    EXPECT_TRUE(has_line(text, "baton_raft_commit_index 42"));
    EXPECT_TRUE(has_line(text, "baton_raft_is_leader 1"));
    EXPECT_TRUE(has_line(text, "baton_lease_remaining_seconds{group=\"cache\",epoch=\"4\"} 0.6"));
    EXPECT_TRUE(has_line(text, "baton_group_epoch{group=\"cache\"} 4"));
    EXPECT_TRUE(has_line(text, "baton_group_phase{group=\"cache\",phase=\"steady\"} 1"));
    EXPECT_TRUE(
        has_line(text, "baton_instance_lag_bytes{group=\"cache\",instance=\"cache-b\"} 1000"));
    EXPECT_TRUE(has_line(
        text, "baton_instance_role{group=\"cache\",instance=\"cache-a\",role=\"primary\"} 1"));
    EXPECT_TRUE(has_line(text, "process_resident_memory_bytes 1024"));
}

TEST(Metrics, EveryNameHasHelpAndTypeOnce) {
    const auto text = text_of(Cluster{}.view);
    std::set<std::string_view> names;
    for (const Metric& metric : metric_table()) {
        EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
        const auto help = "# HELP " + std::string{metric.name} + " ";
        EXPECT_NE(text.find(help), std::string::npos);
        EXPECT_EQ(text.find(help), text.rfind(help));
        const bool counts = metric.kind == MetricKind::counter;
        EXPECT_EQ(counts, metric.name.ends_with("_total")) << metric.name;
    }
}

TEST(Metrics, LabelsAreEscaped) {
    Cluster cluster;
    cluster.view.peers[0].peer = NodeId{"q\"\\\n"};
    EXPECT_TRUE(has_line(text_of(cluster.view), R"(baton_phi_accrual{peer="q\"\\\n"} 0.5)"));
}

TEST(Metrics, ANodeWithoutClusterHasThemToo) {
    EXPECT_TRUE(has_line(text_of(sample::unformed()), "baton_healthy 0"));
}

TEST(Metrics, TheProcessIsMeasured) {
    const auto process = read_process_statistics();
    EXPECT_GT(process.resident_bytes, 0U);
    EXPECT_GT(process.open_descriptors, 0U);
}

}  // namespace
}  // namespace baton::api
