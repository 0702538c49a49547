"""What can go wrong, one function each: it is done to a cluster, and how it is
mended and what it means for the judge is handed back."""

import dataclasses
import signal
import time
import typing

import processes


class Aim(typing.NamedTuple):
    """Who is what when a fault hits, and the chance that decides the rest."""

    primary: str
    leader: str
    standbys: list
    chance: object  # random.Random of the cycle.


@dataclasses.dataclass
class Hit:
    """What was done. `harmed` nodes had a process or a wire broken."""

    note: str
    harmed: set
    mend: typing.Callable = lambda: None
    silent: frozenset = frozenset()  # Agents that say nothing until it is mended.
    blocked: frozenset = frozenset()  # (from, to) along which nothing gets until then.


def pairs(side, others):
    return frozenset((one, other) for one in side for other in others if one != other)


# Processes: killed

def kill_server(cluster, aim):
    processes.send(cluster.server_pid(aim.primary), signal.SIGKILL)
    return Hit(f"the primary's server on {aim.primary}", {aim.primary})


def kill_standby(cluster, aim):
    node = aim.chance.choice(aim.standbys)
    processes.send(cluster.server_pid(node), signal.SIGKILL)
    return Hit(f"a standby's server on {node}", {node})


def kill_two_servers(cluster, aim):
    """The primary's and one standby's: two memories are gone."""
    node = aim.chance.choice(aim.standbys)
    for pid in (cluster.server_pid(aim.primary), cluster.server_pid(node)):
        processes.send(pid, signal.SIGKILL)
    return Hit(f"the servers on {aim.primary} and {node}", {aim.primary, node})


def kill_agent(cluster, aim):
    processes.send(cluster.agent_pid(aim.primary), signal.SIGKILL)
    return Hit(f"the agent beside the primary on {aim.primary}", {aim.primary})


def kill_leader(cluster, aim):
    processes.send(cluster.agent_pid(aim.leader), signal.SIGKILL)
    return Hit(f"the agent that leads on {aim.leader}", {aim.leader})


def kill_server_and_agent(cluster, aim):
    agent, server = cluster.agent_pid(aim.primary), cluster.server_pid(aim.primary)
    for pid in (agent, server):
        processes.send(pid, signal.SIGKILL)
    return Hit(f"agent and server of the primary on {aim.primary}", {aim.primary})


def kill_front(cluster, aim):
    node = aim.chance.choice(cluster.node_names())
    processes.send(cluster.haproxy_pid(node), signal.SIGKILL)
    return Hit(f"HAProxy on {node}", {node})


def _down_until_mended(cluster, node, note):
    return Hit(note, {node}, mend=lambda: cluster.start(node), silent=frozenset({node}))


def kill_guard(cluster, aim):
    processes.send(cluster.guard_pid(aim.primary), signal.SIGKILL)
    return _down_until_mended(cluster, aim.primary, f"the guard on {aim.primary}")


def kill_guard_and_agent(cluster, aim):
    agent = cluster.agent_pid(aim.primary)
    for pid in (cluster.guard_pid(aim.primary), agent):
        processes.send(pid, signal.SIGKILL)
    return _down_until_mended(cluster, aim.primary, f"guard and agent on {aim.primary}")


def kill_node(cluster, aim):
    processes.kill_tree(cluster.guard_pid(aim.primary))
    return _down_until_mended(cluster, aim.primary, f"everything on {aim.primary}")


def stranger(cluster, aim):
    """A server of somebody else, with the password, copies the primary, for a moment alone; then the primary dies."""
    end = cluster.attach_stranger(aim.primary)
    time.sleep(aim.chance.uniform(1.0, 1.5))
    cluster.network.drop(aim.primary, peers=aim.standbys)
    time.sleep(0.1)  # No lease ends.
    processes.send(cluster.server_pid(aim.primary), signal.SIGKILL)
    cluster.network.mend(aim.primary)
    return Hit(f"a stranger's server copied that of {aim.primary}, which dies", set(cluster.node_names()), mend=end)


# Processes: frozen

def _freeze(pids, note, harmed, silent=frozenset()):
    for pid in pids:
        processes.send(pid, signal.SIGSTOP)
    return Hit(note, harmed, mend=lambda: [processes.send(pid, signal.SIGCONT) for pid in pids], silent=frozenset(silent))


def freeze_server(cluster, aim):
    return _freeze([cluster.server_pid(aim.primary)], f"the primary's server on {aim.primary}", {aim.primary})


def freeze_agent(cluster, aim):
    node = aim.primary
    return _freeze([cluster.agent_pid(node)], f"the agent beside the primary on {node}", {node}, {node})


def freeze_guard(cluster, aim):
    return _freeze([cluster.guard_pid(aim.primary)], f"the guard on {aim.primary}, its agent awake", {aim.primary})


def freeze_both(cluster, aim):
    node = aim.primary
    pids = [cluster.agent_pid(node), cluster.server_pid(node)]
    return _freeze(pids, f"agent and server of the primary on {node}", {node}, {node})


def freeze_two_agents(cluster, aim):
    pids = [cluster.agent_pid(node) for node in aim.standbys]
    return _freeze(pids, f"the agents of {' and '.join(aim.standbys)}", set(aim.standbys), aim.standbys)


def freeze_guard_and_agent(cluster, aim):
    """What tier 0g does not cover: no process is left on the node to close the server. The kernel is."""
    node = aim.primary
    pids = [cluster.guard_pid(node), cluster.agent_pid(node)]
    return _freeze(pids, f"guard and agent on {node}, the server awake", {node}, {node})


