#!/usr/bin/env python3
"""What happens to a Redis service kept by baton while its parts die.

Starts a whole cluster with real servers on this machine, writes through the
front door all the time (each write confirmed by a standby with WAIT 1), breaks
one part after the other, and says after each act for how long no write was
acknowledged and how many acknowledged writes are gone. Ctrl-C ends it; nothing
of it is left running.
"""

import argparse
import json
import os
import pathlib
import queue
import signal
import sys
import time

import load
import playground

ACT_SECONDS_MIN = 2.0
ACT_SECONDS_MAX = 60.0
LOOK_EVERY = 0.2  # Seconds between two looks at the cluster.

COLOURS = {"plain": "", "good": "\033[32m", "bad": "\033[31m", "title": "\033[1m", "quiet": "\033[2m"}


class Show:
    """The timeline for people. Silent when a program reads the result."""

    def __init__(self, silent):
        self._silent = silent
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._began = time.monotonic()

    def restart_clock(self, at):
        self._began = at

    def line(self, text="", colour="plain"):
        if self._silent:
            return
        if self._colours and COLOURS[colour]:
            text = f"{COLOURS[colour]}{text}\033[0m"
        print(text, flush=True)

    def moment(self, text, colour="plain", at=None):
        """`at` is when it happened, if that was not now."""
        self.line(f"  {(at or time.monotonic()) - self._began:+8.3f} s  {text}", colour)


class Act:
    """One thing that breaks: what is said, what is done, what may happen."""

    def __init__(self, name, title, expectation, do):
        self.name = name
        self.title = title
        self.expectation = expectation
        self.do = do


def primary_node(cluster):
    return cluster.primary()[1]


def kill_primary(cluster):
    instance, node, _ = cluster.primary()
    cluster.kill()
    return f"killed {instance} on {node} (SIGKILL)", lambda: None


def freeze_primary(cluster):
    instance, node, _ = cluster.primary()
    return f"froze {instance} on {node} (SIGSTOP): alive, and answering nobody", cluster.freeze()


def kill_agent(cluster):
    node = primary_node(cluster)
    cluster.kill_agent(node)
    return f"killed the agent on {node}, where the primary runs; its guard starts it again", lambda: None


def kill_node(cluster):
    node = primary_node(cluster)
    return f"killed everything on {node}: guard, agent, Redis and HAProxy", cluster.kill_node(node)


def switch_over(cluster):
    return "asked for a switchover", cluster.switchover()


ACTS = (
    Act("kill-primary", "The primary dies", "another takes over", kill_primary),
    Act("freeze-primary", "The primary freezes", "it is put out of action, another takes over", freeze_primary),
    Act("kill-agent", "An agent dies", "nothing may happen to the writers", kill_agent),
    Act("kill-node", "A whole node dies", "its lease runs out, then another takes over", kill_node),
    Act("switchover", "A planned switchover", "the roles change hands, nothing is lost", switch_over),
)


