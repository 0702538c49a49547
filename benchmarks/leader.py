#!/usr/bin/env python3
"""Has the cluster agree on something, kills the agent that leads consensus at
once, and prints how long it took until another had committed an entry of its own
term, and whether everything agreed on is still there."""

import argparse
import http.client
import json
import signal
import sys
import time

import distribution
import playground
import processes

PATIENCE = 20.0  # Seconds until a run without a new leader is given up.
LOOK_PAUSE = 0.001  # Seconds between two looks at all agents.
# Seconds between two kills: in the long run a guard restarts an agent once a second, and this measures elections.
KILL_PAUSE = 1.0


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench leader", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--target", type=float, default=500, metavar="MS", help="say whether the runs support p99 <= MS")
    parser.add_argument("--keep", action="store_true", help="keep the playground's directory")
    return parser.parse_args(arguments)


class Watched:
    """One agent's view of consensus over a connection that is kept."""

    def __init__(self, api):
        host, port = api.rsplit(":", 1)
        self._connection = http.client.HTTPConnection(host, int(port), timeout=2)

    def state(self):
        """None while the agent does not answer."""
        try:
            self._connection.request("GET", "/raft/state")
            return json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            return None


def commits(state, term):
    """Whether this agent leads in a later term and committed an entry of it."""
    return (state is not None and state["role"] == "leader" and state["term"] > term
            and state["last_term"] == state["term"] and state["commit_index"] == state["last_index"])


def run_once(cluster, number):
    """Milliseconds from the kill to the first commit of the next leader, and
    whether the decision taken just before was forgotten."""
    cluster.wait_steady()
    began = time.monotonic()
    paused = number % 2 == 0
    cluster.run("group", "pause" if paused else "resume", cluster.group, "--yes")
    took = kill_leader(cluster)
    cluster.wait_steady()
    time.sleep(max(0.0, began + KILL_PAUSE - time.monotonic()))
    return took, cluster.status()["paused"] != paused


def kill_leader(cluster):
    leader = cluster.leader()
    # The killed agent too: its guard starts it again at once, and it may be elected.
    watched = [Watched(node["agent"]["api"]) for node in cluster.description["nodes"]]
    term = max(state["term"] for state in (each.state() for each in watched) if state)
    began = time.monotonic()
    processes.send(cluster.agent_pid(leader), signal.SIGKILL)
    while time.monotonic() - began < PATIENCE:
        if any(commits(each.state(), term) for each in watched):
            return (time.monotonic() - began) * 1000
        time.sleep(LOOK_PAUSE)
    raise playground.PlaygroundError(f"no commit within {PATIENCE:g} s of the death of leader {leader} in term {term}")


def main(arguments):
    options = parse(arguments)
    times, forgotten = [], 0
    with playground.Playground(keep=options.keep) as cluster:
        role = cluster.primary()
        for number in range(options.runs):
            took, lost = run_once(cluster, number)
            times.append(took)
            forgotten += lost
            print(f"run {number + 1}/{options.runs}: {times[-1]:.1f} ms", file=sys.stderr)
        cluster.wait_steady()
        moved = cluster.primary() != role
    print(distribution.header(what="leader's death to commit"))
    print(distribution.row("baton", times))
    print("  " + distribution.p99_claim(times, options.target))
    print(f"  decisions acknowledged {len(times)}, of these forgotten {forgotten}; "
          f"the group's primary {'changed' if moved else 'stayed the same'}")
    return 1 if moved or forgotten else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except playground.PlaygroundError as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
