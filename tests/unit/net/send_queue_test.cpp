#include "adapters/net/send_queue.hpp"

#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <gtest/gtest.h>

namespace baton::adapters::net {
namespace {

lease::Heartbeat heartbeat(std::uint64_t sequence) {
    lease::Heartbeat message;
    message.from = NodeId{"a"};
    message.sequence = sequence;
    return message;
}

raft::Message append(std::uint64_t round, std::size_t bytes = 0) {
    raft::Append body;
    body.round = round;
    if (bytes > 0) {
        body.entries.push_back(raft::Entry{Term{1}, LogIndex{1}, raft::EntryKind::command,
                                           std::string(bytes, 'x'), std::nullopt});
    }
    return {NodeId{"a"}, NodeId{"b"}, Term{1}, body};
}

std::vector<PeerMessage> decoded(const std::string& frames) {
    wire::FrameReader reader(64 * 1024 * 1024);
    reader.feed(frames);
    std::vector<PeerMessage> messages;
    while (true) {
        auto payload = reader.next();
        if (!payload || !payload.value()) return messages;
        auto message = wire::decode_peer_message(std::string_view{*payload.value()}.substr(1));
        if (message) messages.push_back(std::move(message).value());
    }
}

TEST(SendQueue, KeepsOrder) {
    SendQueue queue;
    for (std::uint64_t round = 1; round <= 3; ++round) queue.push(append(round));
    const auto messages = decoded(queue.take_frames(1'000'000));
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages.front(), PeerMessage{append(1)});
    EXPECT_EQ(messages.back(), PeerMessage{append(3)});
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_TRUE(queue.take_frames(1'000'000).empty());
}

TEST(SendQueue, ANewerHeartbeatReplacesAnUnsentOne) {
    SendQueue queue;
    queue.push(heartbeat(1));
    queue.push(append(1));
    queue.push(heartbeat(2));
    const auto messages = decoded(queue.take_frames(1'000'000));
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages.back(), PeerMessage{heartbeat(2)});
}

cluster::NodeReport report(std::uint64_t sequence, std::uint64_t since) {
    cluster::NodeReport message;
    message.node = NodeId{"a"};
    message.sequence = sequence;
    message.since = since;
    return message;
}

TEST(SendQueue, OnlyAWholeReportReplacesThoseBeforeIt) {
    SendQueue queue;
    queue.push(report(1, 0));
    queue.push(report(2, 1));
    queue.push(report(3, 2));
    EXPECT_EQ(queue.size(), 3U) << "each part says something else";
    queue.push(heartbeat(1));
    queue.push(report(4, 0));
    queue.push(report(5, 4));
    EXPECT_EQ(queue.dropped(), 3U);
    const auto messages = decoded(queue.take_frames(1'000'000));
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[1], PeerMessage{report(4, 0)});
    EXPECT_EQ(messages[2], PeerMessage{report(5, 4)});
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST(SendQueue, DropsTheOldestBeyondItsNumber) {
    SendQueue queue;
    for (std::uint64_t round = 1; round <= transport_queue_max + 5; ++round) {
        queue.push(append(round));
    }
    EXPECT_EQ(queue.size(), transport_queue_max);
    EXPECT_EQ(queue.dropped(), 5U);
    EXPECT_EQ(decoded(queue.take_frames(1)).front(), PeerMessage{append(6)});
}

TEST(SendQueue, DropsTheOldestBeyondItsBytes) {
    SendQueue queue;
    for (std::uint64_t round = 1; round <= 40; ++round) queue.push(append(round, 1024 * 1024));
    EXPECT_LE(queue.bytes(), queue_bytes_max);
    EXPECT_GT(queue.dropped(), 0U);
}

TEST(SendQueue, SendsAMessageLargerThanABatchAlone) {
    SendQueue queue;
    queue.push(append(1, 100'000));
    queue.push(append(2));
    EXPECT_EQ(decoded(queue.take_frames(1'000)).size(), 1U);
    EXPECT_EQ(queue.size(), 1U);
}

}  // namespace
}  // namespace baton::adapters::net
