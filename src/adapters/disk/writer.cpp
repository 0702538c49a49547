#include "adapters/disk/writer.hpp"

#include "base/check.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <algorithm>
#include <utility>

namespace baton::adapters::disk {
namespace {

/// What could not be read again must not be written.
Result<void> check_readable(const std::string& bytes, const char* noun, LogIndex index) {
    if (bytes.size() <= wire::message_bytes_max) {
        return success();
    }
    return unavailable(std::string{noun} + " " + std::to_string(index.value) + " has " +
                       std::to_string(bytes.size()) + " bytes; the limit is " +
                       std::to_string(wire::message_bytes_max) + ", so it was not stored");
}

}  // namespace

Writer::Writer(Place place, Durable durable, Descriptor segment, FsyncTimer& timer)
    : place_(std::move(place)),
      durable_(std::move(durable)),
      segment_(std::move(segment)),
      timer_(timer),
      hard_state_(durable_.hard_state) {}

Result<void> Writer::save(const raft::Persist& persist) {
    if (persist.hard_state) {
        hard_state_ = *persist.hard_state;
    }
    if (persist.snapshot) {
        BATON_TRY(install(*persist.snapshot));
    }
    if (!persist.entries.empty()) {
        BATON_TRY(append(persist.entries));
    }
    return success();
}

/// Entries below the snapshot are covered by it. Entries the log holds already
/// are not written again: rewriting them in more than one record would, for a
/// moment, take acknowledged entries away.
Result<void> Writer::append(const std::vector<raft::Entry>& entries) {
    if (entries.back().index <= durable_.log.base()) {
        return success();
    }
    bool differs = false;
    for (const raft::Entry& entry : entries) {
        if (entry.index <= durable_.log.base()) {
            continue;
        }
        BATON_CHECK(entry.index <= *durable_.log.end());
        const std::string bytes = wire::encode(entry);
        BATON_TRY(check_readable(bytes, "log entry", entry.index));
        const Mark mark{.term = entry.term, .checksum = wire::crc32c(bytes)};
        const Mark* held = durable_.log.find(entry.index);
        if (!differs && held != nullptr && *held == mark) {
            continue;
        }
        differs = true;
        durable_.log.put(entry.index, mark);
        append_item(pending_, ItemKind::entry, bytes);
        pending_last_ = std::max(pending_last_, entry.index);
        if (pending_.size() >= record_bytes_target) {
            BATON_TRY(flush());
        }
    }
    const LogIndex end = entries.back().index.next();
    if (*durable_.log.end() > end) {
        durable_.log.truncate_from(end);
        std::string number;
        wire::append_u64(number, end.value);
        append_item(pending_, ItemKind::truncate, number);
    }
    return success();
}

Result<void> Writer::flush() {
    const bool promised = hard_state_.term != durable_.hard_state.term ||
                          hard_state_.vote != durable_.hard_state.vote;
    if (pending_.empty() && !promised) {
        return success();
    }
    if (durable_.size >= segment_bytes_max) {
        BATON_TRY(roll(true));
    }
    if (hard_state_ != durable_.hard_state) {
        append_item(pending_, ItemKind::hard_state, wire::encode(hard_state_));
    }
    if (pending_.empty()) {
        return success();
    }
    BATON_TRY(write_record(encode_record(pending_, durable_.size)));
    durable_.hard_state = hard_state_;
    Segment& segment = durable_.segments.back();
    segment.last_index = std::max(segment.last_index, std::exchange(pending_last_, LogIndex{}));
    pending_.clear();
    return success();
}

/// A failed sync may leave bytes that can be read now and are gone after a
/// power failure. They are cut off at once, as well as the disk allows, so that
/// the next start does not take them for durable.
Result<void> Writer::write_record(const std::string& record) {
    const FsyncTimer::Measure measure{timer_};
    Result<void> written = write_at(segment_, segment_path(), durable_.size, record);
    if (written) {
        written = sync_content(segment_, segment_path());
    }
    if (!written) {
        static_cast<void>(cut_file(segment_, segment_path(), durable_.size));
        return written;
    }
    durable_.size += record.size();
    return success();
}

Result<void> Writer::roll(bool keep_entries) {
    const std::uint64_t sequence = durable_.segments.back().sequence + 1;
    std::string payload;
    append_item(payload, ItemKind::hard_state, wire::encode(hard_state_));
    if (durable_.snapshot) {
        std::string mark;
        wire::append_u64(mark, durable_.snapshot->index.value);
        wire::append_u64(mark, durable_.snapshot->term.value);
        append_item(payload, keep_entries ? ItemKind::base_keep : ItemKind::base_reset, mark);
    }
    std::string file =
        encode_header({.kind = FileKind::segment, .number = sequence, .owner = durable_.identity});
    file += encode_record(payload, file.size());
    BATON_TRY(segment_, replace(segment_name(sequence), file));
    durable_.segments.push_back({.sequence = sequence, .last_index = {}});
    durable_.size = file.size();
    durable_.hard_state = hard_state_;
    return success();
}

/// An older snapshot than the present one says nothing new.
Result<void> Writer::install(const raft::Snapshot& snapshot) {
    BATON_TRY(flush());
    if (durable_.snapshot && snapshot.index <= durable_.snapshot->index) {
        return success();
    }
    BATON_TRY(write_snapshot(snapshot));
    return adopt({.index = snapshot.index, .term = snapshot.term});
}

Result<void> Writer::write_snapshot(const raft::Snapshot& snapshot) {
    const std::string body = wire::encode(snapshot);
    BATON_TRY(check_readable(body, "the snapshot at log entry", snapshot.index));
    const std::string file = seal(
        {.kind = FileKind::snapshot, .number = snapshot.index.value, .owner = durable_.identity},
        body);
    BATON_TRY(replace(snapshot_name(snapshot.index, snapshot.term), file));
    return success();
}

/// The snapshot's file is durable. Entries behind it stay exactly if the log
/// held the snapshot's last entry (Raft §7); otherwise they contradict it.
Result<void> Writer::adopt(SnapshotName snapshot) {
    const bool keep =
        snapshot.index == durable_.log.base() || durable_.log.holds(snapshot.index, snapshot.term);
    const auto previous = std::exchange(durable_.snapshot, snapshot);
    durable_.log.rebase(snapshot.index, keep);
    if (!keep) {
        for (Segment& segment : durable_.segments) {
            segment.last_index = {};
        }
    }
    BATON_TRY(roll(keep));
    BATON_TRY(remove_covered_segments());
    if (previous && previous != snapshot) {
        BATON_TRY(remove_file(place_.path(snapshot_name(previous->index, previous->term))));
    }
    return success();
}

/// Oldest first, each removal durable before the next, so that a crash leaves
/// no gap in the sequence.
Result<void> Writer::remove_covered_segments() {
    auto& segments = durable_.segments;
    while (segments.size() > 1 && segments.front().last_index <= durable_.log.base()) {
        BATON_TRY(remove_file(place_.path(segment_name(segments.front().sequence))));
        BATON_TRY(sync_directory(place_.directory));
        segments.erase(segments.begin());
    }
    return success();
}

/// The snapshot comes first: a crash before the identity names the cluster
/// leaves a node that has not joined and may simply be asked again.
Result<void> Writer::join(const ClusterId& cluster, const raft::Snapshot& first) {
    if (durable_.identity.cluster == cluster) {
        return install(first);
    }
    if (durable_.identity.cluster) {
        return refused(place_.directory + " belongs to cluster " + durable_.identity.cluster.text +
                       " and cannot join cluster " + cluster.text +
                       "; give the node an empty directory");
    }
    BATON_TRY(flush());
    durable_.identity.cluster = cluster;
    BATON_TRY(write_snapshot(first));
    BATON_TRY(
        replace(identity_name,
                seal({.kind = FileKind::identity, .number = 0, .owner = durable_.identity}, {})));
    return adopt({.index = first.index, .term = first.term});
}

Result<void> Writer::close_epoch(const GroupId& group, Epoch epoch) {
    BATON_TRY(flush());
    Epoch& closed = durable_.closed[group];
    if (epoch <= closed) {
        return success();
    }
    closed = epoch;
    BATON_TRY(replace(promises_name,
                      seal({.kind = FileKind::promises, .number = 0, .owner = durable_.identity},
                           wire::encode(durable_.closed))));
    return success();
}

Result<Descriptor> Writer::replace(const std::string& name, std::string_view bytes) {
    const FsyncTimer::Measure measure{timer_};
    return replace_file(place_.directory, name, bytes);
}

std::string Writer::segment_path() const {
    return place_.path(segment_name(durable_.segments.back().sequence));
}

}  // namespace baton::adapters::disk
