#include "scenarios/raft/member.hpp"

#include <algorithm>
#include <utility>

namespace baton::raft::test {

void Disk::write(const Persist& persist, std::size_t parts) {
    const auto part = [&parts] { return parts > 0 && parts-- > 0; };
    if (!part()) {
        return;
    }
    hard_state = persist.hard_state.value_or(hard_state);
    if (!part()) {
        return;
    }
    if (persist.snapshot) {
        snapshot = persist.snapshot;
        entries.clear();
    }
    if (!part() || persist.entries.empty()) {
        return;
    }
    const LogIndex first = persist.entries.front().index;
    std::erase_if(entries, [&](const Entry& entry) { return entry.index >= first; });
    for (const Entry& entry : persist.entries) {
        if (!part()) {
            return;
        }
        entries.push_back(entry);
    }
}

void Disk::compact(const Snapshot& made) {
    snapshot = made;
    std::erase_if(entries, [&](const Entry& entry) { return entry.index <= made.index; });
}

Member::Member(Config config, Disk initial, std::uint64_t seed) noexcept
    : disk(std::move(initial)), config_(std::move(config)), random_(seed) {}

void Member::start(Instant at) {
    now = at;
    core.emplace(config_, Restored{disk.hard_state, disk.snapshot, disk.entries, disk.may_vote},
                 random_.fork(), now);
    collect();
}

void Member::crash(std::size_t parts_kept) {
    core.reset();
    outbox.clear();
    news.clear();
    for (const Output& output : std::exchange(waiting_, {})) {
        const std::size_t parts = output.persist.entries.size() + 3;
        disk.write(output.persist, std::min(parts, parts_kept));
        parts_kept -= std::min(parts, parts_kept);
    }
}

void Member::collect() {
    Output output = core->take();
    std::move(output.messages.begin(), output.messages.end(), std::back_inserter(outbox));
    if (output.restore || !output.committed.empty() || !output.reads.empty()) {
        Output told;
        told.restore = std::move(output.restore);
        told.committed = std::move(output.committed);
        told.reads = std::move(output.reads);
        news.push_back(std::move(told));
    }
    if (output.persist.empty() && output.messages_after_persist.empty()) {
        return;
    }
    waiting_.push_back(std::move(output));
    while (!waiting_.empty() && (!slow_disk || waiting_.front().persist.empty())) {
        sync_one();
    }
}

void Member::sync_one() {
    const Output output = std::move(waiting_.front());
    waiting_.pop_front();
    disk.write_all(output.persist);
    finish(output);
}

void Member::finish(const Output& output) {
    std::copy(output.messages_after_persist.begin(), output.messages_after_persist.end(),
              std::back_inserter(outbox));
    const Persist& persist = output.persist;
    if (!persist.entries.empty()) {
        core->persisted(persist.entries.back().index, persist.entries.back().term, now);
    } else if (persist.snapshot) {
        core->persisted(persist.snapshot->index, persist.snapshot->term, now);
    } else {
        return;
    }
    collect();
}

}  // namespace baton::raft::test
