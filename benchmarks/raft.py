#!/usr/bin/env python3
"""Commit latency and throughput of baton's consensus beside Debian's etcd:
three members each on loopback, data on the same disk, fsync on, one after the
other. docs/benchmarks.md says what is and is not comparable."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import playground
import sentinel

WRITERS = (1, 64)


class RaftBenchError(Exception):
    """A measurement did not come about; the message says why."""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench raft", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (10)")
    parser.add_argument("--repeat", type=int, default=1, help="measure everything so often, alternating")
    parser.add_argument("--only", choices=["baton", "etcd"], help="leave the other one out")
    parser.add_argument("--data", type=pathlib.Path, help="directory for the members' data (a temporary one)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    return parser.parse_args(arguments)


def run_program(command, seconds, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False, env=environment)
    if done.returncode != 0:
        raise RaftBenchError(f"{command[0]}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def beside_binary(name):
    program = playground.binary().parent / name
    if not program.exists():
        raise RaftBenchError(f"{program} does not exist; build the target {name}")
    return str(program)


class Baton:
    """Measures in its own process: baton_bench_raft starts three members."""

    name = "baton"

    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def measure(self, writers, seconds):
        environment = {**os.environ, "TMPDIR": str(self._folder)}
        command = [beside_binary("baton_bench_raft"), "--writers", str(writers), "--seconds", str(seconds), "--json"]
        return run_program(command, seconds, environment)


class Etcd:
    """Three members of Debian's etcd with stock settings."""

    name = "etcd"

    def __init__(self, folder):
        self._folder = folder
        ports = sentinel.free_ports(6)
        self._clients, self._peers = ports[:3], ports[3:]
        self._processes = []

    def __enter__(self):
        members = ",".join(f"m{number}=http://127.0.0.1:{port}" for number, port in enumerate(self._peers))
        try:
            for number, (client, peer) in enumerate(zip(self._clients, self._peers)):
                self._processes.append(subprocess.Popen(
                    ["etcd", "--name", f"m{number}", "--data-dir", str(self._folder / f"m{number}"),
                     "--listen-client-urls", f"http://127.0.0.1:{client}",
                     "--advertise-client-urls", f"http://127.0.0.1:{client}",
                     "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                     "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                     "--initial-cluster", members, "--log-level", "error"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    start_new_session=True))
            self._leader = self._wait_leader()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.kill()
            process.wait()

    def _status(self, port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v3/maintenance/status", data=b"{}", method="POST")
        with urllib.request.urlopen(request, timeout=2) as answer:
            return json.load(answer)

    def _wait_leader(self):
        """The client port of the member that leads: forwarding would cost it a hop."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for port in self._clients:
                try:
                    status = self._status(port)
                except (OSError, urllib.error.URLError, ValueError):
                    continue
                if status.get("leader") and status["leader"] == status["header"]["member_id"]:
                    return port
            time.sleep(0.1)
        raise RaftBenchError("etcd has no leader after 30 s")

    def measure(self, writers, seconds):
        return run_program([beside_binary("baton_load_etcd"), f"127.0.0.1:{self._leader}", str(writers), str(seconds)],
                           seconds)


def show(measured):
    print(f"{'':<10} {'writers':>7} {'commits/s':>10} {'p50':>8} {'p90':>8} {'p99':>8} {'max':>8}  ms")
    for row in measured:
        latency = row["latency_ms"]
        print(f"{row['name']:<10} {row['writers']:>7} {row['per_second']:>10.0f} {latency['p50']:>8.3f} "
              f"{latency['p90']:>8.3f} {latency['p99']:>8.3f} {latency['max']:>8.3f}")


def main(arguments):
    options = parse(arguments)
    kinds = [kind for kind in (Baton, Etcd) if options.only in (None, kind.name)]
    measured = []
    for _ in range(options.repeat):
        for kind in kinds:
            folder = pathlib.Path(tempfile.mkdtemp(prefix="baton-raft-", dir=options.data))
            try:
                with kind(folder) as members:
                    for writers in WRITERS:
                        measured.append({"name": kind.name, **members.measure(writers, options.seconds)})
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    show(measured)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RaftBenchError as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