def freeze_and_unfence(cluster, aim):
    """The same where nothing fences any more: somebody removed the kernel's rules too."""
    hit = freeze_guard_and_agent(cluster, aim)
    cluster.network.unfence(aim.primary)
    return hit


# Wires

def _somewhere(cluster, aim):
    """Mostly where the primary is; else where consensus is led, or anywhere."""
    return aim.chance.choice([aim.primary, aim.primary, aim.primary, aim.leader, aim.chance.choice(cluster.node_names())])


def _cut(cluster, node, note, **how):
    network = cluster.network
    others = how.get("peers") or [other for other in cluster.node_names() if other != node]
    blocked = pairs({node}, others) if how.get("leaving", True) else frozenset()
    blocked |= pairs(others, {node}) if how.get("arriving", True) else frozenset()
    network.drop(node, **how)
    return Hit(note, {node}, mend=lambda: network.mend(node), blocked=blocked)


def cut_full(cluster, aim):
    node = _somewhere(cluster, aim)
    return _cut(cluster, node, f"{node} from everybody")


def cut_leader(cluster, aim):
    return _cut(cluster, aim.leader, f"{aim.leader}, which leads, from everybody")


def cut_primary(cluster, aim):
    return _cut(cluster, aim.primary, f"{aim.primary}, where the primary is, from everybody")


def cut_deaf(cluster, aim):
    node = _somewhere(cluster, aim)
    return _cut(cluster, node, f"{node} hears nobody and is heard", leaving=False)


def cut_mute(cluster, aim):
    node = _somewhere(cluster, aim)
    return _cut(cluster, node, f"{node} hears and is not heard", arriving=False)


def cut_peers(cluster, aim):
    node = _somewhere(cluster, aim)
    others = [other for other in cluster.node_names() if other != node]
    return _cut(cluster, node, f"{node} from the other nodes, not from the clients", peers=others)


def cut_pair(cluster, aim):
    node, other = aim.primary, aim.chance.choice(aim.standbys)
    hit = _cut(cluster, node, f"{node} from {other} alone", peers=[other])
    hit.harmed.add(other)
    return hit


def cut_plug(cluster, aim):
    node = _somewhere(cluster, aim)
    others = [other for other in cluster.node_names() if other != node]
    cluster.network.unplug(node)
    return Hit(f"the plug of {node} is out", {node}, mend=lambda: cluster.network.plug(node),
               blocked=pairs({node}, others) | pairs(others, {node}))


def cut_all(cluster, aim):
    del aim
    names = cluster.node_names()
    for node in names:
        cluster.network.drop(node, peers=[other for other in names if other != node])
    return Hit("every node from every other one", set(names), blocked=pairs(names, names),
               mend=lambda: [cluster.network.mend(node) for node in names])


def flap(cluster, aim):
    """Cut and mended again and again, each time for about as long as a lease is."""
    node = _somewhere(cluster, aim)
    times = aim.chance.randint(3, 6)
    for _ in range(times):
        cluster.network.drop(node)
        time.sleep(aim.chance.uniform(0.1, 1.0))
        cluster.network.mend(node)
        time.sleep(aim.chance.uniform(0.05, 0.4))
    # Roles may have moved between two cuts, so that the last one hit a standby.
    return Hit(f"{node} from everybody, {times} times", set(cluster.node_names()))


def loss(cluster, aim):
    node, percent = _somewhere(cluster, aim), aim.chance.choice([5, 15, 30, 50])
    cluster.network.drop(node, percent=percent)
    return Hit(f"{percent} % of all packets at {node}, each way", {node}, mend=lambda: cluster.network.mend(node))


# Disks

def disk_full(cluster, aim):
    node = aim.chance.choice([aim.primary, aim.leader])
    cluster.disks[node].fill()
    return Hit(f"the disk of {node} is full", {node}, mend=cluster.disks[node].free)


def disk_full_at_election(cluster, aim):
    """A full disk goes unnoticed until something has to be written: a vote, and what the next leader decides."""
    leader = cluster.agent_pid(aim.leader)
    cluster.disks[aim.primary].fill()
    processes.send(leader, signal.SIGKILL)
    return Hit(f"the disk of {aim.primary} is full and the agent that leads on {aim.leader} dies", {aim.primary, aim.leader},
               mend=cluster.disks[aim.primary].free)


def disk_stall(cluster, aim):
    node = aim.chance.choice([aim.primary, aim.leader])
    cluster.disks[node].stall()
    return Hit(f"the disk of {node} writes nothing", {node}, mend=cluster.disks[node].resume)


def disk_stall_and_kill_standby(cluster, aim):
    """The primary's server writes to its log that the standby is gone, and hangs in the kernel, where no signal ends it."""
    cluster.disks[aim.primary].stall()
    killed = kill_standby(cluster, aim)
    return Hit(f"the disk of {aim.primary} writes nothing and {killed.note} dies", {aim.primary, *killed.harmed},
               mend=cluster.disks[aim.primary].resume)


# Clocks

def clock_jump(cluster, aim):
    """The wall clock alone: what counts time by it breaks. The mending is a jump too."""
    node, seconds = _somewhere(cluster, aim), aim.chance.choice([-86_400, -3600, -60, -1, 1, 60, 3600, 86_400])
    cluster.clocks[node].put(seconds)
    return Hit(f"the wall clock of {node} jumps by {seconds} s", {node}, mend=lambda: cluster.clocks[node].put(0))
