#!/usr/bin/env python3
"""Changes of a running cluster, with real agents and servers in a temporary
directory: an emptied node comes back through `node replace`, a second group
appears through `config apply`, and what is refused says why.

Usage: change_test.py BATON
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

BATON = ""
PATIENCE = 40.0  # seconds for any condition; the machine may be busy.


def free_port():
    """A port that is free on all addresses of the playground's nodes."""
    with socket.socket() as one:
        one.bind(("0.0.0.0", 0))
        return one.getsockname()[1]


class Cluster:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="baton-change-")
        done = self.baton("playground", "up")
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        with open(self.path("playground.json"), encoding="utf-8") as file:
            self.contract = json.load(file)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def baton(self, *words):
        return subprocess.run([BATON, "--dir", self.directory, *words], capture_output=True,
                              text=True, timeout=120, check=False)

    def node(self, name):
        return next(each for each in self.contract["nodes"] if each["name"] == name)

    def get(self, name, path):
        url = "http://" + self.node(name)["agent"]["api"] + path
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def kill(self, name):
        os.kill(self.node(name)["guard"]["pid"], signal.SIGKILL)

    def start(self, name):
        log = open(self.path("nodes", name, "agent.log"), "a", encoding="utf-8")
        # The shell ends at once, so that the agent is nobody's unreaped child.
        subprocess.run(
            ["sh", "-c", '"$@" &', "sh", BATON, "agent", "--config", self.path("baton.yaml"),
             "--node", name],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, check=True)
        log.close()

    def close(self):
        self.baton("playground", "down")
        shutil.rmtree(self.directory, ignore_errors=True)


