#!/usr/bin/env python3
"""Breaks a cluster of real programs again and again, on hosts made of network
namespaces, while recording clients write; then judges what the clients saw.

The first cycle is a control: guard and agent of the primary's node are frozen,
and the kernel's rules removed. The judge must find two primaries in it.
docs/chaos.md says what is done, what is judged and how to read the report.
"""

import argparse
import json
import pathlib
import shutil
import signal
import sys
import time

import cycle
import evidence
import load
import playground
import recording
import report
import schedule
import world
from cluster import NODES, Cluster
from network import Network

SKIPPED = 77
SLOW_MS = 3000  # A longer outage breaks no promise; what is needed to explain it is kept.
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "build" / "chaos"
SHORT = ("kill.server", "kill.guard+agent", "kill.front", "freeze.both", "freeze.guard+agent", "cut.full", "cut.mute", "cut.peers",
         "rule.fence.appoint", "clock.jump", "disk.full.election")
SHORT_REPLICATED = 5  # Cycles of the short run whose group is `replicated`, beside one of each fault.


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, help="how many (each fault once with each durability)")
    parser.add_argument("--seed", type=int, default=1, help="decides faults, times and chances (1)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this cycle of the seed alone, and no control")
    parser.add_argument("--faults", metavar="NAME,...", help="draw from these alone; `--faults list` names all")
    parser.add_argument("--durability", choices=schedule.DURABILITIES, help="of the group in all cycles (deal by deal, in turns)")
    parser.add_argument("--short", action="store_true", help="the control and one cycle of each of a few faults, for CI")
    parser.add_argument("--resume", action="store_true", help="go on after the last cycle in the output folder")
    parser.add_argument("--out", type=pathlib.Path, default=OUTPUT, help="results, plot and evidence (build/chaos)")
    return parser.parse_args(arguments)


class Run:
    """Cycles on one cluster for as long as nothing is found and the group stays what it is, then on a new one."""

    def __init__(self, options, deck):
        self._options = options
        self._deck = deck
        self._network = Network(NODES)
        self._results = options.out / "cycles.jsonl"
        self._cluster = None
        self._recording = None
        self._born = 0
        self._reigns = ()  # Of all cycles of the present world.

    def close(self):
        for each in (self._recording, self._cluster):
            if each is not None:
                each.close()
        self._recording = self._cluster = None
        self._reigns = ()

    def _ready(self, durability):
        if self._cluster is not None and self._cluster.durability != durability:
            self.close()
        if self._cluster is None:
            self._cluster = Cluster(self._network, durability)
            self._be_born()
            self._recording = recording.Recording(self._cluster, self._options.out / "now")
        self._recording.front.wait_flowing(30)

    def _be_born(self):
        """Each birth is disturbed at another rule; the cluster must be steady all the same."""
        rule = schedule.BIRTH_RULES[self._born % len(schedule.BIRTH_RULES)]
        self._born += 1
        struck = self._cluster.up(rule)
        done = f"the agent of {struck} died" if struck else "nobody was in time"
        say(f"a cluster is born, {self._cluster.durability}; at {rule} {done}")

    def perform(self, plan):
        """The result of one cycle; with a finding its evidence is kept and the cluster is gone."""
        self._ready(plan.durability)
        this = cycle.Cycle(self._cluster, self._recording, plan, self._reigns)
        result = this.run()
        self._reigns = this.reigns
        if result["findings"]:
            self._keep("control" if plan.name == schedule.CONTROL else f"finding-{plan.number}", plan, result)
            self.close()
        elif result["outage_ms"] > SLOW_MS:
            self._keep(f"slow-{plan.number}", plan, result)
        return result

    def _keep(self, name, plan, result):
        evidence.keep(self._options.out / name, self._cluster, self._recording, result, self._replay(plan))

    def _replay(self, plan):
        deck = " --short" if self._options.short else f" --faults {self._options.faults}" if self._options.faults else ""
        return f"scripts/chaos --seed {self._options.seed} --only {plan.number} --durability {plan.durability}{deck}"

    def control(self):
        """Whether the judge finds what happens without a fence. A `replicated` server without its standbys refuses
        writes by itself, so that group is another one."""
        result = self.perform(schedule.plan_of(schedule.CONTROL, self._options.seed, -1, "async"))
        kinds = sorted({each["kind"] for each in result["findings"]})
        caught = "two primaries" in kinds
        say(f"control, nobody left to fence: {'found' if caught else 'NOT FOUND'} ({', '.join(kinds) or 'nothing'})")
        return caught

    def cycles(self, numbers):
        for number in numbers:
            result = self.perform(schedule.plan(self._options.seed, number, self._deck, self._options.durability))
            with open(self._results, "a", encoding="utf-8") as results:
                results.write(json.dumps(result) + "\n")
            tell(result)


