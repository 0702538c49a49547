#include "core/raft/core.hpp"

#include "core/raft/machine.hpp"

#include <utility>

namespace baton::raft {

bool Output::empty() const {
    return persist.empty() && messages.empty() && messages_after_persist.empty() && !restore &&
           committed.empty() && reads.empty();
}

Core::Core(Config config, Restored restored, Random random, Instant now)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(restored), random, now)) {}
Core::~Core() = default;
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;

void Core::step(const Message& message, Instant now) {
    impl_->step(message, now);
}
void Core::tick(Instant now) {
    impl_->tick(now);
}
void Core::heartbeat(Instant now) {
    impl_->heartbeat(now);
}
Instant Core::next_deadline() const {
    return impl_->next_deadline();
}

void Core::persisted(LogIndex index, Term term, Instant now) {
    impl_->persisted(index, term, now);
}

Result<std::pair<LogIndex, Term>> Core::propose(std::string payload, Instant now) {
    return impl_->propose(std::move(payload), now);
}

Result<std::pair<LogIndex, Term>> Core::propose_membership(Membership next, Instant now) {
    return impl_->propose_membership(std::move(next), now);
}

Result<void> Core::transfer_leadership(const NodeId& to, Instant now) {
    return impl_->transfer_leadership(to, now);
}

Result<void> Core::read_index(std::uint64_t id, Instant now) {
    return impl_->read_index(id, now);
}
void Core::step_down(Instant now) {
    impl_->step_down(now);
}
void Core::admit() {
    impl_->admit();
}

void Core::compact(Snapshot snapshot, std::size_t keep_entries) {
    impl_->compact(std::move(snapshot), keep_entries);
}

std::optional<Snapshot> Core::describe_snapshot(LogIndex index) const {
    return impl_->describe_snapshot(index);
}

Output Core::take() {
    return impl_->take();
}
Status Core::status(Instant now) const {
    return impl_->status(now);
}
Standing Core::standing() const {
    return impl_->standing();
}
const Entry* Core::entry(LogIndex index) const {
    return impl_->entry(index);
}
bool Core::is_leader() const {
    return impl_->is_leader();
}
const NodeId& Core::self() const {
    return impl_->self();
}

}  // namespace baton::raft
