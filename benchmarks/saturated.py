#!/usr/bin/env python3
"""Keeps every processor and the disk busy beside a healthy group and watches
that nobody is deposed: a busy machine is not a dead one. Prints every change
of role, and how long the longest write gap was."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time

import load
import playground

LOOK_EVERY = 1.0  # Seconds.


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench saturated", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--cpu-workers", type=int, default=8)
    parser.add_argument("--config", type=pathlib.Path, help="cluster file for the playground")
    return parser.parse_args(arguments)


class Saturation:
    """stress-ng's workers and one writer that calls fsync without end."""

    def __init__(self, cpu_workers, folder):
        self._command = ["stress-ng", "--quiet", "--cpu", str(cpu_workers), "--hdd", "1", "--hdd-opts", "fsync",
                         "--hdd-bytes", "256m", "--temp-path", str(folder)]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, start_new_session=True, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def watch(cluster, seconds):
    """Every (primary, epoch) that differs from the one before, with its time."""
    began, changes = time.monotonic(), []
    known = cluster.primary()
    while time.monotonic() - began < seconds:
        time.sleep(LOOK_EVERY)
        now = cluster.primary()
        if now and now != known:
            changes.append((time.monotonic() - began, known, now))
            print(f"after {changes[-1][0]:.0f} s: {known} became {now}", flush=True)
            known = now
    return changes


def main(arguments):
    options = parse(arguments)
    # Also when a shell started us in the background, with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with playground.Playground(config=options.config) as cluster:
        cluster.wait_steady()
        writer = load.Load(playground.load_binary(), [*cluster.load_arguments(), "--rate", "100", "--gap-ms", "1000"])
        try:
            writer.wait_flowing(30)
            writer.mark("saturated")
            with Saturation(options.cpu_workers, cluster.dir.parent):
                changes = watch(cluster, options.minutes * 60)
            report, verdict = writer.report(), writer.verify()
        finally:
            writer.stop()
    print(f"{options.minutes:g} minutes with {options.cpu_workers} busy workers and an fsync writer: "
          f"{len(changes)} role changes; longest write gap {report['longest_gap_ms']:.0f} ms; latest wake-up "
          f"{report['probe_late_ms']:.0f} ms late; {report['acknowledged']} writes acknowledged, {verdict['lost']} lost")
    return 1 if changes or verdict["lost"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (playground.PlaygroundError, load.LoadError) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
