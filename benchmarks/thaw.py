#!/usr/bin/env python3
"""Freezes the primary until another one has taken over, thaws it, and counts the
writes that it still acknowledges to the clients it had before. Each of those
writes is lost. docs/benchmarks.md says how to read it."""

import argparse
import json
import pathlib
import signal
import sys
import time

import direct
import distribution
import failover
import load
import playground
import processes
import sentinel

CONNECTIONS = 2  # To each server.
TAKEOVER_SECONDS = 60
QUIET_SECONDS = 3.0  # Without an acknowledgement by the old primary it is taken to be over.
WATCH_SECONDS = 60
BATON_VICTIMS = ("server", "agent", "server+agent", "everything")
SENTINEL_VICTIMS = ("server", "everything")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench thaw", description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="of each kind of freeze")
    parser.add_argument("--hold", type=float, default=1.0, help="seconds between the takeover and the thaw")
    parser.add_argument("--peer", choices=["sentinel"], help="measure the same for Debian's Sentinel")
    parser.add_argument("--peer-runs", type=int, default=3, help="of each kind of freeze")
    parser.add_argument("--peer-down-after", default="5000,500", metavar="MS,MS", help="Sentinel settings to measure")
    parser.add_argument("--config", type=pathlib.Path, help="cluster file for the playground")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="every run, for programs")
    return parser.parse_args(arguments)


def victims_of_baton(cluster, what):
    """Pids, in an order in which no parent can react to its frozen child."""
    instance, node, _ = cluster.primary()
    guard, agent, server = cluster.guard_pid(node), cluster.agent_pid(node), cluster.instance_pid(instance)
    return {"server": [server], "agent": [agent], "server+agent": [agent, server],
            "everything": [guard, *processes.descendants(guard)]}[what]


def victims_of_sentinel(cluster, what):
    port, place, _ = cluster.primary()
    server = cluster.pid(port)
    return [server] if what == "server" else [cluster.pid(cluster.sentinels[place]), server]


class Watch:
    """Clients on every server of a cluster."""

    def __init__(self, cluster):
        self.clients = {place: [direct.Direct(*endpoint, f"{place}-{number}") for number in range(CONNECTIONS)]
                        for place, endpoint in enumerate(cluster.endpoints())}
        for client in self._all():
            client.start()

    def _all(self):
        return [client for group in self.clients.values() for client in group]

    def stop(self):
        for client in self._all():
            client.stop()

    def begin(self):
        for client in self._all():
            client.begin()

    def connected(self):
        return all(client.connected() for client in self._all())

    def given_by(self, place):
        """Instants of all acknowledgements of a server since `begin`, in order."""
        return sorted(instant for client in self.clients[place] for instant in list(client.acknowledged))

    def first_of_others(self, place):
        """When another server than this one first acknowledged; None while none did."""
        firsts = [given[0] for other in self.clients if other != place and (given := self.given_by(other))]
        return min(firsts, default=None)


def wait(seconds, condition):
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def watch_out(watch, place):
    """Until the old primary has not acknowledged anything for a while."""
    began = time.monotonic()
    while time.monotonic() - began < WATCH_SECONDS:
        given = watch.given_by(place)
        if time.monotonic() - began > QUIET_SECONDS and (not given or time.monotonic_ns() - given[-1] > QUIET_SECONDS * 1e9):
            return
        time.sleep(0.1)


def run_once(cluster, watch, victims, hold):
    """One freeze, takeover and thaw."""
    cluster.wait_steady()
    place = cluster.endpoints().index(cluster.primary_endpoint())
    watch.begin()
    if not wait(10, lambda: watch.connected() and watch.given_by(place)):
        raise playground.PlaygroundError("the primary acknowledges nothing before the fault")
    frozen_at = time.monotonic_ns()
    for pid in victims:
        processes.send(pid, signal.SIGSTOP)
    try:
        takeover = wait(TAKEOVER_SECONDS, lambda: watch.first_of_others(place))
        time.sleep(hold)
    finally:
        for pid in victims:
            processes.send(pid, signal.SIGCONT)
    if not takeover:
        raise playground.PlaygroundError(f"nobody took over within {TAKEOVER_SECONDS} s")
    watch_out(watch, place)
    late = [instant for instant in watch.given_by(place) if instant > takeover]
    return {"takeover_ms": (takeover - frozen_at) / 1e6, "acknowledged_after_takeover": len(late),
            "for_ms": (late[-1] - takeover) / 1e6 if late else 0.0}


def measure(cluster, kinds, victims_of, options, runs):
    watch = Watch(cluster)
    results, errors = [], []
    try:
        for number in range(runs):
            for what in kinds:
                try:
                    cluster.wait_steady()
                    result = run_once(cluster, watch, victims_of(cluster, what), options.hold)
                except (playground.PlaygroundError, sentinel.SentinelError) as error:
                    errors.append({"frozen": what, "number": number, "error": str(error)})
                    print(f"{cluster.name}: {what} {number + 1}: {error}", file=sys.stderr)
                    continue
                results.append({"frozen": what, "number": number, **result})
                print(f"{cluster.name}: {what} {number + 1}/{runs}: takeover after {result['takeover_ms']:.0f} ms, "
                      f"{result['acknowledged_after_takeover']} writes acknowledged by the old primary after it",
                      file=sys.stderr)
    finally:
        watch.stop()
    return {"name": cluster.name, "settings": getattr(cluster, "settings", None), "runs": results, "errors": errors}


def show(measured, kinds):
    for what in kinds:
        runs = [run for run in measured["runs"] if run["frozen"] == what]
        given = [run["acknowledged_after_takeover"] for run in runs]
        print(f"{measured['name']}, {what} frozen: {len(runs)} runs, acknowledged by the old primary after the takeover: "
              f"{sum(given)} in all, at most {max(given, default=0)} in one run, "
              f"for at most {max((run['for_ms'] for run in runs), default=0):.0f} ms")
        print(distribution.row("  takeover", [run["takeover_ms"] for run in runs]))
    print(f"  runs not completed: {len(measured['errors'])}")
    if measured["settings"]:
        print("  settings: " + ", ".join(f"{key} {value}" for key, value in measured["settings"].items()))


def main(arguments):
    options = parse(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    facts = failover.machine()
    print(f"thaw; {CONNECTIONS} clients on each server; " + ", ".join(f"{key} {value}" for key, value in facts.items()))
    everything = []
    with playground.Playground(config=options.config) as cluster:
        everything.append((measure(cluster, BATON_VICTIMS, victims_of_baton, options, options.runs), BATON_VICTIMS))
    for down_after in options.peer_down_after.split(",") if options.peer else []:
        with sentinel.Sentinel(int(down_after)) as cluster:
            everything.append((measure(cluster, SENTINEL_VICTIMS, victims_of_sentinel, options, options.peer_runs),
                               SENTINEL_VICTIMS))
    print(distribution.header())
    for measured, kinds in everything:
        show(measured, kinds)
    if options.json:
        options.json.write_text(json.dumps({"machine": facts, "measured": [each for each, _ in everything]}, indent=1))
    return 1 if any(each["errors"] or not each["runs"] for each, _ in everything) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (playground.PlaygroundError, sentinel.SentinelError, load.LoadError) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
