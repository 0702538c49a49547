/// One libFuzzer target per decoder, chosen at compile time by BATON_FUZZ_TARGET.
/// Whatever the bytes, decoding answers; and what was decoded once survives
/// another round trip.

#include "adapters/disk/format.hpp"
#include "adapters/net/greeting.hpp"
#include "base/check.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <cstddef>
#include <cstdint>

namespace {

using namespace baton;

/// Encodings are compared instead of values: a NaN differs from itself.
template <typename Value>
void decode_twice(Result<Value> (*decode)(std::string_view), std::string_view bytes) {
    const Result<Value> value = decode(bytes);
    if (value) {
        const std::string again = wire::encode(value.value());
        const Result<Value> twice = decode(again);
        BATON_CHECK(twice && wire::encode(twice.value()) == again);
    }
}

[[maybe_unused]] void fuzz_peer_message(std::string_view bytes) {
    decode_twice(wire::decode_peer_message, bytes);
}

[[maybe_unused]] void fuzz_command(std::string_view bytes) {
    decode_twice(wire::decode_command, bytes);
}

[[maybe_unused]] void fuzz_state(std::string_view bytes) {
    decode_twice(wire::decode_state, bytes);
}

[[maybe_unused]] void fuzz_entry(std::string_view bytes) {
    decode_twice(wire::decode_entry, bytes);
    decode_twice(wire::decode_hard_state, bytes);
    decode_twice(wire::decode_snapshot, bytes);
}

/// The first byte says how the stream is cut into pieces.
[[maybe_unused]] void fuzz_frames(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    const std::size_t piece = 1 + static_cast<unsigned char>(bytes.front());
    wire::FrameReader reader{4096};
    for (bytes.remove_prefix(1); !bytes.empty();
         bytes.remove_prefix(std::min(piece, bytes.size()))) {
        reader.feed(bytes.substr(0, piece));
        for (auto next = reader.next(); next && next.value(); next = reader.next()) {
        }
    }
}

[[maybe_unused]] void fuzz_segment(std::string_view bytes) {
    namespace disk = adapters::disk;
    const disk::Place place{.directory = "d", .node = NodeId{"a"}};
    const auto header = disk::parse_header(bytes, disk::FileKind::segment, place, "log");
    const auto sealed = disk::unseal(bytes, disk::FileKind::snapshot, place, "snapshot");
    std::size_t at = header ? header.value().size : 0;
    while (const auto record = disk::record_at(bytes, at)) {
        static_cast<void>(disk::items_of(record->payload));
        at = record->end;
    }
    static_cast<void>(disk::record_after(bytes, at));
    static_cast<void>(disk::items_of(bytes));
}

/// The tag in front is for who reads it to look at first; any may come.
[[maybe_unused]] void fuzz_greeting(std::string_view bytes) {
    namespace net = adapters::net;
    const auto tag = net::tag_of(bytes);
    const auto greeting = net::decode_greeting(bytes);
    if (greeting && tag) {
        const auto twice = net::decode_greeting(net::encode_greeting(*tag, greeting.value()));
        BATON_CHECK(twice && twice.value() == greeting.value());
    }
    const std::string reason = net::decode_refusal(bytes);
    BATON_CHECK(reason.size() <= net::greeting_bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    BATON_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
