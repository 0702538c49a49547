#include "adapters/disk/replay.hpp"

#include "adapters/disk/files.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <algorithm>

namespace baton::adapters::disk {
namespace {

/// Carries out the items of one segment after the other. An error of an item
/// is only a sentence; the caller knows file and offset.
class Replayer {
public:
    void begin(std::uint64_t sequence) {
        first_segment_ = result.segments.empty();
        result.segments.push_back({.sequence = sequence, .last_index = {}});
    }

    Result<void> take(const Item& item) {
        switch (item.kind) {
            case ItemKind::hard_state: return hard_state(item.bytes);
            case ItemKind::entry: return entry(item.bytes);
            case ItemKind::truncate: return truncate(item.bytes);
            case ItemKind::base_keep: return base(item.bytes, true);
            case ItemKind::base_reset: return base(item.bytes, false);
        }
        return invalid("an item of unknown kind");
    }

    Replayed result;

private:
    Result<void> hard_state(std::string_view bytes) {
        BATON_TRY(result.hard_state, wire::decode_hard_state(bytes));
        return success();
    }

    Result<void> entry(std::string_view bytes) {
        BATON_TRY(auto entry, wire::decode_entry(bytes));
        const LogIndex index = entry.index;
        if (index <= result.log.base() || (result.log.end() && index > *result.log.end())) {
            return invalid("entry " + std::to_string(index.value) + " does not follow the log");
        }
        Segment& segment = result.segments.back();
        segment.last_index = std::max(segment.last_index, index);
        result.log.put(
            index,
            {.term = entry.term, .checksum = wire::crc32c(bytes), .entry = std::move(entry)});
        return success();
    }

    Result<void> truncate(std::string_view bytes) {
        if (bytes.size() != 8 || wire::read_u64(bytes) <= result.log.base().value) {
            return invalid("a cut of the log that cannot be");
        }
        result.log.truncate_from(LogIndex{wire::read_u64(bytes)});
        return success();
    }

    /// Older segments may be gone, so in the first one the entries that follow
    /// need not follow the snapshot; the end of the replay checks the whole.
    Result<void> base(std::string_view bytes, bool keep) {
        if (bytes.size() != 16) {
            return invalid("a snapshot's mark of impossible length");
        }
        const LogIndex index{wire::read_u64(bytes)};
        if (index < result.base) {
            return invalid("a snapshot older than the one before it");
        }
        result.base = index;
        if (first_segment_) {
            result.log.begin_anywhere(index);
            return success();
        }
        result.log.rebase(index, keep);
        if (!keep) {
            for (Segment& segment : result.segments) {
                segment.last_index = {};
            }
        }
        return success();
    }

    bool first_segment_ = true;
};

struct SegmentFile {
    std::string name;
    std::uint64_t sequence = 0;
    bool last = false;
};

Result<void> take_record(Replayer& replayer, std::string_view payload) {
    const auto items = items_of(payload);
    if (!items) {
        return invalid("a record whose content cannot be read");
    }
    for (const Item& item : *items) {
        BATON_TRY(replayer.take(item));
    }
    return success();
}

/// The records of one segment. The first one was made durable together with
/// the header, so only later ones can be torn; and since a write is durable
/// before the next one begins, only the very last one.
Result<void> take_records(Replayer& replayer, const Place& place, const SegmentFile& segment,
                          std::string_view file, std::size_t header_size) {
    std::size_t offset = header_size;
    do {
        const auto record = record_at(file, offset);
        if (!record) {
            if (segment.last && offset != header_size && !record_after(file, offset)) {
                break;
            }
            return damaged(place, segment.name, offset,
                           "a record is incomplete or its checksum is wrong");
        }
        const Result<void> taken = take_record(replayer, record->payload);
        if (!taken) {
            return damaged(place, segment.name, offset, taken.error().message);
        }
        offset = record->end;
    } while (offset < file.size());
    replayer.result.last_size = offset;
    replayer.result.last_size_found = file.size();
    return success();
}

Result<void> take_segment(Replayer& replayer, const Place& place, const Identity& identity,
                          const SegmentFile& segment) {
    BATON_TRY(auto file, read_file(place.path(segment.name), segment_bytes_max + record_bytes_max));
    if (!file) {
        return damaged(place, segment.name, 0, "the file is missing");
    }
    BATON_TRY(auto parsed, parse_header(*file, FileKind::segment, place, segment.name));
    BATON_TRY(check_owner(parsed.header.owner, identity, place, segment.name));
    if (parsed.header.number != segment.sequence) {
        return damaged(
            place, segment.name, 16,
            "the file is segment " + std::to_string(parsed.header.number) + " and was renamed");
    }
    replayer.begin(segment.sequence);
    return take_records(replayer, place, segment, *file, parsed.size);
}

}  // namespace

Result<Replayed> replay(const Place& place, const Identity& identity,
                        const std::vector<std::uint64_t>& sequences) {
    Replayer replayer;
    for (std::size_t at = 0; at < sequences.size(); ++at) {
        if (at > 0 && sequences[at] != sequences[at - 1] + 1) {
            return damaged(place, segment_name(sequences[at - 1] + 1), 0, "the file is missing");
        }
        BATON_TRY(take_segment(replayer, place, identity,
                               {.name = segment_name(sequences[at]),
                                .sequence = sequences[at],
                                .last = at + 1 == sequences.size()}));
    }
    return std::move(replayer.result);
}

}  // namespace baton::adapters::disk
