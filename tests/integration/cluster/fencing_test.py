#!/usr/bin/env python3
"""Agents, guards and servers stop in every combination: whoever was connected
to the old primary before hears of no write after another one has taken over.
Once with the kernel's lease, which needs the right to change packet filters,
and once without it."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

import processes
import respconn
import stage

LEASE = 0.75  # Seconds, the default.


def may_filter_packets():
    """Whether this process could make a table of its own."""
    if not shutil.which("nft"):
        return False
    # Checked, not done: nothing is changed.
    return subprocess.run(["nft", "-c", "add table inet baton-may-filter"], capture_output=True,
                          check=False).returncode == 0


class Witness:
    """A client with one connection to one server, opened before the fault. It
    sends without waiting for answers, and knows when each acknowledgement came."""

    def __init__(self, endpoint):
        self._socket = socket.create_connection(endpoint, timeout=2)
        self._socket.setblocking(False)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self.acknowledged = []
        self._thread.start()

    def _talk(self):
        request = b"*3\r\n$3\r\nSET\r\n$7\r\nwitness\r\n$1\r\n1\r\n"
        while not self._ended.wait(0.002):
            try:
                self._socket.send(request)
            except BlockingIOError:
                pass
            except OSError:
                return
            try:
                answers = self._socket.recv(65536)
                self.acknowledged += [time.monotonic()] * answers.count(b"+OK\r\n")
                if not answers:
                    return
            except BlockingIOError:
                pass
            except OSError:
                return

    def heard_after(self, instant):
        return [at for at in self.acknowledged if at > instant]

    def close(self):
        self._ended.set()
        self._thread.join()
        self._socket.close()


class Ladder:
    """What holds with and without the kernel's lease."""

    tier = None  # What every node has to report.

    def begin(self):
        """A steady group whose ladder is verified; a witness at its primary."""
        self.wait_for(f"every node reports tier {self.tier}", lambda: all(
            node["committed"] == self.tier for node in self.answer("node", "fencing")))
        self.instance, self.node, self.epoch = self.cluster.primary()
        self.pids = {"server": self.cluster.instance_pid(self.instance), "agent": self.cluster.agent_pid(self.node),
                     "guard": self.cluster.guard_pid(self.node)}
        self.witness = Witness(self.endpoint(self.instance))
        self.addCleanup(self.witness.close)
        self.wait_for("the witness is answered", lambda: len(self.witness.acknowledged) > 20)

    def freeze(self, *which):
        for each in which:
            processes.send(self.pids[each], signal.SIGSTOP)
            self.addCleanup(processes.send, self.pids[each], signal.SIGCONT)

    def thaw(self, *which):
        for each in which:
            processes.send(self.pids[each], signal.SIGCONT)

    def taken_over_at(self):
        """When another server first acknowledged a write."""
        others = [each["id"] for each in self.cluster.description["groups"][0]["instances"]
                  if each["id"] != self.instance]

        def writes(instance):
            try:
                return self.ask(instance, "SET", "successor", "1") == "OK"
            except (OSError, respconn.RedisError):
                return False
        self.wait_for("another primary takes writes", lambda: any(writes(each) for each in others))
        return time.monotonic()

    def assert_silent_since(self, instant, seconds=2.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.assertEqual(self.witness.heard_after(instant), [], "the old primary acknowledged a write")
            time.sleep(0.05)

    def assert_returns(self):
        self.wait_role(self.instance, "standby")
        self.wait_steady()

    def test_a_killed_server(self):
        self.begin()
        processes.send(self.pids["server"], signal.SIGKILL)
        self.assert_silent_since(self.taken_over_at())
        self.assert_returns()

    def test_a_frozen_server_is_killed(self):
        self.begin()
        self.freeze("server")
        over = self.taken_over_at()
        self.thaw("server")
        self.assert_silent_since(over)
        self.assert_returns()

    def test_a_killed_agent_changes_nothing(self):
        self.begin()
        processes.send(self.pids["agent"], signal.SIGKILL)
        self.wait_for("another agent runs", lambda: self.cluster.agent_pid(self.node) not in (0, self.pids["agent"]))
        self.wait_healthy(self.node)
        since = time.monotonic()
        self.wait_for("the old connection goes on", lambda: self.witness.heard_after(since + 2 * LEASE))
        self.assertEqual(self.cluster.primary(), (self.instance, self.node, self.epoch))

    def test_an_agent_frozen_for_longer_than_the_lease(self):
        self.begin()
        self.freeze("agent")
        over = self.taken_over_at()
        self.assert_silent_since(over)
        self.thaw("agent")
        self.assert_silent_since(over)
        self.assert_returns()

    def test_agent_and_server_frozen_and_thawed(self):
        self.begin()
        self.freeze("agent", "server")
        over = self.taken_over_at()
        self.thaw("server", "agent")
        self.assert_silent_since(over)
        self.assert_returns()

    def test_the_ladder_is_told(self):
        self.begin()
        for node in self.answer("node", "fencing"):
            verified = [each["tier"] for each in node["tiers"] if each["state"] == "verified"]
            self.assertEqual(verified[-1], self.tier, node)
            self.assertTrue(all(each["reason"] for each in node["tiers"] if each["state"] != "verified"), node)
        self.assertEqual(self.metric(self.node, "baton_fencing_verified", f'tier="{self.tier}"'), 1)


class WithTheGuardAlone(Ladder, stage.ClusterTest):
    tier = "0g"

    def setUp(self):
        if os.geteuid() == 0:
            self.without_the_capability()
        super().setUp()

    def without_the_capability(self):
        """Everything the playground starts is without the right to change packet filters."""
        folder = tempfile.TemporaryDirectory(prefix="baton-test-")
        self.addCleanup(folder.cleanup)
        program = os.environ["BATON"]
        wrapper = os.path.join(folder.name, "baton")
        with open(wrapper, "w", encoding="utf-8") as script:
            script.write("#!/bin/sh\nexec setpriv --bounding-set=-net_admin --inh-caps=-net_admin "
                         f"'{program}' \"$@\"\n")
        os.chmod(wrapper, os.stat(wrapper).st_mode | stat.S_IXUSR)
        os.environ["BATON"] = wrapper
        self.addCleanup(os.environ.__setitem__, "BATON", program)

    def test_control_a_guard_that_sleeps_closes_nothing(self):
        """The limit of this tier, and the proof that a witness hears of two primaries."""
        self.begin()
        self.freeze("agent", "guard")
        over = self.taken_over_at()
        self.wait_for("the old primary still answers", lambda: self.witness.heard_after(over))
        self.thaw("guard", "agent")
        self.assert_returns()

    def test_without_the_capability_the_agent_says_so(self):
        self.begin()
        kernel = next(each for each in self.answer("node", "fencing")[0]["tiers"] if each["tier"] == "1")
        self.assertEqual(kernel["state"], "absent")
        self.assertRegex(kernel["reason"], "nft|permitted")


class Unclosed:
    """Nothing closes the primary's node: the kernel is not asked, and its guard sleeps."""

    def like(self, fencing):
        file = self.temporary_folder() / "like.yaml"
        file.write_text(f"""cluster: like
nodes: [{{name: a, host: 127.0.0.1, data: /tmp/like}}]
groups:
  - name: redis
    fronts: {{write: 7000, read: 7001}}
    instances: [{{node: a, port: 7002}}]
fencing: {{kernel: 'off'{fencing}}}
""", encoding="utf-8")
        return file

    def silence(self):
        """The primary's node with a guard that is not counted on, and then without a word."""
        self.instance, self.node, _ = self.cluster.primary()
        self.pids = [self.cluster.guard_pid(self.node), self.cluster.agent_pid(self.node),
                     self.cluster.instance_pid(self.instance)]
        for pid in self.pids:
            self.addCleanup(processes.send, pid, signal.SIGCONT)
        processes.send(self.pids[0], signal.SIGSTOP)
        self.wait_for("the guard is not counted on", lambda: next(
            each for each in self.answer("node", "fencing") if each["name"] == self.node)["committed"] in ("none", "0"))
        processes.send(self.pids[1], signal.SIGSTOP)


class WithAnOperatorsWord(Unclosed, stage.ClusterTest):
    def config(self):
        return self.like("")

    def say_it(self):
        return self.call("node", "switched-off", "--node", self.node, "--yes", "--reason", "plug pulled")

    def test_it_ends_the_wait(self):
        self.silence()
        self.wait_for("the group waits for proof",
                      lambda: self.answer("why", "redis")[-1]["rule"] == "fence.wait")
        self.assertEqual(self.ask(self.instance, "SET", "still", "here"), "OK")
        for pid in self.pids:
            processes.send(pid, signal.SIGKILL)
        done = self.say_it()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_primary(other_than=self.instance)
        told = next(each for each in self.events() if each["name"] == "node.cut_off")
        self.assertIn(f"says that node {self.node} is switched off", told["sentence"])

    def test_of_a_node_that_is_heard_it_is_not_taken(self):
        self.instance, self.node, _ = self.cluster.primary()
        done = self.say_it()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is heard", done.stderr)
        self.assertEqual(self.cluster.primary()[0], self.instance)


class WithTheOperatorsCommand(Unclosed, stage.ClusterTest):
    """It has to be switched off."""

    def config(self):
        self.room = self.temporary_folder()
        self.power = self.room / "power-off"
        self.power.write_text(f"""#!/bin/sh
echo "$BATON_FENCE_NODE $BATON_FENCE_ADDRESS by $BATON_NODE" >>'{self.room}/orders'
read -r pids <'{self.room}/'"$BATON_FENCE_NODE" || exit 3
kill -9 $pids 2>/dev/null
alive() {{ for pid in $pids; do kill -0 "$pid" 2>/dev/null && return; done; return 1; }}
while alive; do sleep 0.05; done
""", encoding="utf-8")
        self.power.chmod(0o755)
        return self.like(f", command: ['{self.power}'], timeout: 10s")

    def orders(self):
        file = self.room / "orders"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def allow(self):
        (self.room / self.node).write_text(" ".join(map(str, self.pids)) + "\n", encoding="utf-8")

    def test_it_ends_the_wait(self):
        self.silence()
        self.allow()
        self.wait_primary(other_than=self.instance)
        self.assertEqual([line.split()[0] for line in self.orders()], [self.node])
        names = [each["name"] for each in self.events()]
        for name in ("fencing.command_begun", "fencing.command_done", "node.cut_off"):
            self.assertIn(name, names)

    def test_while_it_fails_nobody_is_appointed(self):
        self.silence()
        self.wait_for("it was tried twice", lambda: len(self.orders()) >= 2)
        self.assertIn("fencing.command_failed", [each["name"] for each in self.events()])
        self.assertEqual(self.ask(self.instance, "SET", "still", "here"), "OK")
        self.allow()
        self.wait_primary(other_than=self.instance)


@unittest.skipUnless(may_filter_packets(), "needs the right to change packet filters")
class WithTheKernelsLease(Ladder, stage.ClusterTest):
    tier = "1"

    def test_agent_and_guard_frozen_while_the_server_lives(self):
        self.begin()
        self.freeze("agent", "guard")
        over = self.taken_over_at()
        self.assert_silent_since(over)
        self.assertTrue(processes.alive(self.pids["server"]), "this was to show what the kernel does")
        self.thaw("guard", "agent")
        self.assert_silent_since(over)
        self.assert_returns()

    def test_all_of_a_node_frozen_and_thawed(self):
        self.begin()
        everything = [self.pids["guard"], *processes.descendants(self.pids["guard"])]
        for pid in everything:
            processes.send(pid, signal.SIGSTOP)
            self.addCleanup(processes.send, pid, signal.SIGCONT)
        over = self.taken_over_at()
        # The server first: what it has in hand is executed, and must not be heard of.
        self.thaw("server")
        self.assert_silent_since(over)
        for pid in everything:
            processes.send(pid, signal.SIGCONT)
        self.assert_silent_since(over)
        self.assert_returns()

    def test_an_agent_killed_beside_a_frozen_guard(self):
        self.begin()
        self.freeze("guard")
        processes.send(self.pids["agent"], signal.SIGKILL)
        over = self.taken_over_at()
        self.assert_silent_since(over)
        self.thaw("guard")
        self.assert_silent_since(over)
        self.assert_returns()

    def test_rules_that_were_removed_come_back(self):
        self.begin()
        tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout
        ours = [line.split()[-1] for line in tables.splitlines()
                if line.split()[-1].startswith(f"baton/playground/{self.node}/")]
        for table in ours:
            guarded = subprocess.run(["nft", "list", "set", "inet", table, "guarded"], capture_output=True, text=True,
                                     check=True).stdout
            if str(self.endpoint(self.instance)[1]) in guarded:
                subprocess.run(["nft", "delete", "table", "inet", table], check=True)
        self.freeze_when_guarded_again(ours)

    def freeze_when_guarded_again(self, tables):
        def guarded():
            return any(str(self.endpoint(self.instance)[1]) in subprocess.run(
                ["nft", "list", "set", "inet", table, "guarded"], capture_output=True, text=True, check=False).stdout
                for table in tables)
        self.wait_for("the port is guarded again", guarded)
        self.freeze("agent", "guard")
        self.assert_silent_since(self.taken_over_at())

    def test_an_orderly_end_leaves_nothing_in_the_kernel(self):
        self.begin()
        self.witness.close()
        port = str(self.endpoint(self.instance)[1])
        self.assertEqual(self.call("playground", "down").returncode, 0)
        rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(port, rules)


if __name__ == "__main__":
    stage.main()
