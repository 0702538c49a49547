"""One cycle: load, faults, mending, until the group is steady again; then the
clients' notes are judged."""

import contextlib
import dataclasses
import time

import damage
import history
import judge
import load
import playground
import schedule
from cluster import LEASE_SECONDS

AFTERMATH_SECONDS = 0.3  # Of load after the group is steady.
LOOK_EVERY_SECONDS = 0.1
OPERATOR_LOOKS = 20  # In a row that the group waits for an operator, with everything mended, until one comes.


@dataclasses.dataclass
class Blow:
    """A fault as it was done: instants are CLOCK_MONOTONIC nanoseconds."""

    name: str
    began: int
    in_force: int
    hit: damage.Hit

    def impairment(self, end):
        return judge.Impairment(self.in_force, end, self.hit.silent, self.hit.blocked)


def aim(cluster, chance):
    row = cluster.status()
    if not row or not row["primary"]:
        raise playground.PlaygroundError("there is no primary to aim at")
    primary = row["primary"]["node"]
    standbys = [node for node in cluster.node_names() if node != primary]
    return damage.Aim(primary, cluster.leader() or primary, standbys, chance)


class Cycle:
    """Runs once. What it did and saw is in its members afterwards. `known` are the reigns of the cycles before."""

    def __init__(self, cluster, recording, plan, known=()):
        self._cluster = cluster
        self._recording = recording
        self._plan = plan
        self._known = known
        self.reigns = []
        self._blows = []
        self.writes = []
        self.front = []
        self.findings = []
        self.missed = []  # Faults that found nothing to hit.
        self._servers = {}  # Their pids at first, by node.
        self.accepted = False  # An operator gave up what only lost memories held.

    def run(self):
        """The result as a dictionary of plain values."""
        began = time.monotonic_ns()
        self._recording.begin()
        self._servers = self._cluster.server_pids()
        time.sleep(self._plan.calm)
        primary = self._break()
        impairments, mended = self._mend()
        steady_after = self._await_steady()
        report = self._recording.end()
        ended = time.monotonic_ns()
        self._read()
        if self.accepted:
            self.findings += judge.needless_question(self._servers, self._cluster.server_pids())
        lost = self._judge(primary, impairments, mended, steady_after is not None)
        return {"number": self._plan.number, "fault": self._plan.name, "durability": self._plan.durability,
                "accepted": self.accepted, "steps": self._plan.steps, "hold": self._plan.hold,
                "done": [f"{blow.name}: {blow.hit.note}" for blow in self._blows], "missed": self.missed,
                **self._measures(began, ended), "unanswered": report["unknown"], "probe_late_ms": report["probe_late_ms"],
                "disk_late_ms": self._recording.disk_probe.longest_ms(),
                "steady_after_s": steady_after, "lost": lost, "seconds": round((time.monotonic_ns() - began) / 1e9, 2),
                "findings": [dataclasses.asdict(each) for each in self.findings]}

    def _break(self):
        """Answers where the primary was at first."""
        first = target = aim(self._cluster, self._plan.chance)
        for delay, name in self._plan.steps:
            time.sleep(delay)
            if self._blows:
                target = self._aim_again(target)
            self._recording.hurry()
            began = time.monotonic_ns()
            try:
                hit = schedule.fault_of(name).inflict(self._cluster, target)
            except playground.PlaygroundError as error:
                self.missed.append(f"{name}: {error}")
                continue
            self._blows.append(Blow(name, began, time.monotonic_ns(), hit))
        time.sleep(self._plan.hold)
        return first.primary

    def _aim_again(self, before):
        try:
            return aim(self._cluster, self._plan.chance)
        except playground.PlaygroundError:
            return before

    def _mend(self):
        """Everything, the last first; what was impaired until then, and when all was over."""
        end = time.monotonic_ns()
        for blow in reversed(self._blows):
            try:
                blow.hit.mend()
            except playground.PlaygroundError as error:
                self.findings.append(judge.Finding("stuck", f"{blow.name} cannot be mended: {error}"))
        return [blow.impairment(end) for blow in self._blows], time.monotonic_ns()

    def _await_steady(self):
        """Seconds; None when it took too long, and then there is a finding."""
        began, asked = time.monotonic(), 0
        while why := self._cluster.unsteady():
            if time.monotonic() - began > judge.STUCK_SECONDS:
                self.findings.append(judge.Finding("stuck", f"{why}; {self._cluster.last_decision()}"))
                return None
            asked = asked + 1 if self._needs_operator() else 0
            if asked == OPERATOR_LOOKS:
                self._cluster.accept_loss()
                self.accepted = True
            time.sleep(LOOK_EVERY_SECONDS)
        spent = time.monotonic() - began
        self._await_write()
        time.sleep(AFTERMATH_SECONDS)
        return round(spent, 3)

    def _await_write(self):
        """A standby confirms what was written before it attached up to a second later. If nothing comes, the judge says so."""
        with contextlib.suppress(load.LoadError):
            self._recording.front.wait_flowing(judge.STUCK_SECONDS)

    def _needs_operator(self):
        """`async` has to go on by itself while anybody remembers anything."""
        remembers = self._servers.items() & self._cluster.server_pids().items()
        return (self._plan.durability == "replicated" or not remembers) and self._cluster.waits_for_operator()

    def _read(self):
        for node in self._cluster.node_names():
            self.writes += history.read_writes(self._recording.notes(node).read_text(encoding="utf-8"))
        self.front = history.read_front(self._recording.notes("front").read_text(encoding="utf-8"))

    def _judge(self, primary, impairments, mended, steady):
        """Adds findings; answers how many confirmed writes are gone, None if nobody could say."""
        node_of = {instance: node for instance, node, *_ in self._cluster.instances()}
        self.reigns = judge.reigns(self.writes, self._known)
        self.findings += judge.two_primaries(self.writes, self._known)
        self.findings += judge.acting_minorities(self.writes, node_of, impairments, round(LEASE_SECONDS * 1e9))
        self.findings += judge.stuck(self.front, mended)
        if not steady:
            return None
        try:
            verdict = self._recording.front.verify()
        except load.LoadError as error:
            self.findings.append(judge.Finding("stuck", f"the group is steady, and yet: {error}"))
            return None
        unharmed = len(self._plan.steps) == 1 and all(blow.hit.harmed <= {primary} for blow in self._blows)
        promised = not self.accepted if self._plan.durability == "replicated" else unharmed
        self.findings += judge.lost(verdict["lost"], verdict["examples"], promised)
        return verdict["lost"]

    def _measures(self, began, ended):
        struck = self._blows[0].began if self._blows else ended
        given = [each.received for each in self.writes if each.acknowledged]
        given += [each.at for each in self.front if each.outcome == "a" and each.at >= began]
        margins = [margin / 1e6 for margin, *_ in judge.successions(self.writes, self._known)]
        return {"outage_ms": round(history.longest_gap(self.front, struck, ended) / 1e6, 3),
                "in_flight": sum(history.in_flight(self.writes, blow.began, blow.in_force) for blow in self._blows),
                "acknowledged": len(given),
                "acks_per_s": round(sum(at < struck for at in given) / max(1e-9, (struck - began) / 1e9)),
                "reigns": len(judge.reigns(self.writes)), "margin_ms": min(margins, default=None)}
