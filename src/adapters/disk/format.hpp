#pragma once

/// The bytes of every file of a data directory (docs/formats.md). Builds and
/// checks headers, sealed files and records; opens no file and judges no
/// content beyond its form.

#include "base/result.hpp"
#include "ports/log_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters::disk {

/// Where the store lives and whose it is, for messages that name the remedy.
struct Place {
    std::string directory;
    NodeId node;

    [[nodiscard]] std::string path(const std::string& name) const { return directory + "/" + name; }
};

/// Of kind corrupt: names the file, the byte and what the operator has to do.
[[nodiscard]] Error damaged(const Place& place, const std::string& name, std::uint64_t offset,
                            const std::string& what);

inline constexpr std::uint32_t format_version = 1;

enum class FileKind {
    segment,   ///< Records of the log.
    snapshot,  ///< One sealed snapshot.
    identity,  ///< Whose directory this is, sealed.
    promises,  ///< Closed epochs, sealed.
};

struct FileHeader {
    FileKind kind = FileKind::segment;
    std::uint64_t number = 0;  ///< Sequence of a segment, index of a snapshot, else 0.
    Identity owner;
};

[[nodiscard]] std::string encode_header(const FileHeader& header);

struct ParsedHeader {
    FileHeader header;
    std::size_t size = 0;  ///< Bytes it took.
};
/// Errors: corrupt; refused (a newer format).
[[nodiscard]] Result<ParsedHeader> parse_header(std::string_view file, FileKind kind,
                                                const Place& place, const std::string& name);

/// Refuses a file that another node, life or cluster left here, by name. A
/// file without cluster is older than this node's joining, and fine.
[[nodiscard]] Result<void> check_owner(const Identity& owner, const Identity& expected,
                                       const Place& place, const std::string& name);

/// A header, then a body that is written once and read whole.
[[nodiscard]] std::string seal(const FileHeader& header, std::string_view body);
struct Unsealed {
    FileHeader header;
    std::string_view body;  ///< Points into the bytes given.
    std::size_t body_offset = 0;
};
[[nodiscard]] Result<Unsealed> unseal(std::string_view file, FileKind kind, const Place& place,
                                      const std::string& name);

/// One write of the log: the unit that survives a crash wholly or not at all.
/// `offset` is where in the file it goes; it is part of the record, so that
/// bytes that moved are not taken for a record.
inline constexpr std::size_t record_header_bytes = 20;
[[nodiscard]] std::string encode_record(std::string_view payload, std::uint64_t offset);

struct RecordView {
    std::string_view payload;
    std::size_t end = 0;  ///< Offset after it.
};
/// Nothing if no complete, undamaged record stands at `offset`.
[[nodiscard]] std::optional<RecordView> record_at(std::string_view file, std::size_t offset);
/// Is there an undamaged record anywhere behind `offset`?
[[nodiscard]] bool record_after(std::string_view file, std::size_t offset);

enum class ItemKind : std::uint8_t {
    hard_state = 1,  ///< Term, vote and commit from here on.
    entry = 2,       ///< Replaces the log from its index on.
    truncate = 3,    ///< Nothing from this index (u64) on is in the log any more.
    base_keep = 4,   ///< A snapshot (u64 index, u64 term) covers entries up to it.
    base_reset = 5,  ///< The same, and no entry held until here is in the log any more.
};

struct Item {
    ItemKind kind = ItemKind::hard_state;
    std::string_view bytes;  ///< Points into the record's payload.
};
void append_item(std::string& payload, ItemKind kind, std::string_view bytes);
/// Nothing if the payload is not a sequence of known items.
[[nodiscard]] std::optional<std::vector<Item>> items_of(std::string_view payload);

[[nodiscard]] std::string segment_name(std::uint64_t sequence);
[[nodiscard]] std::string snapshot_name(LogIndex index, Term term);
/// The numbers in a name; nothing if the name is of another form.
[[nodiscard]] std::optional<std::uint64_t> segment_sequence(const std::string& name);
[[nodiscard]] std::optional<std::uint64_t> snapshot_index(const std::string& name);

inline constexpr const char* identity_name = "identity";
inline constexpr const char* promises_name = "closed";

}  // namespace baton::adapters::disk
