#include "wire/codec.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace baton::wire {
namespace {

using test::Samples;

constexpr int rounds = 400;

/// What is true of every encoding: values come back, and bytes cut or changed
/// anywhere are answered with a value or an error, never a crash.
template <typename Value>
void expect_round_trips(const std::function<Value(Samples&)>& draw,
                        Result<Value> (*decode)(std::string_view)) {
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
        Samples samples{seed};
        const Value value = draw(samples);
        const std::string bytes = encode(value);
        const Result<Value> back = decode(bytes);
        ASSERT_TRUE(back) << "seed=" << seed << " " << back.error().message;
        ASSERT_EQ(back.value(), value) << "seed=" << seed;
        // Field 900, wire type 0: a newer version's field.
        ASSERT_EQ(decode(bytes + "\xA0\x38\x05").value(), value) << "seed=" << seed;
        for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 64) {
            const auto shorter = decode(std::string_view{bytes}.substr(0, cut));
            ASSERT_TRUE(shorter || !shorter.error().message.empty());
        }
        for (int change = 0; change < 32 && !bytes.empty(); ++change) {
            std::string damaged = bytes;
            damaged[samples.random().below(bytes.size())] =
                static_cast<char>(samples.random().below(256));
            const auto changed = decode(damaged);
            ASSERT_TRUE(changed || !changed.error().message.empty());
        }
    }
}

TEST(Codec, CommandsComeBack) {
    expect_round_trips<cluster::Command>([](Samples& s) { return s.command(); }, decode_command);
}

TEST(Codec, StatesComeBack) {
    expect_round_trips<cluster::State>([](Samples& s) { return s.state(); }, decode_state);
}

TEST(Codec, PeerMessagesComeBack) {
    expect_round_trips<PeerMessage>([](Samples& s) { return s.peer_message(); },
                                    decode_peer_message);
}

TEST(Codec, EntriesComeBack) {
    expect_round_trips<raft::Entry>([](Samples& s) { return s.entry(); }, decode_entry);
}

TEST(Codec, HardStatesComeBack) {
    expect_round_trips<raft::HardState>([](Samples& s) { return s.hard_state(); },
                                        decode_hard_state);
}

TEST(Codec, SnapshotsComeBack) {
    expect_round_trips<raft::Snapshot>([](Samples& s) { return s.snapshot(); }, decode_snapshot);
}

TEST(Codec, IdentitiesComeBack) {
    expect_round_trips<Identity>([](Samples& s) { return s.identity(); }, decode_identity);
}

TEST(Codec, PromisesComeBack) {
    expect_round_trips<Promises>([](Samples& s) { return s.promises(); }, decode_promises);
}

/// Structs with enumerators a sample may have missed by chance.
TEST(Codec, EveryEnumeratorComesBack) {
    for (int tier = 0; tier < 3; ++tier) {
        const cluster::Command command =
            cluster::RecordFencing{NodeId{"a"}, static_cast<cluster::FencingTier>(tier)};
        EXPECT_EQ(decode_command(encode(command)).value(), command);
    }
    for (int phase = 0; phase < 6; ++phase) {
        cluster::State state;
        state.groups[GroupId{"g"}].phase = static_cast<cluster::Phase>(phase);
        EXPECT_EQ(decode_state(encode(state)).value(), state);
    }
    for (int kind = 0; kind < 3; ++kind) {
        raft::Entry entry;
        entry.kind = static_cast<raft::EntryKind>(kind);
        if (entry.kind == raft::EntryKind::membership) {
            entry.membership.emplace();
        }
        EXPECT_EQ(decode_entry(encode(entry)).value(), entry);
    }
}

TEST(Codec, GarbageIsAnsweredWithAnError) {
    Samples samples{7};
    for (int round = 0; round < 5000; ++round) {
        std::string garbage;
        for (std::uint64_t size = samples.random().below(80); size > 0; --size) {
            garbage.push_back(static_cast<char>(samples.random().below(256)));
        }
        const auto message = decode_peer_message(garbage);
        ASSERT_TRUE(message || message.error().kind == ErrorKind::invalid);
        const auto state = decode_state(garbage);
        ASSERT_TRUE(state || state.error().kind == ErrorKind::corrupt);
        static_cast<void>(decode_command(garbage));
        static_cast<void>(decode_entry(garbage));
        static_cast<void>(decode_snapshot(garbage));
        static_cast<void>(decode_identity(garbage));
        static_cast<void>(decode_promises(garbage));
    }
}

TEST(Codec, AnUnknownEnumeratorIsRefusedByName) {
    // Entry{kind = 99}: field 3, varint.
    const auto entry = decode_entry("\x18\x63");
    ASSERT_FALSE(entry);
    EXPECT_EQ(entry.error().kind, ErrorKind::corrupt);
    EXPECT_NE(entry.error().message.find("entry kind number 99"), std::string::npos);
}

TEST(Codec, AMissingEnumeratorOrAlternativeIsRefused) {
    EXPECT_FALSE(decode_entry(""));
    EXPECT_FALSE(decode_command(""));
    EXPECT_FALSE(decode_peer_message(""));
    EXPECT_FALSE(decode_state(""));  // A lease of 0 ends before it begins.
    EXPECT_FALSE(decode_identity(""));
}

TEST(Codec, AMembershipWithARepeatedVoterIsRefused) {
    raft::Snapshot snapshot;
    snapshot.membership.voters = {NodeId{"a"}, NodeId{"a"}, NodeId{"b"}};
    EXPECT_EQ(decode_snapshot(encode(snapshot)).error().kind, ErrorKind::corrupt);
    snapshot.membership.voters = {NodeId{"a"}, NodeId{"b"}};
    snapshot.membership.learners = {NodeId{"b"}};
    EXPECT_FALSE(decode_snapshot(encode(snapshot)));
    snapshot.membership.learners = {NodeId{"c"}};
    EXPECT_TRUE(decode_snapshot(encode(snapshot)));
}

TEST(Codec, AnEntryThatIsAndIsNotAMembershipIsRefused) {
    raft::Entry entry;
    entry.kind = raft::EntryKind::command;
    entry.membership.emplace();
    EXPECT_FALSE(decode_entry(encode(entry)));
    entry.kind = raft::EntryKind::membership;
    entry.membership.reset();
    EXPECT_FALSE(decode_entry(encode(entry)));
}

TEST(Codec, OversizedInputIsRefusedUnread) {
    const std::string huge(message_bytes_max + 1, '\0');
    const auto message = decode_peer_message(huge);
    ASSERT_FALSE(message);
    EXPECT_NE(message.error().message.find("the limit is"), std::string::npos);
}

TEST(Codec, EqualStatesHaveEqualBytes) {
    Samples samples{3};
    const cluster::State state = samples.state();
    const cluster::State copy = decode_state(encode(state)).value();
    EXPECT_EQ(encode(copy), encode(state));
}

}  // namespace
}  // namespace baton::wire
