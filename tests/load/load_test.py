#!/usr/bin/env python3
"""The load client against a real Redis: what it must notice, it notices.

Usage: load_test.py PROGRAM, with the orchestration modules on PYTHONPATH.
"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import load
import processes
import respconn
import sentinel

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "baton_load"


class LoadClient(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="baton-load-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.port = sentinel.free_ports(1)[0]
        self.server = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", folder.name],
            stdout=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.wait_for(lambda: respconn.process_id("127.0.0.1", self.port))

    def wait_for(self, condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "condition did not come true")
            time.sleep(0.01)

    def start(self, *more):
        self.events = []
        client = load.Load(PROGRAM, ["--front", f"127.0.0.1:{self.port}", "--log", str(self.folder / "log"), *more],
                           self.events.append)
        self.addCleanup(client.stop)
        return client

    def ask(self, *words):
        with respconn.Redis("127.0.0.1", self.port) as redis:
            return redis.ask(*words)

    def test_a_healthy_server_loses_nothing(self):
        client = self.start("--wait", "0")
        self.wait_for(lambda: client.report()["acknowledged"] > 50)
        verdict = client.verify()
        self.assertGreater(verdict["acknowledged"], 50)
        self.assertEqual(verdict["lost"], 0)

    def test_lost_writes_are_counted_and_named(self):
        client = self.start("--wait", "0")
        self.wait_for(lambda: client.report()["acknowledged"] > 50)
        self.ask("FLUSHALL")
        verdict = client.verify()
        self.assertGreaterEqual(verdict["lost"], 50)
        self.assertEqual(len(verdict["examples"]), 10)

    def test_the_log_is_judged_afterwards(self):
        client = self.start("--wait", "0")
        self.wait_for(lambda: client.report()["acknowledged"] > 50)
        client.stop()
        command = [PROGRAM, "--front", f"127.0.0.1:{self.port}", "--verify", "--log", str(self.folder / "log")]
        self.assertEqual(subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode, 0)
        self.ask("FLUSHALL")
        self.assertEqual(subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode, 1)

    def test_a_frozen_server_is_a_gap_and_its_writes_are_unknown(self):
        client = self.start("--wait", "0", "--timeout-ms", "50")
        self.wait_for(lambda: client.report()["acknowledged"] > 0)
        client.mark("freeze")
        processes.send(self.server.pid, signal.SIGSTOP)
        self.wait_for(lambda: client.report()["unknown"] > 0)
        self.assertTrue(any(event["event"] == "outage_begin" for event in self.events))
        processes.send(self.server.pid, signal.SIGCONT)
        self.wait_for(lambda: client.report()["acknowledged"] > 0)
        self.assertGreater(client.report()["longest_gap_ms"], 50)

    def test_a_refusal_is_a_failure_and_never_an_acknowledgement(self):
        self.ask("REPLICAOF", "127.0.0.1", "1")
        client = self.start("--wait", "0")
        self.wait_for(lambda: client.report()["failed"] > 3)
        self.assertEqual(client.report()["acknowledged"], 0)

    def test_a_write_that_no_replica_confirmed_is_unknown(self):
        client = self.start("--wait", "1", "--timeout-ms", "20")
        self.wait_for(lambda: client.report()["unknown"] > 3)
        self.assertEqual(client.report()["acknowledged"], 0)

    def test_a_password_is_taken_from_a_file(self):
        self.ask("CONFIG", "SET", "requirepass", "correct horse")
        (self.folder / "password").write_text("correct horse\n")
        client = self.start("--wait", "0", "--password-file", str(self.folder / "password"))
        self.wait_for(lambda: client.report()["acknowledged"] > 3)

    def test_arguments_that_mean_nothing_are_refused(self):
        for arguments in ([], ["--front", "nowhere"], ["--front", "127.0.0.1:1", "--rate", "fast"],
                          ["--sentinel", "127.0.0.1:1"], ["--front", "127.0.0.1:1", "--verify"]):
            with self.subTest(arguments=arguments):
                run = subprocess.run([PROGRAM, *arguments], capture_output=True, stdin=subprocess.DEVNULL, check=False)
                self.assertEqual(run.returncode, 2)


if __name__ == "__main__":
    unittest.main()
