"""A cluster whose nodes have a host and a disk each, started as a supervisor
of services would. What it is asked goes over HTTP, to every agent in turn.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import disk
import host_clock
import lookout
import playground
import processes
import respconn
import world

NODES = ("a", "b", "c")
GROUP = "redis"
API_PORT, PEER_PORT, WRITE_PORT, READ_PORT, SERVER_PORT, STRANGER_PORT = 8080, 7400, 6379, 6380, 6501, 6502
LEASE_SECONDS = 0.75  # Declared in the cluster file below.
ASK_SECONDS = 0.5  # For an answer of an agent; some are cut off.
PASSWORD = "known to everyone in this world"

HEAD = """cluster: chaos
lease: 750ms
nodes:
"""
NODE = ("  - {{name: {node}, host: {host}, peer_port: {peer}, api_port: {api}, data: {agent_disk}/data, "
        "front_run_as: nobody}}\n")
GROUP_HEAD = """groups:
  - name: {name}
    kind: redis
    fronts: {{write: {write}, read: {read}}}
    password_file: {password}
    failover_block: 1s
{promise}{settings}    instances:
"""
# What each kind of group promises about confirmed writes, as its declaration says it.
DURABILITIES = {"async": "", "replicated": "    durability: replicated\n    acknowledgements: 1\n"}
INSTANCE = "      - {{node: {node}, port: {port}, data: {server_disk}/data, run_as: nobody, priority: {priority}}}\n"
PRIORITY = 100  # Of a server for which nothing else is declared.


class Cluster(playground.Playground):
    """Use as a context manager: whatever happens, nothing of it is left."""

    def __init__(self, network, durability):
        super().__init__(group=GROUP)
        self.network = network
        self.durability = durability
        self.disks = {}
        self.clocks = {}
        self._guards_by_node = {}
        self.password_file = self.dir / "password"

    # Starting and ending

    def up(self, at_rule):
        """The leader's agent dies when it first follows `at_rule`; answers whose did, None if nobody's in time."""
        self.dir.mkdir(mode=0o755)
        (self.dir / "logs").mkdir()
        self.password_file.write_text(PASSWORD + "\n", encoding="utf-8")
        self.password_file.chmod(0o600)
        for node in NODES:
            self.disks[node] = disk.Disks(self.dir / node, self.dir / "disks" / node)
            (self.disks[node].agent.place / "data").mkdir(mode=0o755)
            self.clocks[node] = host_clock.HostClock(self.dir / "clocks" / node, self.baton.parent)
        (self.dir / "baton.yaml").write_text(self._file(), encoding="utf-8")
        self.description = {"version": playground.DESCRIPTION_VERSION, "config": str(self.dir / "baton.yaml"),
                            "nodes": [self._describe(node) for node in NODES], "groups": []}
        # The command line finds the agents by it.
        (self.dir / "playground.json").write_text(json.dumps(self.description), encoding="utf-8")
        for node in NODES:
            self.start(node)
        watch = lookout.Lookout(self, at_rule)
        try:
            self.wait_steady(60)
        finally:
            watch.end()
        return watch.struck

    def _file(self, priorities=(), settings=""):
        """`priorities` of servers by their node, where they are not the same; `settings` of the group besides."""
        text = HEAD + "".join(
            NODE.format(node=node, host=self.network.address[node], peer=PEER_PORT, api=API_PORT,
                        agent_disk=self.disks[node].agent.place) for node in NODES)
        text += GROUP_HEAD.format(name=GROUP, write=WRITE_PORT, read=READ_PORT, password=self.password_file,
                                  promise=DURABILITIES[self.durability], settings=settings)
        return text + "".join(
            INSTANCE.format(node=node, port=SERVER_PORT, server_disk=self.disks[node].server.place,
                            priority=dict(priorities).get(node, PRIORITY)) for node in NODES)

    def declare_priorities(self, priorities):
        """Who may be promoted, and before whom, from now on."""
        self._declare(self._file(priorities))

    def declare_switchover_timeout(self, duration):
        """For how long a switchover is tried from now on; empty: as long as nobody says otherwise."""
        self._declare(self._file(settings=f"    switchover_timeout: {duration}\n" if duration else ""))

    def _declare(self, text):
        (self.dir / "baton.yaml").write_text(text, encoding="utf-8")
        self.run("config", "apply", str(self.dir / "baton.yaml"), "--yes", seconds=30)

    def _describe(self, node):
        api = f"{self.network.address[node]}:{API_PORT}"
        return {"name": node, "guard": {"pid": 0}, "agent": {"pid": 0, "api": api}}

    def log(self, node):
        """What the guard and the agent say: not on the node's disk, for it must be heard when that stalls."""
        return self.dir / "logs" / f"{node}.log"

    def start(self, node):
        """Starts a node's guard, which starts the rest. Does not wait for it."""
        self._bury(node)
        with open(self.log(node), "ab") as log:
            guard = subprocess.Popen(
                [*self.network.inside(node), str(self.baton), "agent",
                 "--config", str(self.dir / "baton.yaml"), "--node", node],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.clocks[node].environment()})
        self._guards_by_node[node] = guard
        self.node(node)["guard"]["pid"] = guard.pid

    def _bury(self, node):
        guard = self._guards_by_node.pop(node, None)
        if guard is not None:
            processes.wait_gone([*processes.kill_tree(guard.pid)], 5)
            guard.wait()

    def _end_everything(self):
        for each in self.disks.values():
            each.free()
            each.resume()
        world.end_others()
        # A host that comes up again has forgotten its kernel's rules.
        for node in NODES:
            self.network.unfence(node)
        self.network.mend_all()
        for each in self.disks.values():
            each.close()
        shutil.rmtree(self._parent, ignore_errors=True)

    # Processes of a node

    def agent_pid(self, node):
        pid = super().agent_pid(node)
        if not pid:
            raise playground.PlaygroundError(f"no agent runs on {node} at this moment")
        return pid

    def server_pid(self, node):
        return self._descendant(node, "redis-server")

    def haproxy_pid(self, node):
        return self._descendant(node, "haproxy")

    def _descendant(self, node, name):
        for pid in processes.descendants(self.guard_pid(node)):
            if processes.name_of(pid) == name:
                return pid
        raise playground.PlaygroundError(f"no {name} runs under the guard of {node}")

    def attach_stranger(self, node):
        """A server that nobody declared, on the same host, copies the one of `node`; answers how to end it."""
        address = self.network.address[node]
        place = self.dir / "stranger"
        place.mkdir(exist_ok=True)
        server = subprocess.Popen([*self.network.inside(node), "redis-server", "-"], stdin=subprocess.PIPE, text=True,
                                  stdout=(place / "log").open("a"), stderr=subprocess.STDOUT, start_new_session=True)
        server.stdin.write(f"bind {address}\nport {STRANGER_PORT}\ndir {place}\nsave \"\"\nrequirepass \"{PASSWORD}\"\n"
                           f"masterauth \"{PASSWORD}\"\nreplicaof {address} {SERVER_PORT}\n")
        server.stdin.close()

        def end():
            processes.kill_tree(server.pid)
            server.wait()
        return end

    def keep_busy(self, node, seconds):
        """The server of `node` answers nobody for so long. Close what is answered after that."""
        turning = "local over = redis.call('TIME')[1] + ARGV[1] while redis.call('TIME')[1] + 0 < over do end return 1"
        asked = socket.create_connection((self.network.address[node], SERVER_PORT), timeout=ASK_SECONDS)
        asked.sendall(respconn.encode("AUTH", PASSWORD) + respconn.encode("EVAL", turning, "0", str(seconds)))
        time.sleep(0.005)  # It gets to it.
        return asked

    # What is

    def instances(self):
        """(instance, node, address, port) of each server."""
        return [(f"{GROUP}-{node}", node, self.network.address[node], SERVER_PORT) for node in NODES]

    def load_arguments(self, node=None):
        fronts = [f"{self.network.address[each]}:{WRITE_PORT}" for each in NODES if node in (None, each)]
        return ["--front", ",".join(fronts), "--password-file", str(self.password_file)]

    def ask(self, node, path):
        """JSON of one agent, whatever its status; None while it does not answer."""
        url = f"http://{self.node(node)['agent']['api']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=ASK_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return None
        except (OSError, ValueError):
            return None

    def status(self):
        """The group's row on the agent that knows most; None while nobody answers."""
        rows = [row for row in (self.ask(node, f"/v1/groups/{GROUP}") for node in NODES) if row]
        return max(rows, key=lambda row: row["epoch"]) if rows else None

    def _newest_decision(self):
        """What the group waits for, or did last, as its leader sees it; None while nobody says."""
        leader = self.leader()
        decisions = leader and self.ask(leader, f"/v1/groups/{GROUP}/decisions")
        return decisions[-1] if decisions else None

    def last_decision(self):
        """The same as a sentence: rule and reason."""
        decision = self._newest_decision()
        return f"{decision['rule']}: {decision['why']}" if decision else "nobody says why"

    def waits_for_operator(self):
        """Whether only an operator who accepts a loss can help the group, as its leader sees it."""
        decision = self._newest_decision()
        return decision is not None and decision["rule"] == "fence.lossy"

    def accept_loss(self):
        self.run("group", "failover", GROUP, "--force", "--reason", "chaos", "--wait", "0s", check=False)

    def server_pids(self):
        """Of every node where one runs."""
        found = {}
        for node in NODES:
            try:
                found[node] = self.server_pid(node)
            except playground.PlaygroundError:
                pass
        return found

    def leader(self):
        states = [state for state in (self.ask(node, "/raft/state") for node in NODES) if state]
        leading = [state for state in states if state["role"] == "leader"]
        return max(leading, key=lambda state: state["term"])["node"] if leading else None

    def unsteady(self):
        """Why the group is not steady as every agent sees it; empty when it is."""
        rows = {node: self.ask(node, f"/v1/groups/{GROUP}") for node in NODES}
        for node, row in rows.items():
            if row is None:
                return f"the agent of {node} does not answer"
            sick = [each["id"] for each in row["instances"] if each["health"] != "healthy"]
            if row["phase"] != "steady" or sick:
                return f"{node} sees phase {row['phase']}, not healthy {sick}"
        if len({(row["epoch"], str(row["primary"])) for row in rows.values()}) > 1:
            return "the agents do not know the same epoch"
        return "" if self.leader() else "consensus has no leader"
