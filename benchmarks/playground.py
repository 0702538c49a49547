"""A baton playground as seen by a program: started, described, broken, mended.

Speaks through the contracts alone: the command line, DIR/playground.json and
`group list --format json`.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import processes
import respconn

DESCRIPTION_VERSION = 1


class PlaygroundError(Exception):
    """The playground did not do what was asked; the message says what."""


def binary():
    """The program to measure: BATON, else the release build of this checkout."""
    if named := os.environ.get("BATON"):
        return pathlib.Path(named).resolve()
    return pathlib.Path(__file__).resolve().parents[1] / "build" / "release" / "baton"


def load_binary():
    """baton_load: BATON_LOAD, else beside the program, else the release build."""
    if named := os.environ.get("BATON_LOAD"):
        return pathlib.Path(named).resolve()
    beside = binary().parent / "baton_load"
    return beside if beside.exists() else pathlib.Path(__file__).resolve().parents[1] / "build/release/baton_load"


class Playground:
    """Use as a context manager: whatever happens, nothing of it is left."""

    name = "baton"

    def __init__(self, group="redis", nodes=3, config=None, keep=False, tls=False):
        self.baton = binary()
        self.group = group
        self._nodes = nodes
        self._config = config
        self._keep = keep
        self._tls = tls
        self._guards = set()
        # The servers run as another user when we are root: the way must be open to it.
        self._parent = pathlib.Path(tempfile.mkdtemp(prefix="baton-"))
        self._parent.chmod(0o755)
        self.dir = self._parent / "playground"
        self.description = {}
        self.hit_at = 0.0  # time.monotonic() of the last fault

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, *arguments, seconds=60, check=True):
        """One call of the command line; its standard output."""
        try:
            done = subprocess.run([str(self.baton), *arguments, "--dir", str(self.dir)], capture_output=True, text=True,
                                  timeout=seconds, check=False, start_new_session=True, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise PlaygroundError(f"baton {' '.join(arguments)}: no end within {seconds} s") from None
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise PlaygroundError(f"baton {' '.join(arguments)}: exit {done.returncode}: {said}")
        return done.stdout

    def up(self):
        """Starts what does not run: all of it, or the node that was killed."""
        if not self.baton.exists():
            raise PlaygroundError(f"{self.baton} does not exist; build it with scripts/build")
        more = ["--config", str(self._config)] if self._config else ["--nodes", str(self._nodes)]
        more += ["--tls"] if self._tls else []
        self.run("playground", "up", *([] if self.description else more), seconds=120)
        self.description = json.loads((self.dir / "playground.json").read_text(encoding="utf-8"))
        version = self.description.get("version", DESCRIPTION_VERSION)
        if version != DESCRIPTION_VERSION:
            raise PlaygroundError(f"playground.json has version {version}, this program reads {DESCRIPTION_VERSION}")
        self._guards |= {node["guard"]["pid"] for node in self.description["nodes"] if node.get("guard")}

    def close(self):
        """Ends everything, also when the user is impatient meanwhile."""
        kept = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            self._end_everything()
        finally:
            for number, action in kept:
                signal.signal(number, action)

    def _end_everything(self):
        try:
            if self.dir.exists():
                self.run("playground", "down", seconds=60, check=False)
        except (PlaygroundError, OSError):
            pass
        victims = [pid for guard in self._guards if self._is_ours(guard) for pid in processes.kill_tree(guard)]
        processes.wait_gone(victims, 5)
        if not self._keep:
            shutil.rmtree(self._parent, ignore_errors=True)

    def _is_ours(self, pid):
        """A pid may have been given to somebody else since."""
        return str(self.dir) in " ".join(processes.arguments_of(pid)) or processes.name_of(pid).startswith("baton")

    # What is

    def groups(self):
        return json.loads(self.run("group", "list", "--format", "json", seconds=10))

    def status(self):
        """The measured group's row of `group list`; None while nobody answers."""
        try:
            rows = [row for row in self.groups() if row["name"] == self.group]
        except (PlaygroundError, ValueError):
            return None
        return rows[0] if rows else None

    def primary(self):
        """(instance, node, epoch) of the measured group; None without one."""
        row = self.status()
        if not row or not row.get("primary"):
            return None
        return row["primary"]["instance"], row["primary"]["node"], row.get("epoch")

    def _group(self):
        return next(group for group in self.description["groups"] if group["name"] == self.group)

    def node(self, name):
        return next(node for node in self.description["nodes"] if node["name"] == name)

    def node_names(self):
        return [node["name"] for node in self.description["nodes"]]

    def fronts(self, node=None):
        """Every write front as HOST:PORT, or the one of a node."""
        write = self._group()["fronts"]["write"]
        fronts = [front for front in write["all"] if node in (None, front["node"])]
        return [f"{front['host']}:{front['port']}" for front in fronts]

    def load_arguments(self, node=None):
        return ["--front", ",".join(self.fronts(node))]

    def endpoints(self):
        return [(instance["host"], instance["port"]) for instance in self._group()["instances"]]

    def primary_endpoint(self):
        now = self.primary()
        if now is None:
            raise PlaygroundError(f"group {self.group} has no primary")
        instance = next(each for each in self._group()["instances"] if each["id"] == now[0])
        return instance["host"], instance["port"]

    def instance_pid(self, instance_id):
        """Asked of the server itself: it may have been restarted since the description was written."""
        instance = next(each for each in self._group()["instances"] if each["id"] == instance_id)
        return respconn.process_id(instance["host"], instance["port"]) or instance["pid"]

    def guard_pid(self, node):
        return self.node(node)["guard"]["pid"]

    def agent_pid(self, node):
        """The guard's child that is the agent now; the keepers share the guard's own command line."""
        guard = self.guard_pid(node)
        for pid in processes.children_by_parent().get(guard, []):
            arguments = processes.arguments_of(pid)
            if "agent" in arguments[1:] and arguments != processes.arguments_of(guard):
                return pid
        return self.node(node)["agent"]["pid"]

    def haproxy_pid(self, node):
        for pid in processes.descendants(self.guard_pid(node)):
            if processes.name_of(pid) == "haproxy":
                return pid
        raise PlaygroundError(f"no haproxy runs under the guard of {node}")

    def leader(self):
        """The node that leads consensus; None while none does."""
        try:
            said = self.run("raft", "leader", "--format", "json", seconds=10).strip()
            answer = json.loads(said)
        except PlaygroundError:
            return None
        except ValueError:
            return said or None
        if isinstance(answer, dict):
            return answer.get("leader") or answer.get("node") or answer.get("name")
        return answer or None

    def unsteady(self):
        """Why the measured group is not steady; empty when it is."""
        row = self.status()
        if not row:
            return "no agent answers"
        if row.get("phase") != "steady" or not row.get("primary"):
            return f"phase {row.get('phase')}, primary {row.get('primary')}"
        primary = row["primary"]["instance"]
        at = next((each for each in self._group()["instances"] if each["id"] == primary), None)
        replication = respconn.info(at["host"], at["port"], "replication") if at else {}
        expected = len(row["instances"]) - 1
        online = sum("state=online" in value for key, value in replication.items()
                     if key.startswith("slave") and key[5:].isdigit())
        if online < expected:
            return f"{online} of {expected} standbys follow {primary}"
        if self.leader() is None:
            return "consensus has no leader"
        return ""

    def wait_steady(self, seconds=60):
        """Returns how long it took."""
        began, why = time.monotonic(), "not looked yet"
        while time.monotonic() - began < seconds:
            why = self.unsteady()
            if not why:
                return time.monotonic() - began
            time.sleep(0.1)
        raise PlaygroundError(f"group {self.group} is not steady after {seconds} s: {why}")

    def place_leader(self, node):
        """Moves consensus leadership; returns when it is there."""
        deadline = time.monotonic() + 20
        while self.leader() != node:
            if time.monotonic() > deadline:
                raise PlaygroundError(f"leadership did not move to {node} within 20 s")
            self.run("raft", "transfer", "--to", node, seconds=10, check=False)
            time.sleep(0.2)

    # What is done to it. Each returns what mends it afterwards.

    def _hit(self, pid, signal_number):
        self.hit_at = time.monotonic()
        processes.send(pid, signal_number)

    def kill(self):
        self._hit(self.instance_pid(self.primary()[0]), signal.SIGKILL)
        return lambda: None

    def freeze(self):
        pid = self.instance_pid(self.primary()[0])
        self._hit(pid, signal.SIGSTOP)
        # The agent kills a frozen server; if it did not, the thaw ends the run.
        return lambda: processes.send(pid, signal.SIGCONT)

    def kill_agent(self, node):
        self._hit(self.agent_pid(node), signal.SIGKILL)
        return lambda: None

    def kill_node(self, node):
        self.hit_at = time.monotonic()
        victims = processes.kill_tree(self.guard_pid(node))
        left = processes.wait_gone(victims, 5)
        if left:
            raise PlaygroundError(f"processes of {node} survived SIGKILL: {left}")
        return self.up

    def kill_haproxy(self, node):
        self._hit(self.haproxy_pid(node), signal.SIGKILL)
        return lambda: None

    def switchover(self):
        self.hit_at = time.monotonic()
        self.run("group", "switchover", self.group, "--yes", seconds=60)
        return lambda: None
