"""What the recording clients wrote down, as values. All instants are
CLOCK_MONOTONIC of one machine, in nanoseconds."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Write:
    """One write of a recorder, straight to a server. Three outcomes: `a`
    acknowledged, `f` failed (refused: nothing was written), `u` unknown."""

    outcome: str
    connection: str
    instance: str
    near: bool  # Client and server share a host: no network can delay an answer.
    sent: int
    received: int
    reign: str  # Replication id the write went into; "-" unless acknowledged.

    @property
    def acknowledged(self):
        return self.outcome == "a"

    @property
    def given_at_earliest(self):
        """No acknowledgement was given before this instant. One that crossed a
        network may have waited there; the kernel stamps near ones as they are given."""
        return self.received if self.near else self.sent


@dataclasses.dataclass(frozen=True)
class FrontWrite:
    """One write through the fronts; acknowledged ones were confirmed by a standby."""

    outcome: str
    key: int
    at: int


def read_writes(text):
    """Lines `OUTCOME CONNECTION INSTANCE near|far SENT RECEIVED REIGN`."""
    found = []
    for line in text.splitlines():
        outcome, connection, instance, distance, sent, received, reign = line.split()
        found.append(Write(outcome, connection, instance, distance == "near", int(sent), int(received), reign))
    return found


def read_front(text):
    """Lines `a|f|u KEY NANOSECONDS` of the load client; its other lines say nothing about a write."""
    words = [line.split() for line in text.splitlines()]
    return [FrontWrite(each[0], int(each[1]), int(each[2])) for each in words if each and each[0] in ("a", "f", "u")]


def in_flight(writes, began, in_force):
    """How many writes a fault met: sent before it was in force, and either answered
    afterwards or never."""
    return sum(each.sent <= in_force and (each.received > in_force or each.outcome == "u" and each.received >= began)
               for each in writes)


def longest_gap(front, since, until):
    """Nanoseconds without an acknowledgement, of gaps that end after `since`; one
    that is open at `until` counts."""
    given = sorted(each.at for each in front if each.outcome == "a")
    before = [at for at in given if at <= since]
    moments = [before[-1] if before else since, *(at for at in given if since < at <= until), until]
    return max(later - earlier for earlier, later in zip(moments, moments[1:]))
