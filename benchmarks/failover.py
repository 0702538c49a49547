#!/usr/bin/env python3
"""Breaks a group again and again under load and prints how long no write was
acknowledged, which acknowledged writes were lost, and how many standbys had to
be copied anew. docs/benchmarks.md says how to read it."""

import argparse
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

import distribution
import faults
import load
import playground
import respconn
import sentinel

OUTAGE_MAX_SECONDS = 120
ERRORS_IN_A_ROW_MAX = 3


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench failover", description=__doc__)
    parser.add_argument("--group", choices=["redis"], default="redis", help="kind of the group to break")
    parser.add_argument("--fault", choices=faults.FAULTS, default="kill")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--peer", choices=["sentinel"], help="measure the same for Debian's Sentinel")
    parser.add_argument("--peer-runs", type=int, help="as many as --runs unless said")
    parser.add_argument("--peer-down-after", default="5000,500", metavar="MS,MS", help="Sentinel settings to measure")
    parser.add_argument("--target", type=float, metavar="MS", help="say whether the runs support p99 <= MS")
    parser.add_argument("--one-front", action="store_true", help="the client knows only the failed node's front")
    parser.add_argument("--config", type=pathlib.Path, help="cluster file for the playground")
    parser.add_argument("--rate", type=float, default=1000, help="writes per second (1000)")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--settle", type=float, default=1.5, help="seconds of load after the fault, at least")
    parser.add_argument("--late", type=float, default=10, help="a wake-up later than this many ms marks a run disturbed")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="every run, for programs")
    parser.add_argument("--keep", action="store_true", help="keep the playground's directory")
    return parser.parse_args(arguments)


def machine():
    """What the numbers depend on and a reader must know."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=False).stdout.split()
    version = next((word for word in redis if word.startswith("v=")), "v=?")[2:]
    return {"processor": model, "processors": os.cpu_count(), "kernel": platform.release(), "redis": version,
            "load": os.getloadavg()[0]}


def run_once(cluster, writer, syncs, options, number):
    """One fault from steady to steady."""
    cluster.wait_steady()
    chosen = faults.plan(cluster, options.fault, number)
    cluster.wait_steady()
    writer.wait_flowing(OUTAGE_MAX_SECONDS)
    before = cluster.primary()
    syncs.since()
    writer.mark(f"{options.fault} {number}")
    time.sleep(0.3)
    mend = faults.inject(cluster, options.fault, chosen)
    # A frozen server may hold its clients' connections: the gap shows a little later.
    time.sleep(options.settle)
    writer.wait_flowing(OUTAGE_MAX_SECONDS)
    mend()
    steady_after = cluster.wait_steady()
    report = writer.report()
    verdict = writer.verify()
    return {
        "number": number, "leader": chosen.leader, "outage_ms": report["longest_gap_ms"],
        "acknowledged": report["acknowledged"], "failed": report["failed"], "unknown": report["unknown"],
        "connections_reset": report["connections_reset"], "lost": verdict["lost"], "examples": verdict["examples"],
        "full_resyncs": syncs.since(), "role_changed": cluster.primary() != before,
        "probe_late_ms": report["probe_late_ms"], "disturbed": report["probe_late_ms"] > options.late,
        "steady_after_s": round(steady_after, 3),
    }


def measure(cluster, options, runs):
    """All runs against one cluster, told as they happen on stderr."""
    results, errors, in_a_row = [], [], 0
    syncs = respconn.FullSyncs(cluster.endpoints())
    node = cluster.primary()[1] if options.one_front else None
    arguments = [*cluster.load_arguments(node), "--connections", str(options.connections), "--rate", str(options.rate)]
    writer = load.Load(playground.load_binary(), arguments)
    try:
        for number in range(runs):
            try:
                results.append(run_once(cluster, writer, syncs, options, number))
                in_a_row = 0
                tell(cluster.name, results[-1], runs)
            except (playground.PlaygroundError, sentinel.SentinelError) as error:
                errors.append({"number": number, "error": str(error)})
                in_a_row += 1
                print(f"{cluster.name}: run {number + 1}: {error}", file=sys.stderr)
                if in_a_row >= ERRORS_IN_A_ROW_MAX:
                    break
    finally:
        writer.stop()
    return {"name": cluster.name, "settings": getattr(cluster, "settings", None), "runs": results, "errors": errors}


def tell(name, result, runs):
    marks = "".join([", disturbed" if result["disturbed"] else "", f", LOST {result['lost']}" if result["lost"] else ""])
    print(f"{name}: run {result['number'] + 1}/{runs}: {result['outage_ms']:.1f} ms, leader {result['leader']}{marks}",
          file=sys.stderr)


def outages(measured, **wanted):
    return [run["outage_ms"] for run in measured["runs"] if all(run[key] == value for key, value in wanted.items())]


def total(measured, key):
    return sum(run[key] for run in measured["runs"])


def show(measured, options):
    name = measured["name"]
    print(distribution.row(f"{name}", outages(measured)))
    if any(run["leader"] != "none" for run in measured["runs"]):
        print(distribution.row("  failed node led consensus", outages(measured, leader="on")))
        print(distribution.row("  failed node did not lead", outages(measured, leader="off")))
    disturbed = total(measured, "disturbed")
    if disturbed:
        print(distribution.row(f"  without {disturbed} disturbed runs", outages(measured, disturbed=False)))
    print(f"  acknowledged {total(measured, 'acknowledged')}, of these lost {total(measured, 'lost')}; "
          f"refused {total(measured, 'failed')}, unknown {total(measured, 'unknown')}, "
          f"connections reset {total(measured, 'connections_reset')}")
    print(f"  full resyncs {total(measured, 'full_resyncs')}, role changes {total(measured, 'role_changed')}, "
          f"runs not completed {len(measured['errors'])}")
    if measured["settings"]:
        print("  settings: " + ", ".join(f"{key} {value}" for key, value in measured["settings"].items()))
    if options.target is not None and measured["runs"]:
        print("  " + distribution.p99_claim(outages(measured), options.target))


def clusters(options):
    """What is measured, one after the other, with its number of runs."""
    if options.runs > 0:
        yield playground.Playground(options.group, config=options.config, keep=options.keep), options.runs
    if options.peer != "sentinel":
        return
    if options.fault not in sentinel.FAULTS:
        print(f"sentinel has nothing that '{options.fault}' would hit; not measured", file=sys.stderr)
        return
    for down_after in options.peer_down_after.split(","):
        yield sentinel.Sentinel(int(down_after)), options.runs if options.peer_runs is None else options.peer_runs


def main(arguments):
    options = parse(arguments)
    # Also when a shell started us in the background, with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    facts = machine()
    print(f"fault {options.fault}; {options.connections} connections, {options.rate:g} writes/s, WAIT 1; "
          + ", ".join(f"{key} {value}" for key, value in facts.items()))
    everything = []
    for cluster, runs in clusters(options):
        with cluster:
            everything.append(measure(cluster, options, runs))
    print(distribution.header())
    for measured in everything:
        show(measured, options)
    if options.json:
        options.json.write_text(json.dumps({"fault": options.fault, "machine": facts, "measured": everything}, indent=1))
    return 1 if any(measured["errors"] or not measured["runs"] for measured in everything) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (playground.PlaygroundError, sentinel.SentinelError, load.LoadError) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
