"""What the tests of a whole cluster share: a playground of their own, its
command line, its HTTP surface, its servers, and waiting for a condition.

The programs come from the environment: BATON and BATON_LOAD. Everything a test
started is ended by id when it is over, whatever happened in it. With BATON_KEEP
set the directories stay, to be looked at.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import load
import playground
import processes
import respconn

PATIENCE = 40.0  # Seconds until a condition has to hold; the machine may be busy.
STEADY_PATIENCE = 90.0
LOG_LINES_TOLD = 40  # Of each agent, when a test failed.


class Reply:
    """An HTTP answer, also one with an error status."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


def request(api, path, *, method="GET", body=None, headers=None, seconds=5, tls=None):
    """One HTTP exchange, with `tls`, an ssl.SSLContext, inside it. Raises OSError when nobody answers."""
    data = body.encode() if isinstance(body, str) else body
    scheme = "https" if tls else "http"
    asked = urllib.request.Request(f"{scheme}://{api}{path}", data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(asked, timeout=seconds, context=tls) as answer:
            return Reply(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read().decode())


class ClusterTest(unittest.TestCase):
    """One cluster per test."""

    nodes = 3
    tls = None  # An ssl.SSLContext for a cluster that speaks TLS.

    def setUp(self):
        self.folder = self.temporary_folder()
        self.cluster = playground.Playground(nodes=self.nodes, config=self.config(), keep="BATON_KEEP" in os.environ)
        self.addCleanup(self.cluster.close)
        self.cluster.up()

    def doCleanups(self):
        """Before the cluster goes: what it did, if the test failed."""
        if self._outcome is not None and not self._outcome.success and getattr(self, "cluster", None):
            self.tell_what_happened()
        return super().doCleanups()

    def tell_what_happened(self):
        for node in self.cluster.node_names():
            try:
                lines = self.agent_log(node).splitlines()[-LOG_LINES_TOLD:]
            except OSError as error:
                lines = [str(error)]
            print(f"-- {self.id()}: the last words of node {node}", *lines, sep="\n", file=sys.stderr)

    def config(self):
        """A cluster file whose settings the playground takes; none by default."""
        return None

    def temporary_folder(self):
        folder = tempfile.TemporaryDirectory(prefix="baton-test-")
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    # Asking

    def call(self, *words, seconds=60, environment=None):
        """The command line: exit code and both outputs."""
        return subprocess.run([str(self.cluster.baton), "--dir", str(self.cluster.dir), *words], capture_output=True,
                              text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL, start_new_session=True,
                              env={**os.environ, **(environment or {})})

    def answer(self, *words, code=0):
        """The JSON a command prints."""
        done = self.call(*words, "--format", "json")
        self.assertEqual(done.returncode, code, f"baton {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def api(self, node):
        return self.cluster.node(node)["agent"]["api"]

    def http(self, node, path, **how):
        return request(self.api(node), path, **{"tls": self.tls, **how})

    def seen_by(self, node, path="/v1/groups/redis"):
        """JSON of one agent; None while it does not answer with 200."""
        try:
            reply = self.http(node, path)
            return reply.json() if reply.status == 200 else None
        except (OSError, ValueError):
            return None

    def events(self):
        return self.answer("events", "--limit", "1000")

    def endpoint(self, instance):
        group = self.cluster.description["groups"][0]
        found = next(each for each in group["instances"] if each["id"] == instance)
        return found["host"], found["port"]

    def ask(self, instance, *words):
        """One question to a server itself, past the front."""
        with respconn.Redis(*self.endpoint(instance)) as redis:
            return redis.ask(*words)

    def info(self, instance, section):
        return respconn.info(*self.endpoint(instance), section)

    def standbys(self):
        row = self.cluster.status()
        return [each["id"] for each in row["instances"] if each["role"] == "standby"]

    def metric(self, node, name, label=""):
        """Sum of a metric's samples on one node; of those with a label, such as 'peer="a"'."""
        samples = [line for line in self.http(node, "/metrics").body.splitlines()
                   if line.startswith((name + " ", name + "{")) and label in line]
        self.assertTrue(samples, f"{node} has no metric {name}")
        return sum(float(line.rsplit(" ", 1)[1]) for line in samples)

    def agent_log(self, node):
        return (self.cluster.dir / "nodes" / node / "agent.log").read_text(encoding="utf-8", errors="replace")

    # Waiting

    def wait_for(self, what, condition, seconds=PATIENCE):
        """Polls until the condition holds; answers what it answered."""
        deadline = time.monotonic() + seconds
        while True:
            held = condition()
            if held:
                return held
            if time.monotonic() > deadline:
                self.fail(f"not within {seconds:g} s: {what}; the group is {json.dumps(self.cluster.status())}")
            time.sleep(0.05)

    def wait_primary(self, *, other_than=None, instance=None, epoch_above=0):
        """The primary (instance, node, epoch) once it is another one."""
        def changed():
            now = self.cluster.primary()
            return now if now and now[0] != other_than and instance in (None, now[0]) and now[2] > epoch_above else None
        return self.wait_for(f"a primary that is not {other_than}", changed)

    def wait_steady(self):
        self.cluster.wait_steady(STEADY_PATIENCE)

    def wait_role(self, instance, role):
        self.wait_for(f"{instance} is {role}", lambda: any(
            each["id"] == instance and each["role"] == role and each["health"] == "healthy"
            for each in (self.cluster.status() or {"instances": []})["instances"]))

    # Writing

    def writer(self, *more):
        """Writes through the front door from now on, each confirmed by a standby."""
        client = load.Load(playground.load_binary(), [*self.cluster.load_arguments(), *more])
        self.addCleanup(client.stop)
        self.wait_for("the first writes are acknowledged", lambda: client.report()["acknowledged"] > 20)
        client.wait_flowing(PATIENCE)
        client.mark("begun")
        return client

    def assert_nothing_lost(self, client):
        client.wait_flowing(PATIENCE)
        self.wait_for("writes are acknowledged again", lambda: client.report()["acknowledged"] > 50)
        verdict = client.verify()
        self.assertGreater(verdict["acknowledged"], 0)
        self.assertEqual(verdict["lost"], 0, f"acknowledged writes are gone, such as {verdict.get('examples')}")

    # Nodes

    def kill_node(self, node):
        """Everything of a node at once, as a power cut would."""
        return self.cluster.kill_node(node)

    def stop_node(self, node):
        """Ends a node in order, and waits until nothing of it is left."""
        guard = self.cluster.guard_pid(node)
        victims = [guard, *processes.descendants(guard)]
        processes.send(guard, signal.SIGTERM)
        self.assertEqual(processes.wait_gone(victims, 30), [], f"node {node} did not end")

    def stop_standby_node(self, node="c"):
        """Stops a node after making sure that it holds no primary; answers who does."""
        if self.cluster.primary()[1] == node:
            other = next(name for name in self.cluster.node_names() if name != node)
            done = self.call("group", "switchover", "redis", "--to", other, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.wait_steady()
        before = self.cluster.primary()
        self.stop_node(node)
        return before

    def reform(self, change):
        """Begins anew, with nothing remembered and the cluster file as `change` rewrites its text."""
        for node in self.cluster.node_names():
            self.stop_node(node)
            shutil.rmtree(self.state_directory(node))
        path = self.cluster.dir / "baton.yaml"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        for node in self.cluster.node_names():
            self.start_node(node)
        self.wait_steady()

    def start_node(self, node, config=None):
        """Starts one node as an operator would, and does not wait for it."""
        log_path = self.cluster.dir / "nodes" / node / "agent.log"
        with open(log_path, "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [str(self.cluster.baton), "agent", "--config", str(config or self.cluster.dir / "baton.yaml"),
                 "--node", node],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self._end, process)
        self.cluster.node(node)["guard"]["pid"] = process.pid
        return process

    def state_directory(self, node):
        return self.cluster.dir / "nodes" / node / "state"

    def wait_log(self, node, pattern, since=0):
        """Waits for a line in what the agent and its guard say; answers it."""
        def found():
            return re.search(f"^.*(?:{pattern}).*$", self.agent_log(node)[since:], re.MULTILINE)
        try:
            return self.wait_for(f"node {node} says {pattern!r}", found).group()
        except self.failureException as failure:
            raise self.failureException(f"{failure}\nit says:\n{self.agent_log(node)[since:][-2000:]}") from None

    def wait_problem(self, instance, pattern, by=None):
        """Waits until an instance is reported with a problem; answers the words."""
        def reported():
            row = self.seen_by(by) if by else self.cluster.status()
            problems = [each["problem"] for each in (row or {"instances": []})["instances"] if each["id"] == instance]
            return problems[0] if problems and re.search(pattern, problems[0]) else None
        return self.wait_for(f"{instance} is reported with {pattern!r}", reported)

    def wait_healthy(self, node):
        self.wait_for(f"the agent of {node} is healthy", lambda: (self.seen_by(node, "/health") or {}).get("status"))

    @staticmethod
    def _end(process):
        """In order, so that it takes its rules out of the kernel; a frozen one by force."""
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            processes.wait_gone(processes.kill_tree(process.pid), 10)
        process.wait()


def end_on_signal(*_):
    raise KeyboardInterrupt


def main():
    # What a timeout ends must still clean up behind itself.
    signal.signal(signal.SIGTERM, end_on_signal)
    unittest.main(verbosity=2)
