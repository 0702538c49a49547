"""Which fault hits which node in which run, and where consensus leads then.

Runs alternate: in even ones the failed node leads consensus, in odd ones it
does not. The two are reported apart, because they take different paths.
"""

import signal
import time

import processes

FAULTS = ("kill", "freeze", "agent-kill", "node-kill", "haproxy-kill", "switchover", "agents-restart")


class Plan:
    """Where a fault of one run will hit."""

    def __init__(self, node, leader):
        self.node = node
        self.leader = leader  # "on" or "off" the node, "none" without consensus


def plan(cluster, fault, number):
    """Chooses the node and moves leadership where the run needs it."""
    if not hasattr(cluster, "place_leader"):
        node = number % 3 if fault == "agent-kill" else cluster.primary()[1]
        return Plan(node, "none")
    names = cluster.node_names()
    on_leader = number % 2 == 0
    if fault == "agent-kill":
        leader = cluster.leader()
        others = [name for name in names if name != leader]
        return Plan(leader if on_leader else others[number // 2 % len(others)], "on" if on_leader else "off")
    node = cluster.primary()[1]
    others = [name for name in names if name != node]
    cluster.place_leader(node if on_leader else others[number // 2 % len(others)])
    return Plan(node, "on" if on_leader else "off")


def inject(cluster, fault, chosen):
    """Does it; returns what mends it afterwards."""
    if fault == "agent-kill":
        return cluster.kill_agent(chosen.node)
    if fault == "node-kill":
        return cluster.kill_node(chosen.node)
    if fault == "haproxy-kill":
        return cluster.kill_haproxy(chosen.node)
    if fault == "agents-restart":
        return restart_agents(cluster)
    return {"kill": cluster.kill, "freeze": cluster.freeze, "switchover": cluster.switchover}[fault]()


def restart_agents(cluster):
    """One agent after the other is told to end; the guards start them again."""
    for name in cluster.node_names():
        processes.send(cluster.agent_pid(name), signal.SIGTERM)
        time.sleep(0.5)
        cluster.wait_steady(30)
    return lambda: None
