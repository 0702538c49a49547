#!/usr/bin/env python3
"""Memory and processor time of every process of an idle cluster: what baton
costs a machine when nothing happens. Beside it, in turns, what three programs
take that wake up and send as often as idle agents do, and do nothing else."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

import playground
import processes


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench footprint", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of idling that are measured, and again for the bare ones (60)")
    parser.add_argument("--config", type=pathlib.Path, help="cluster file for the playground")
    return parser.parse_args(arguments)


def rss_mib(pid):
    """Resident memory, shared pages included."""
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid):
    """From the scheduler's nanoseconds: clock ticks are too coarse for an idle process."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text(encoding="utf-8").split()[0])
    return total / 1e9


def bare_shares(seconds):
    """In percent of a core: the one that speaks first, then the two that answer."""
    program = playground.binary().parent / "baton_bench_beats"
    done = subprocess.run([str(program), "--seconds", str(seconds)], capture_output=True, text=True,
                          timeout=seconds + 30, check=False)
    if done.returncode != 0:
        raise playground.PlaygroundError(f"{program}: exit {done.returncode}: {done.stderr.strip()}")
    return [float(line.split()[1]) for line in done.stdout.splitlines()]


def print_bare(seconds):
    for index, share in enumerate(bare_shares(seconds)):
        name = "bare first" if index == 0 else f"bare other {index}"
        print(f"{name:<20} {'':>9} {share:>12.2f}")


def main(arguments):
    options = parse(arguments)
    print(f"{'process':<20} {'RSS MiB':>9} {'% of a core':>12}")
    print_bare(options.seconds / 2)
    with playground.Playground(config=options.config) as cluster:
        cluster.wait_steady()
        # Consensus is led apart from the primary once all has been steady for ten seconds.
        time.sleep(15)
        pids = {f"{kind} {node}": pid for node in cluster.node_names()
                for kind, pid in (("agent", cluster.agent_pid(node)), ("guard", cluster.guard_pid(node)))}
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(options.seconds)
        leader = cluster.leader()
        for name, pid in pids.items():
            if not processes.alive(pid):
                print(f"{name:<20} ended meanwhile")
                continue
            share = 100 * (cpu_seconds(pid) - before[name]) / options.seconds
            print(f"{name:<20} {rss_mib(pid):>9.1f} {share:>12.2f}")
    print_bare(options.seconds / 2)
    print(f"leader of consensus: {leader}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except playground.PlaygroundError as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