class Stage:
    """One cluster, its writers, and what the audience is told."""

    def __init__(self, cluster, writer, show, events):
        self._cluster = cluster
        self._writer = writer
        self._show = show
        self._events = events
        self._silent = False

    def perform(self, act, number):
        self._cluster.wait_steady(ACT_SECONDS_MAX)
        self._show.line()
        self._show.line(f"Act {number}: {act.title} - {act.expectation}.", "title")
        self._writer.wait_flowing(ACT_SECONDS_MAX)
        self._drain()
        self._writer.mark(act.name)
        before = self._cluster.primary()
        said, mend = act.do(self._cluster)
        self._show.restart_clock(self._cluster.hit_at)
        self._show.moment(said, at=self._cluster.hit_at)
        self._watch(before)
        mend()
        self._watch_until_steady()
        report = self._writer.report()
        verdict = self._writer.verify()
        return self._conclude(act, report, verdict)

    def _watch(self, known):
        """Tells what changes until writes flow again for a while."""
        began = time.monotonic()
        while True:
            known = self._look(known)
            spent = time.monotonic() - began
            if spent > ACT_SECONDS_MAX or (spent > ACT_SECONDS_MIN and not self._silent):
                return
            time.sleep(LOOK_EVERY)

    def _look(self, known):
        now = self._cluster.primary()
        seen = time.monotonic()
        for at, event in self._drain():
            self._tell(at, event)
        if now and now != known:
            self._show.moment(f"primary is {now[0]} on {now[1]}, epoch {now[2]}", "good", seen)
            return now
        return known

    def _drain(self):
        drained = []
        while not self._events.empty():
            drained.append(self._events.get())
        return drained

    def _tell(self, at, event):
        self._silent = event["event"] == "outage_begin"
        if self._silent:
            self._show.moment("writers: no acknowledgement", "bad", at)
        else:
            self._show.moment(f"writers: acknowledged again, {event['gap_ms']:.1f} ms after the last", "good", at)

    def _watch_until_steady(self):
        """Repairs go on after writes flow; says when they are done."""
        spent = self._cluster.wait_steady(ACT_SECONDS_MAX)
        for at, event in self._drain():
            self._tell(at, event)
        if spent > LOOK_EVERY:
            self._show.moment("every standby follows again")

    def _conclude(self, act, report, verdict):
        result = {"act": act.name, "outage_ms": round(report["longest_gap_ms"], 1), "lost": verdict["lost"]}
        self._show.line(f"  write outage {result['outage_ms']:.1f} ms; {report['acknowledged']} writes acknowledged, "
                        f"{result['lost']} of them lost, {report['unknown']} unknown",
                        "good" if result["lost"] == 0 else "bad")
        return result


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="the acts once, one line of JSON on standard output")
    parser.add_argument("--act", action="append", choices=[act.name for act in ACTS], help="only this act; may be repeated")
    parser.add_argument("--repeat", type=int, default=1, help="perform the acts so often")
    parser.add_argument("--config", type=pathlib.Path, help="cluster file for the playground")
    parser.add_argument("--keep", action="store_true", help="keep the playground's directory")
    return parser.parse_args(arguments)


def perform_all(cluster, options, show):
    events = queue.Queue(maxsize=10_000)
    show.line(f"{len(cluster.node_names())} nodes are up in {cluster.dir}; "
              f"writing through {', '.join(cluster.fronts())}", "quiet")
    writer = load.Load(playground.load_binary(), cluster.load_arguments(),
                       lambda event: events.put((time.monotonic(), event)))
    acts = [act for act in ACTS if not options.act or act.name in options.act] * (1 if options.json else options.repeat)
    try:
        stage = Stage(cluster, writer, show, events)
        return [stage.perform(act, number) for number, act in enumerate(acts, 1)]
    finally:
        writer.stop()


def print_summary(show, results):
    show.line()
    show.line(f"{'act':<16} {'write outage':>14} {'writes lost':>12}", "title")
    for result in results:
        show.line(f"{result['act']:<16} {result['outage_ms']:>11.1f} ms {result['lost']:>12}")


def end_on_signal(*_):
    raise KeyboardInterrupt


def main(arguments):
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_on_signal)
    show = Show(silent=options.json)
    show.line("starting a cluster: agents, Redis servers and front doors ...", "quiet")
    with playground.Playground(config=options.config, keep=options.keep) as cluster:
        results = perform_all(cluster, options, show)
        print_summary(show, results)
    if options.json:
        print(json.dumps({"acts": results}, separators=(",", ":")), flush=True)
    else:
        show.line("everything it started is gone", "quiet")
    return 0 if all(result["lost"] == 0 for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (playground.PlaygroundError, load.LoadError) as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        print("\ndemo: interrupted; everything it started is gone", file=sys.stderr)
        sys.exit(130)
