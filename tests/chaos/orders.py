"""What an operator orders at a bad moment, and how the leader's agent is made to
die at a rule: each rule of the table has something here or among the damages
that leads to it."""

import contextlib
import http.client
import json
import signal
import threading
import time
import urllib.request

import lookout
import playground
import processes
from damage import Hit, cut_primary, kill_server, pairs

RULE_SECONDS = 3.0  # After the mending, for a rule that is followed late or never.
ATTEMPTS = 4  # Each after a leader was lost.
ASKED_SECONDS = 0.02  # Until a leader has taken an order.
REIGN_SECONDS = 3.0  # For the next primary to appear.


def _order(cluster, *words, seconds=30):
    """A command beside whatever else happens; it may fail when agents die."""
    def give():
        with contextlib.suppress(playground.PlaygroundError):  # Its end is not awaited any longer.
            cluster.run(*words, seconds=seconds, check=False)
    thread = threading.Thread(target=give)
    thread.start()
    return thread.join


def _repeat(order):
    """Its outcome is unknown where the leader dies meanwhile; it may be repeated."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(playground.PlaygroundError):
            return order()
        time.sleep(0.3)
    return order()


def _order_switchover(cluster, target, *words):
    return _order(cluster, "group", "switchover", cluster.group, "--to", target, "--yes", *words)


def _ask_switchover(cluster, target, leader):
    """The order alone, of which nothing is asked before or after; whether it came through is not known."""
    url = f"http://{cluster.node(leader)['agent']['api']}/v1/groups/{cluster.group}/switchover"
    body = json.dumps({"to": target, "by": "chaos"}).encode()

    def post():
        with contextlib.suppress(OSError, http.client.HTTPException):
            urllib.request.urlopen(url, data=body, timeout=5).close()
    thread = threading.Thread(target=post)
    thread.start()
    return thread.join


def switch_over(cluster, aim):
    target = aim.chance.choice(aim.standbys)
    return Hit(f"a switchover to {target}", set(), mend=_order_switchover(cluster, target))


def switch_over_to_frozen(cluster, aim):
    """The successor freezes just before: the order comes before anybody knows."""
    target = aim.chance.choice(aim.standbys)
    frozen = cluster.server_pid(target)
    processes.send(frozen, signal.SIGSTOP)
    ordered = _order_switchover(cluster, target)

    def mend():
        processes.send(frozen, signal.SIGCONT)
        ordered()
    return Hit(f"a switchover to {target}, whose server has just frozen", {target}, mend=mend)


def switch_over_to_dying(cluster, aim):
    """The successor dies when the order was taken and is not agreed on yet, because the other agents stand still. Where
    it can be chosen, its own agent leads, and so knows first."""
    target = aim.leader if aim.leader in aim.standbys else aim.chance.choice(aim.standbys)
    dying = cluster.server_pid(target)
    others = [cluster.agent_pid(node) for node in cluster.node_names() if node != aim.leader]
    for pid in others:
        processes.send(pid, signal.SIGSTOP)
    ordered = _ask_switchover(cluster, target, aim.leader)
    time.sleep(ASKED_SECONDS)
    processes.send(dying, signal.SIGKILL)
    time.sleep(0.01)  # Its agent takes note.
    for pid in others:
        processes.send(pid, signal.SIGCONT)
    return Hit(f"a switchover to {target}, whose server dies meanwhile", {target}, mend=ordered)


def switch_over_unknown(cluster, aim):
    """The order is in the log when all agents begin anew: whoever leads then has not heard of the successor, whose server
    is busy. It gets there past agents that stand still; otherwise the leader would follow it at once."""
    target = aim.chance.choice(aim.standbys)
    led = cluster.agent_pid(aim.leader)
    others = [cluster.agent_pid(node) for node in cluster.node_names() if node != aim.leader]
    asked = cluster.keep_busy(target, 2)
    for pid in others:
        processes.send(pid, signal.SIGSTOP)
    ordered = _ask_switchover(cluster, target, aim.leader)
    time.sleep(ASKED_SECONDS)  # The order waits for the others.
    processes.send(led, signal.SIGKILL)
    for pid in others:
        processes.send(pid, signal.SIGCONT)
    time.sleep(0.03)  # They read what is in their sockets.
    for pid in others:
        processes.send(pid, signal.SIGKILL)

    def mend():
        ordered()
        asked.close()
    return Hit(f"a switchover to {target}, whose server is busy, and all agents die", set(cluster.node_names()), mend=mend)


def switch_over_past_cut(cluster, aim):
    """The successor is there and cannot get the last writes: nothing passes between the two nodes."""
    node, target = aim.primary, aim.chance.choice(aim.standbys)
    cluster.network.drop(node, peers=[target])
    ordered = _order_switchover(cluster, target)

    def mend():
        cluster.network.mend(node)
        ordered()
    return Hit(f"a switchover to {target}, cut from {node}", {node, target}, mend=mend,
               blocked=pairs({node}, {target}) | pairs({target}, {node}))


def switch_over_unheard(cluster, aim):
    """The primary's agent stands still when the order comes, for less than its lease and more than the order's time."""
    target = aim.chance.choice(aim.standbys)
    cluster.declare_switchover_timeout("100ms")
    frozen = cluster.agent_pid(aim.primary)
    processes.send(frozen, signal.SIGSTOP)
    ordered = _order_switchover(cluster, target, "--api", cluster.node(target)["agent"]["api"])

    def mend():
        processes.send(frozen, signal.SIGCONT)
        ordered()
        _repeat(lambda: cluster.declare_switchover_timeout(""))
    return Hit(f"a switchover to {target} while the agent of {aim.primary} stands still", {aim.primary}, mend=mend)


def switch_over_on_stalled_disk(cluster, aim):
    """The primary can give its writes up, and its agent cannot promise that durably."""
    target = aim.chance.choice(aim.standbys)
    stalled = cluster.disks[aim.primary].agent
    stalled.stall()
    ordered = _order_switchover(cluster, target)

    def mend():
        stalled.resume()
        ordered()
    return Hit(f"a switchover to {target} while the disk of the agent on {aim.primary} writes nothing", {aim.primary}, mend=mend)


def stall_unheard(cluster, aim):
    """Consensus has something to write to the disk that stalls, the server has not."""
    cluster.disks[aim.primary].stall()
    for word in ("pause", "resume"):
        cluster.run("group", word, cluster.group, "--yes", seconds=10, check=False)
    return Hit(f"the disk of {aim.primary} writes nothing", {aim.primary}, mend=cluster.disks[aim.primary].resume)


def fail_over(cluster, aim):
    del aim
    return Hit("a failover by order", set(), mend=_order(cluster, "group", "failover", cluster.group, "--yes"))


def kill_server_while_paused(cluster, aim):
    cluster.run("group", "pause", cluster.group, "--yes")
    hit = kill_server(cluster, aim)
    hit.mend = lambda: cluster.run("group", "resume", cluster.group, seconds=30)
    return hit


def _set_aside(cluster, node, verb):
    """A node is fenced or drained, and rejoins when it is mended."""
    ordered = _order(cluster, "node", verb, "--node", node, "--yes")

    def mend():
        ordered()
        _repeat(lambda: cluster.run("node", "rejoin", "--node", node, "--force-resync", "--yes", seconds=40))
    return mend


def fence_node(cluster, aim):
    """What its primary alone had confirmed is discarded by the return."""
    return Hit(f"{aim.primary} is fenced by order", {aim.primary}, mend=_set_aside(cluster, aim.primary, "fence"))


def drain_node(cluster, aim):
    return Hit(f"{aim.primary} is drained", set(), mend=_set_aside(cluster, aim.primary, "drain"))


def _next_primary(cluster, before):
    """The node of whoever reigns after `before`."""
    end = time.monotonic() + REIGN_SECONDS
    while time.monotonic() < end:
        row = cluster.status()
        if row and row["primary"] and row["primary"]["node"] != before:
            return row["primary"]["node"]
        time.sleep(0.01)
    raise playground.PlaygroundError(f"nobody reigns after {before}")


def kill_then_cut(cluster, aim):
    """The next primary is cut off a moment after it was appointed."""
    killed = kill_server(cluster, aim)
    heir = _next_primary(cluster, aim.primary)
    cut = cut_primary(cluster, aim._replace(primary=heir))
    cut.note = f"{killed.note}; then {cut.note}"
    cut.harmed |= killed.harmed
    return cut


def kill_all_servers(cluster, aim):
    for node in (aim.primary, *aim.standbys):
        processes.send(cluster.server_pid(node), signal.SIGKILL)
    return Hit("all servers", {aim.primary, *aim.standbys})


def hold_back(cluster, aim):
    """The only copies that are complete are on servers that must not be promoted without an operator."""
    server = cluster.server_pid(aim.primary)
    cluster.declare_priorities(dict.fromkeys(aim.standbys, 0))
    processes.send(server, signal.SIGKILL)
    return Hit(f"the primary's server on {aim.primary}, nobody else may be promoted", {aim.primary},
               mend=lambda: cluster.declare_priorities({}))


def at_rule(rule, provoke):
    """The leader's agent dies when it follows the rule that `provoke` leads to."""
    def inflict(cluster, aim):
        watch = lookout.Lookout(cluster, rule)
        try:
            hit = provoke(cluster, aim)
        except BaseException:
            watch.end()
            raise
        mend = hit.mend

        def mend_and_tell():
            mend()  # Some rules are followed only then.
            watch.end(RULE_SECONDS)
            hit.note += f"; at {rule} the agent of {watch.struck} died" if watch.struck else f"; {rule} {lookout.NOT_FOLLOWED}"

        hit.mend = mend_and_tell
        return hit
    return inflict
