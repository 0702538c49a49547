#!/usr/bin/env python3
"""Sums up what `baton_simulation --record` kept: how often each property was
judged and broken, how long clients waited, and how long groups took to recover
after the last fault.

    totals.py FILE...

Ends with 1 if a property was broken."""

import collections
import math
import sys

STUCK_MS = 30_000


def read_line(line):
    """One run: the words of a line by name, lists and numbers as such."""
    words = dict(word.split("=", 1) for word in line.split())
    run = {name: int(value) for name, value in words.items() if value.isdigit()}
    run["theme"] = words["theme"]
    run["broken"] = words["broken"]
    run["gaps"] = [int(gap) for gap in words["gaps"].split(",") if gap]
    judged = (item.rsplit(":", 1) for item in words["judged"].split(",") if item)
    run["judged"] = {name: int(count) for name, count in judged}
    return run


def read_runs(paths):
    """The whole lines of all files; half a line belongs to a run that was interrupted."""
    runs = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            runs += [read_line(line) for line in file if line.endswith("\n")]
    return runs


def quantiles(values):
    """p50, p90, p99 and max by nearest rank; every number was measured."""
    ordered = sorted(values)
    if not ordered:
        return "       -        -        -        -"
    ranks = [ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.9, 0.99, 1)]
    return " ".join(f"{value:8d}" for value in ranks)


def property_lines(runs):
    judged = collections.Counter()
    for run in runs:
        judged.update(run["judged"])
    broken = collections.Counter(run["broken"] for run in runs if run["broken"])
    yield f"{'property':<28} {'judged':>14} {'broken':>7}"
    for name in sorted(judged | broken):
        yield f"{name:<28} {judged[name]:14d} {broken[name]:7d}"


def outage_lines(runs):
    yield f"{'outages of 50 ms or more':<28} {'number':>7} {'p50':>8} {'p90':>8} {'p99':>8} {'max':>8}  ms"
    themes = sorted({run["theme"] for run in runs})
    for theme in [*themes, "all"]:
        gaps = [gap for run in runs if theme in (run["theme"], "all") for gap in run["gaps"]]
        yield f"{theme:<28} {len(gaps):7d} {quantiles(gaps)}"


def recovery_lines(runs):
    alone = [run["recovery"] for run in runs if not run["losses_accepted"]]
    asked = [run["recovery"] for run in runs if run["losses_accepted"]]
    yield f"{'last fault to steady':<28} {'number':>7} {'p50':>8} {'p90':>8} {'p99':>8} {'max':>8}  ms"
    yield f"{'by itself':<28} {len(alone):7d} {quantiles(alone)}"
    yield f"{'after an operator came':<28} {len(asked):7d} {quantiles(asked)}"
    stuck = sum(time > STUCK_MS for time in alone + asked)
    yield f"stuck longer than {STUCK_MS // 1000} s after the last fault: {stuck}"


def report(runs):
    def total(name):
        return sum(run[name] for run in runs)

    broken = sum(bool(run["broken"]) for run in runs)
    yield (f"{len(runs)} seeds, {total('simulated') / 3_600_000:.1f} simulated hours, {total('events')} events, "
           f"{total('faults')} faults, {broken} seeds broke a property")
    yield (f"{total('promotions')} promotions, {total('switchovers')} switchovers, {total('acknowledged')} writes "
           f"acknowledged, {total('losses_accepted')} losses accepted by an operator")
    for part in (property_lines, outage_lines, recovery_lines):
        yield ""
        yield from part(runs)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    runs = read_runs(sys.argv[1:])
    print("\n".join(report(runs)))
    return 1 if any(run["broken"] for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
