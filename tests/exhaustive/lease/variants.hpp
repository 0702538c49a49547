#pragma once

/// The small worlds that are explored: what is special about each. The tests
/// decide which rules hold in them.

#include "exhaustive/lease/scene.hpp"

namespace baton::exhaustive {

/// Three voters, one of them the holder; two heartbeats in two leases' time.
[[nodiscard]] inline Scene steady() {
    return {};
}

/// An entry counts on a disk only when that disk has caught up.
[[nodiscard]] inline Scene slow_disks() {
    Scene scene;
    scene.slow_disks = true;
    scene.beats = 1;
    scene.steps = 3;
    return scene;
}

/// One agent restarts, whichever and whenever.
[[nodiscard]] inline Scene restarts() {
    Scene scene;
    scene.restarts = 1;
    scene.steps = 2;
    return scene;
}

/// And it loses what its disk does not have yet.
[[nodiscard]] inline Scene restarts_with_slow_disks() {
    Scene scene = slow_disks();
    scene.restarts = 1;
    return scene;
}

/// The holder a is no voter: b, c and d are.
[[nodiscard]] inline Scene holder_without_a_vote() {
    Scene scene;
    scene.nodes = 4;
    scene.memberships = {{1, 2, 3}};
    scene.beats = 1;
    return scene;
}

/// What the voters tell of their renewals may reach the leader late.
[[nodiscard]] inline Scene late_answers() {
    Scene scene;
    scene.late_words = true;
    scene.beats = 1;
    return scene;
}

/// Heartbeats may arrive twice, and when nothing can be won by them any more.
[[nodiscard]] inline Scene repeated_heartbeats() {
    Scene scene;
    scene.repeats = true;
    return scene;
}

/// The log of c has the revocation of a leader that was deposed before it
/// could commit it.
[[nodiscard]] inline Scene deposed_leader() {
    Scene scene;
    scene.remains = Remains{{2}, {}};
    scene.late_words = true;
    scene.beats = 1;
    scene.steps = 3;
    return scene;
}

/// A vote moves from the holder to d, in two changes: {a,b,c}, {b,c}, {b,c,d}.
[[nodiscard]] inline Scene replaced_voter() {
    Scene scene;
    scene.nodes = 4;
    scene.leader = 2;
    scene.memberships = {{0, 1, 2}, {1, 2}, {1, 2, 3}};
    scene.beats = 1;
    scene.steps = 3;
    return scene;
}

/// Two nodes lose their votes one after the other: {a,b,c}, {b,c}, {c}.
[[nodiscard]] inline Scene shrinking() {
    Scene scene;
    scene.leader = 2;
    scene.memberships = {{0, 1, 2}, {1, 2}, {2}};
    scene.beats = 1;
    scene.steps = 4;
    return scene;
}

/// Two nodes get votes one after the other: {a}, {a,b}, {a,b,c}.
[[nodiscard]] inline Scene growing() {
    Scene scene;
    scene.leader = 0;
    scene.memberships = {{0}, {0, 1}, {0, 1, 2}};
    scene.beats = 1;
    scene.steps = 6;
    return scene;
}

/// Of four voters, a and b still have the {a,b,c} that a former leader could
/// not commit, while d leads and goes from {a,b,c,d} to {a,c,d}.
[[nodiscard]] inline Scene sibling_membership() {
    Scene scene;
    scene.nodes = 4;
    scene.leader = 3;
    scene.memberships = {{0, 1, 2, 3}, {0, 2, 3}};
    scene.remains = Remains{{0, 1}, {0, 1, 2}};
    scene.beats = 1;
    scene.steps = 3;
    return scene;
}

/// The holder's node may close its server, promise so, and restart.
[[nodiscard]] inline Scene promised_close() {
    Scene scene;
    scene.may_close = true;
    scene.restarts = 1;
    scene.restarting = {0};
    scene.beats = 1;
    return scene;
}

}  // namespace baton::exhaustive