def say(text):
    print(text, flush=True)


def tell(result):
    found = "".join(f"\n    {each['kind'].upper()}: {each['sentence']}" for each in result["findings"])
    if result["disk_late_ms"] > report.DISK_LATE_MS:
        found += f"\n    disturbed: an fsync on this machine's own disk took {result['disk_late_ms'] / 1000:.1f} s"
    missed = "".join(f"\n    missed {each}" for each in result["missed"])
    accepted = ", an operator accepted a loss" if result["accepted"] else ""
    say(f"{result['number']:>5} {result['durability']}: {'; '.join(result['done'])}: outage {result['outage_ms']:.1f} ms, "
        f"in flight {result['in_flight']}, lost {result['lost']}, {result['acks_per_s']} acks/s, "
        f"{result['seconds']} s{accepted}{missed}{found}")


def numbers_of(options, deck):
    """Which cycles are to be run."""
    if options.only is not None:
        return [options.only]
    done = [result["number"] for result in report.read(options.out / "cycles.jsonl")] if options.resume else []
    return range(max(done, default=-1) + 1, default_cycles(options, deck) if options.cycles is None else options.cycles)


def default_cycles(options, deck):
    """Each fault once, or once with each durability; the short run leaves some out of the second."""
    if options.durability:
        return len(deck)
    return len(deck) + SHORT_REPLICATED if options.short else len(deck) * len(schedule.DURABILITIES)


def conclude(options):
    results = report.read(options.out / "cycles.jsonl")
    if not results:
        return []
    (options.out / "outage.svg").write_text(report.svg(results), encoding="utf-8")
    text = f"{report.table(results)}\n\n{report.text_plot(results)}\n"
    (options.out / "report.txt").write_text(text, encoding="utf-8")
    say("\n" + text)
    return [each for result in results for each in result["findings"]]


def clear(folder):
    """Takes away what an earlier run left, and nothing else."""
    for old in (*folder.glob("finding-*"), *folder.glob("slow-*"), folder / "control", folder / "now"):
        shutil.rmtree(old, ignore_errors=True)
    (folder / "cycles.jsonl").unlink(missing_ok=True)


def deck_of(options):
    if options.short:
        return schedule.cards(SHORT)
    return schedule.cards(options.faults.split(",") if options.faults else None)


def perform(options, deck):
    """Exit code: 0 when the control was caught and nothing else was found."""
    caught = True
    run = Run(options, deck)
    try:
        if options.only is None:
            caught = run.control()
        run.cycles(numbers_of(options, deck))
    finally:
        run.close()
        findings = conclude(options)
    say(f"everything it kept is in {options.out}")
    return 0 if caught and not findings else 1


def main(arguments):
    options = parse(arguments)
    if options.faults == "list":
        print("\n".join(schedule.cards()))
        return 0
    deck = deck_of(options)
    if not deck:
        sys.exit(f"chaos: no fault is called {options.faults}; see --faults list")
    try:
        world.enter()
    except world.NoWorld as why:
        print(f"chaos: skipped: {why}")
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.only is not None:
        options.out /= "replay"  # What is replayed stays as it is.
    if not options.resume:
        clear(options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    code = perform(options, deck)
    say(f"took {time.monotonic() - began:.0f} s")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (playground.PlaygroundError, load.LoadError) as failure:
        sys.exit(f"chaos: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
