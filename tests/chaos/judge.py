"""What a history must never show. Pure: histories and the schedule of faults
in, findings out. It trusts the clients' notes alone, never the cluster.

*Two primaries*: a server acknowledges a write after the next one acknowledged
its first. *Minority*: a server acknowledges a write although its node has had
no majority for longer than a lease. *Stuck*: no write is acknowledged within the
limit after the last fault was mended. *Lost*: a write that a standby confirmed
is gone although that was promised. *Needless question*: an operator had to accept a
loss where nothing can have been lost.
"""

import dataclasses

STUCK_SECONDS = 30
SECOND = 1_000_000_000


@dataclasses.dataclass(frozen=True)
class Finding:
    kind: str
    sentence: str


@dataclasses.dataclass(frozen=True)
class Impairment:
    """From `begin` to `end`, at least, these agents said nothing, and nothing
    got from one node to another along `blocked` (from, to)."""

    begin: int
    end: int
    silent: frozenset = frozenset()
    blocked: frozenset = frozenset()


# Two primaries

def reigns(writes, known=()):
    """(first acknowledgement, instance, reign) of each reign, oldest first; `known` are those of earlier writes.
    An answer that a cut held back may be all that is seen of a reign that was long over."""
    first = {(instance, reign): at for at, instance, reign in known}
    for each in writes:
        if each.acknowledged:
            name = each.instance, each.reign
            first[name] = min(first.get(name, each.received), each.received)
    return sorted((at, *name) for name, at in first.items())


def successions(writes, known=()):
    """(margin, reign, the next one) of each reign that acknowledged something here and was followed. The margin is in
    nanoseconds from its last acknowledgement to the first of the next one; below zero they overlapped."""
    last = {}
    for each in writes:
        if each.acknowledged:
            name = each.instance, each.reign
            last[name] = max(last.get(name, each.given_at_earliest), each.given_at_earliest)
    began = reigns(writes, known)
    return [(new[0] - last[old[1:]], old, new) for old, new in zip(began, began[1:]) if old[1:] in last]


def two_primaries(writes, known=()):
    """One finding for each reign that outlasts the beginning of the next."""
    found = []
    for margin, old, new in successions(writes, known):
        if margin >= 0:
            continue
        late = [each for each in writes if each.acknowledged and (each.instance, each.reign) == old[1:]
                and each.given_at_earliest > new[0]]
        found.append(Finding("two primaries", (
            f"{old[1]} (history {old[2][:8]}) acknowledged {len(late)} write(s), up to {-margin / 1e6:.3f} ms after "
            f"{new[1]} (history {new[2][:8]}) had acknowledged its first; the first of them: {late[0]}")))
    return found


# Minorities

def without_majority(nodes, impaired):
    """Nodes whose agents cannot have exchanged words with a majority, themselves included."""
    silent = frozenset().union(*(each.silent for each in impaired))
    blocked = frozenset().union(*(each.blocked for each in impaired))

    def talk(one, other):
        both = (one, other), (other, one)
        return one == other or other not in silent and not any(way in blocked for way in both)

    majority = len(nodes) // 2 + 1
    return {one for one in nodes if one in silent or sum(talk(one, other) for other in nodes) < majority}


def lonely_times(nodes, impairments):
    """Node to the (begin, end) of its times without a majority; adjoining ones are one."""
    moments = sorted({moment for each in impairments for moment in (each.begin, each.end)})
    times = {node: [] for node in nodes}
    for begin, end in zip(moments, moments[1:]):
        impaired = [each for each in impairments if each.begin <= begin and each.end >= end]
        for node in without_majority(nodes, impaired):
            if times[node] and times[node][-1][1] == begin:
                begin_before = times[node].pop()[0]
                times[node].append((begin_before, end))
            else:
                times[node].append((begin, end))
    return times


def acting_minorities(writes, node_of, impairments, lease):
    """`node_of` maps instances to nodes; `lease` is in nanoseconds."""
    times = lonely_times(sorted(set(node_of.values())), impairments)
    began = {(instance, reign): at for at, instance, reign in reigns(writes)}
    found = []
    for instance, node in node_of.items():
        for begin, end in times[node]:
            acting = [each for each in writes if each.acknowledged and each.instance == instance
                      and begin + lease < each.given_at_earliest and each.received < end]
            if acting:
                promoted = any(began[instance, each.reign] > begin + lease for each in acting)
                found.append(Finding("minority promoted" if promoted else "minority acted", (
                    f"{instance} acknowledged {len(acting)} write(s) while {node} had been without a majority "
                    f"for more than a lease; the first of them: {acting[0]}")))
    return found


# Recovery and loss

def stuck(front, mended_at):
    limit = mended_at + STUCK_SECONDS * SECOND
    if any(each.outcome == "a" and mended_at < each.at <= limit for each in front):
        return []
    sentence = f"no write through the fronts was acknowledged within {STUCK_SECONDS} s after the last fault"
    return [Finding("stuck", sentence)]


def lost(count, examples, promised):
    """`async` promises nothing without an unharmed standby, `replicated` where an operator gave it up: then it is only counted."""
    if count == 0 or not promised:
        return []
    return [Finding("lost", f"{count} confirmed write(s) are gone that were promised to stay, such as {examples}")]


def needless_question(servers_before, servers_after):
    """Process numbers of the servers, by node. An operator was asked to accept a loss, so two memories must be gone:
    with one, whoever confirmed a write is still there, or the primary is."""
    ended = [node for node, pid in servers_before.items() if servers_after.get(node) != pid]
    if len(ended) > 1:
        return []
    sentence = f"an operator had to accept a loss although only {len(ended)} server(s) ended"
    return [Finding("needless question", sentence)]