def wait_for(what, condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("not within %d s: %s" % (PATIENCE, what))


class Change(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def healthy(self):
        nodes = wait_for("the nodes", lambda: self.cluster.get("a", "/v1/nodes"))
        return all(node["health"] == "healthy" and node["voter"] for node in nodes)

    def steady(self, group):
        found = self.cluster.get("a", "/v1/groups/" + group)
        return found and found["phase"] == "steady"

    def write(self, group, key):
        port = next(each for each in self.cluster.contract["groups"] if each["name"] == group)[
            "fronts"]["write"]["port"]
        return self.write_to(port, key)

    def write_to(self, port, key):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as door:
                door.sendall(b"SET %s 1\r\n" % key.encode())
                return door.recv(100).startswith(b"+OK")
        except OSError:
            return False

    def test_1_replaces_an_emptied_node(self):
        cluster = self.cluster
        wait_for("a healthy cluster", self.healthy)
        in_use = cluster.baton("node", "replace", "--node=c", "--yes")
        self.assertNotEqual(in_use.returncode, 0)
        self.assertIn("in use with its present directory", in_use.stderr)

        cluster.kill("c")
        wait_for("c to fall silent", lambda: cluster.get("c", "/healthz") is None)
        time.sleep(1.1)  # A report younger than this counts as presence.
        unheard = cluster.baton("node", "replace", "--node=c", "--yes")
        self.assertNotEqual(unheard.returncode, 0)
        self.assertIn("start the agent on the new directory first", unheard.stderr)

        shutil.rmtree(cluster.path("nodes", "c", "state"))
        cluster.start("c")

        # Whoever leads decides by what it has heard itself.
        def heard_by(name):
            nodes = cluster.get(name, "/v1/nodes") or []
            return any(node["name"] == "c" and node["new_directory"] for node in nodes)
        wait_for("the emptied directory to be heard of by both", lambda: heard_by("a") and heard_by("b"))
        seen = wait_for("c to say what it waits for", lambda: told(cluster.get("c", "/v1/cluster")))
        self.assertFalse(seen["formed"])
        plan = cluster.baton("node", "replace", "--node=c", "--dry-run")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("becomes a learner", plan.stdout)
        self.assertFalse(cluster.get("c", "/v1/cluster")["formed"])
        self.assertTrue(wait_for("a write without c", lambda: self.write("redis", "before")))

        done = cluster.baton("node", "replace", "--node=c", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_for("c to vote", lambda: (cluster.get("c", "/raft/state") or {}).get("may_vote"))
        wait_for("all nodes healthy", self.healthy)
        wait_for("the group steady", lambda: self.steady("redis"))
        self.assertTrue(wait_for("a write with c", lambda: self.write("redis", "after")))
        voters = cluster.get("a", "/raft/state")["membership"]["voters"]
        self.assertEqual(sorted(voters), ["a", "b", "c"])

    def test_2_declares_another_group(self):
        cluster = self.cluster
        with open(cluster.path("baton.yaml"), encoding="utf-8") as file:
            before = file.read()
        write, server = free_port(), free_port()
        changed = before + (
            "  - name: second\n    kind: redis\n    fronts: {write: %d}\n    instances:\n" % write
            + "".join("      - {node: %s, port: %d, data: %s}\n" % (
                node, server, cluster.path("data", "second-" + node)) for node in "abc"))
        self.put("new.yaml", changed)
        same = cluster.baton("config", "diff")
        self.assertEqual(same.returncode, 0, same.stdout + same.stderr)
        self.assertIn("nothing differs", same.stdout)
        diff = cluster.baton("config", "diff", cluster.path("new.yaml"))
        self.assertEqual(diff.returncode, 1, diff.stderr)
        self.assertIn("group second: added", diff.stdout)
        done = cluster.baton("config", "apply", cluster.path("new.yaml"), "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_for("the second group steady", lambda: self.steady("second"))
        self.assertTrue(self.steady("redis"))
        wait_for("a write to the second group", lambda: self.write_to(write, "there"))
        wait_for("the first group's front", lambda: self.write("redis", "still"))

    def test_3_refuses_and_says_why(self):
        cluster = self.cluster
        with open(cluster.path("new.yaml"), encoding="utf-8") as file:
            present = file.read()
        for text, why in (
                (present.replace("cluster: playground", "cluster: playground\nlease: 900ms"),
                 "the lease cannot be changed"),
                (present[:present.index("  - name: second")], "epochs could be used a second time"),
                (present.replace("cluster: playground", "cluster: elsewhere"),
                 "a cluster is named once")):
            self.put("bad.yaml", text)
            refused = cluster.baton("config", "apply", cluster.path("bad.yaml"), "--yes")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(why, refused.stderr)
            self.assertIn("nothing was changed", refused.stderr)
        self.assertEqual(cluster.baton("config", "diff", cluster.path("new.yaml")).returncode, 0)

    def test_4_stops_a_standby_that_is_no_longer_declared(self):
        cluster = self.cluster
        primary = cluster.get("a", "/v1/groups/second")["primary"]["node"]
        standby = next(node for node in "abc" if node != primary)
        with open(cluster.path("new.yaml"), encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        self.put("less.yaml", "".join(
            line for line in lines if "second-" + standby not in line))
        done = cluster.baton("config", "apply", cluster.path("less.yaml"), "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        def gone():
            group = cluster.get("a", "/v1/groups/second")
            return group and group["phase"] == "steady" and len(group["instances"]) == 2
        wait_for("two instances", gone)
        pattern = "second-" + standby
        wait_for("the server's end", lambda: not processes_with(cluster.path("data", pattern)))
        self.assertTrue(processes_with(cluster.path("data", "second-" + primary)))

    def put(self, name, text):
        with open(self.cluster.path(name), "w", encoding="utf-8") as file:
            file.write(text)


def told(seen):
    return seen if seen and "node replace --node=c" in seen.get("waiting_for", "") else None


def processes_with(directory):
    """Whether a process works in this directory."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink("/proc/%s/cwd" % pid) == directory:
                return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    BATON = sys.argv.pop(1)
    unittest.main(verbosity=2)
