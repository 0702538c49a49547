#include "adapters/disk/recovery.hpp"

#include "wire/codec.hpp"

#include <algorithm>

namespace baton::adapters::disk {
namespace {

constexpr std::size_t small_file_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t snapshot_file_bytes_max = wire::message_bytes_max + 1024 * 1024;

constexpr std::size_t trial_bytes = 64 * 1024;  ///< More than one write to the log, as a rule.
constexpr auto trial_name = "trial";

/// What stands in the directory, by name only.
struct Inventory {
    bool identity = false;
    bool promises = false;
    std::vector<std::uint64_t> segments;  ///< Sorted.
    std::vector<std::string> snapshots;   ///< Sorted by index.

    [[nodiscard]] bool empty() const {
        return !identity && !promises && segments.empty() && snapshots.empty();
    }
};

/// Files a crash left half-written are removed on the way.
Result<Inventory> take_inventory(const Place& place) {
    Inventory inventory;
    BATON_TRY(auto names, list_files(place.directory));
    for (const std::string& name : names) {
        if (name.ends_with(temporary_suffix)) {
            BATON_TRY(remove_file(place.path(name)));
        } else if (name == identity_name) {
            inventory.identity = true;
        } else if (name == promises_name) {
            inventory.promises = true;
        } else if (const auto sequence = segment_sequence(name)) {
            inventory.segments.push_back(*sequence);
        } else if (snapshot_index(name)) {
            inventory.snapshots.push_back(name);
        }
    }
    return inventory;
}

Result<std::string> read_present(const Place& place, const std::string& name,
                                 std::size_t bytes_max) {
    BATON_TRY(auto bytes, read_file(place.path(name), bytes_max));
    if (!bytes) {
        return damaged(place, name, 0, "the file is missing");
    }
    return std::move(*bytes);
}

Result<void> write_sealed(const Place& place, const std::string& name, const FileHeader& header,
                          const std::string& body) {
    BATON_TRY(replace_file(place.directory, name, seal(header, body)));
    return success();
}

/// A new directory is a new life of the node: other nodes must not take it for
/// the one whose promises are gone.
Result<Identity> found_identity(const Place& place, std::uint64_t entropy) {
    Identity identity{.node = place.node, .incarnation = Incarnation{entropy}, .cluster = {}};
    BATON_TRY(
        write_sealed(place, identity_name, {.kind = FileKind::identity, .owner = identity}, {}));
    return identity;
}

Result<Identity> load_identity(const Place& place, const Inventory& inventory,
                               std::uint64_t entropy) {
    if (inventory.empty()) {
        return found_identity(place, entropy);
    }
    BATON_TRY(auto bytes, read_present(place, identity_name, small_file_bytes_max));
    BATON_TRY(auto sealed, unseal(bytes, FileKind::identity, place, identity_name));
    const Identity& owner = sealed.header.owner;
    if (owner.node != place.node) {
        return refused("the directory " + place.directory + " belongs to node \"" +
                       owner.node.text + "\", but this is node \"" + place.node.text +
                       "\". Start with --node=" + owner.node.text +
                       ", or give this node a directory of its own");
    }
    return owner;
}

/// The file exists from the beginning, so that losing it cannot pass for never
/// having promised.
Result<wire::Promises> load_promises(const Place& place, const Identity& identity,
                                     const Inventory& inventory) {
    if (!inventory.promises && !identity.cluster) {
        BATON_TRY(write_sealed(place, promises_name,
                               {.kind = FileKind::promises, .owner = identity}, {}));
        return wire::Promises{};
    }
    BATON_TRY(auto bytes, read_present(place, promises_name, small_file_bytes_max));
    BATON_TRY(auto sealed, unseal(bytes, FileKind::promises, place, promises_name));
    BATON_TRY(check_owner(sealed.header.owner, identity, place, promises_name));
    Result<wire::Promises> promises = wire::decode_promises(sealed.body);
    if (!promises) {
        return damaged(place, promises_name, sealed.body_offset, promises.error().message);
    }
    return promises;
}

Result<raft::Snapshot> load_snapshot(const Place& place, const Identity& identity,
                                     const std::string& name) {
    BATON_TRY(auto bytes, read_present(place, name, snapshot_file_bytes_max));
    BATON_TRY(auto sealed, unseal(bytes, FileKind::snapshot, place, name));
    BATON_TRY(check_owner(sealed.header.owner, identity, place, name));
    Result<raft::Snapshot> snapshot = wire::decode_snapshot(sealed.body);
    if (!snapshot) {
        return damaged(place, name, sealed.body_offset, snapshot.error().message);
    }
    if (snapshot_name(snapshot.value().index, snapshot.value().term) != name) {
        return damaged(place, name, sealed.body_offset, "the content is of another snapshot");
    }
    return snapshot;
}

/// The newest snapshot counts; a crash may have left older ones. In a
/// directory that names no cluster a snapshot is an unfinished joining.
Result<std::optional<raft::Snapshot>> load_newest_snapshot(const Place& place,
                                                           const Identity& identity,
                                                           std::vector<std::string> names) {
    std::optional<raft::Snapshot> newest;
    if (identity.cluster && !names.empty()) {
        BATON_TRY(newest, load_snapshot(place, identity, names.back()));
        names.pop_back();
    }
    for (const std::string& name : names) {
        BATON_TRY(remove_file(place.path(name)));
    }
    return newest;
}

Result<Replayed> load_log(const Place& place, const Identity& identity, Inventory& inventory) {
    if (inventory.segments.empty() && !identity.cluster) {
        constexpr std::uint64_t first = 1;
        std::string file =
            encode_header({.kind = FileKind::segment, .number = first, .owner = identity});
        std::string payload;
        append_item(payload, ItemKind::hard_state, wire::encode(raft::HardState{}));
        file += encode_record(payload, file.size());
        BATON_TRY(replace_file(place.directory, segment_name(first), file));
        inventory.segments = {first};
    }
    if (inventory.segments.empty()) {
        return damaged(place, segment_name(1), 0, "every segment of the log is missing");
    }
    return replay(place, identity, inventory.segments);
}

/// Do the log and the snapshot fit each other? `damaged` names the oldest
/// segment, since what is missing stood before it.
Result<void> check_log(const Place& place, const Replayed& replayed,
                       const std::optional<raft::Snapshot>& snapshot) {
    const LogIndex covered = snapshot ? snapshot->index : LogIndex{};
    const std::string oldest = segment_name(replayed.segments.front().sequence);
    if (replayed.base > covered) {
        return damaged(place, oldest, 0,
                       "the log continues a snapshot at entry " +
                           std::to_string(replayed.base.value) + ", which is missing");
    }
    const auto& log = replayed.log;
    if (!log.empty() && log.first() > covered.next()) {
        return damaged(place, oldest, 0,
                       "the log begins at entry " + std::to_string(log.first().value) +
                           ", but what came before it ends at " + std::to_string(covered.value));
    }
    Term term;
    for (const HeldEntry& held : log.held()) {
        if (held.term < term) {
            return damaged(
                place, oldest, 0,
                "the terms of the log decrease at entry " + std::to_string(held.entry.index.value));
        }
        term = held.term;
    }
    return success();
}

/// The commit index is written lazily and may name entries other nodes hold;
/// the term is never below what the log shows, and a node that knows of a term
/// only through its log has not voted in it.
raft::HardState completed(raft::HardState hard_state, const Tail<HeldEntry>& log,
                          const std::optional<raft::Snapshot>& snapshot) {
    Term seen = snapshot ? snapshot->term : Term{};
    LogIndex last = log.base();
    if (!log.empty()) {
        seen = std::max(seen, log.held().back().term);
        last = log.held().back().entry.index;
    }
    if (seen > hard_state.term) {
        hard_state.term = seen;
        hard_state.vote = {};
    }
    hard_state.commit = std::clamp(hard_state.commit, log.base(), last);
    return hard_state;
}

/// Cuts an incomplete last write, and makes durable what a crash of the agent
/// alone may have left in memory of the system: it is about to be believed.
Result<Descriptor> settle_last_segment(const Place& place, const Replayed& replayed,
                                       std::vector<std::string>& warnings) {
    const std::string name = segment_name(replayed.segments.back().sequence);
    const std::string path = place.path(name);
    BATON_TRY(auto file, open_existing(path));
    if (replayed.last_size != replayed.last_size_found) {
        warnings.push_back(
            path + " ended in an incomplete write of " +
            std::to_string(replayed.last_size_found - replayed.last_size) + " bytes at byte " +
            std::to_string(replayed.last_size) +
            ", as a crash or power failure leaves it. It was never acknowledged and has been cut "
            "off; nothing else needs to be done");
        BATON_TRY(cut_file(file, path, replayed.last_size));
    }
    BATON_TRY(sync_content(file, path));
    BATON_TRY(sync_directory(place.directory));
    return file;
}

Recovered recovered_from(Identity identity, wire::Promises closed, raft::HardState hard_state,
                         std::optional<raft::Snapshot> snapshot, const Tail<HeldEntry>& log) {
    Recovered recovered;
    recovered.raft.may_vote = static_cast<bool>(identity.cluster);
    recovered.identity = std::move(identity);
    recovered.closed = std::move(closed);
    recovered.raft.hard_state = std::move(hard_state);
    recovered.raft.snapshot = std::move(snapshot);
    for (const HeldEntry& held : log.held()) {
        recovered.raft.entries.push_back(held.entry);
    }
    return recovered;
}

/// A node that begins where nothing can be stored would say a few words, fail and
/// begin again, and others would take the words for life.
Result<void> try_to_store(const Place& place) {
    const auto stored = replace_file(place.directory, trial_name, std::string(trial_bytes, '\0'));
    BATON_TRY(remove_file(place.path(trial_name)));
    if (stored) return success();
    return unavailable(stored.error().message +
                       ". This node does not begin before something can be stored there; make the "
                       "disk usable");
}

}  // namespace

Result<Opened> open_directory(Place place, std::uint64_t entropy, FsyncTimer& timer) {
    Opened opened;
    BATON_TRY(make_directory(place.directory));
    BATON_TRY(opened.lock, lock_directory(place.directory));
    BATON_TRY(auto inventory, take_inventory(place));
    BATON_TRY(auto identity, load_identity(place, inventory, entropy));
    BATON_TRY(auto closed, load_promises(place, identity, inventory));
    BATON_TRY(auto snapshot, load_newest_snapshot(place, identity, inventory.snapshots));
    BATON_TRY(auto replayed, load_log(place, identity, inventory));
    BATON_TRY(check_log(place, replayed, snapshot));
    BATON_TRY(try_to_store(place));

    // A crash between the snapshot's file and its mark in the log.
    const bool unmarked = snapshot && snapshot->index > replayed.base;
    const bool keep = snapshot && replayed.log.holds(snapshot->index, snapshot->term);
    if (unmarked) {
        replayed.log.rebase(snapshot->index, keep);
    }
    BATON_TRY(auto segment, settle_last_segment(place, replayed, opened.warnings));

    Durable durable;
    durable.identity = identity;
    durable.closed = closed;
    durable.hard_state = completed(replayed.hard_state, replayed.log, snapshot);
    if (snapshot) {
        durable.snapshot = {.index = snapshot->index, .term = snapshot->term};
    }
    durable.log = replayed.log.reduced<Mark>(
        [](const HeldEntry& held) { return Mark{.term = held.term, .checksum = held.checksum}; });
    durable.segments = replayed.segments;
    durable.size = replayed.last_size;
    opened.recovered = recovered_from(std::move(identity), std::move(closed), durable.hard_state,
                                      std::move(snapshot), replayed.log);
    opened.writer =
        std::make_unique<Writer>(std::move(place), std::move(durable), std::move(segment), timer);
    if (unmarked) {
        BATON_TRY(opened.writer->roll(keep));
    }
    return opened;
}

}  // namespace baton::adapters::disk
