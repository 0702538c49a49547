#!/usr/bin/env python3
"""The recorder against a real Redis: what it must notice, it notes; and it
stays on the connection it has."""

import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import direct
import history
import processes
import recorder
import respconn
import sentinel

SECONDS = 20  # Until a condition has to hold.


class Recorder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="baton-recorder-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.port = sentinel.free_ports(1)[0]
        self.server = self.start(
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", folder.name,
            "--requirepass", "secret", stdout=subprocess.DEVNULL)
        self.wait_for(self.answers)
        password = self.folder / "password"
        password.write_text("secret\n", encoding="utf-8")
        self.recorder = self.start(
            sys.executable, "-B", recorder.__file__, "--place", "a", "--password-file", str(password),
            f"redis-a=a=127.0.0.1:{self.port}", f"redis-b=b=127.0.0.1:{self.port}",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def start(self, *words, **how):
        process = subprocess.Popen(words, start_new_session=True, **how)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def answers(self):
        try:
            with respconn.Redis("127.0.0.1", self.port) as redis:
                return redis.ask("AUTH", "secret") == "OK"
        except OSError:
            return False

    def wait_for(self, condition):
        deadline = time.monotonic() + SECONDS
        while not (held := condition()):
            self.assertLess(time.monotonic(), deadline, "condition did not come true")
            time.sleep(0.01)
        return held

    def ask(self, *words):
        with respconn.Redis("127.0.0.1", self.port) as redis:
            redis.ask("AUTH", "secret")
            return redis.ask(*words)

    def order(self, text):
        self.recorder.stdin.write(text + "\n")
        self.assertEqual(self.recorder.stdout.readline(), "done\n")

    def notes(self):
        self.order(f"write {self.folder / 'notes'}")
        return history.read_writes((self.folder / "notes").read_text(encoding="utf-8"))

    def noted(self, outcome, instance="redis-a"):
        return [each for each in self.notes() if each.outcome == outcome and each.instance == instance]

    def clients(self):
        """Where the server's clients are connected from; whoever asks is one of them."""
        return {line.split()[1] for line in self.ask("CLIENT", "LIST").splitlines()}

    def test_acknowledged_writes_name_the_reign_they_went_into(self):
        reign = field(self.ask("INFO", "replication"), "master_replid")
        writes = self.wait_for(lambda: self.noted("a"))
        self.assertEqual({each.reign for each in writes}, {reign})
        self.assertTrue(all(each.near and each.sent <= each.received for each in writes))
        self.assertFalse(any(each.near for each in self.wait_for(lambda: self.noted("a", "redis-b"))))

    def test_a_server_that_is_opened_again_reigns_anew(self):
        self.wait_for(lambda: self.noted("a"))
        self.ask("REPLICAOF", "127.0.0.1", "1")
        self.wait_for(lambda: self.noted("f"))
        self.ask("REPLICAOF", "NO", "ONE")
        reigns = self.wait_for(lambda: (names := {each.reign for each in self.noted("a")}) and len(names) > 1 and names)
        self.assertEqual(len(reigns), 2)
        self.assertNotIn("-", reigns)

    def test_a_refused_write_changes_nothing_and_keeps_the_connection(self):
        self.ask("REPLICAOF", "127.0.0.1", "1")
        self.wait_for(lambda: self.noted("f") and self.noted("f", "redis-b"))
        self.order("begin")
        before, value = self.clients(), self.ask("GET", "recorder:a>redis-a")
        self.wait_for(lambda: len(self.noted("f")) > 20)
        self.assertEqual(self.noted("a"), [])
        self.assertEqual(self.ask("GET", "recorder:a>redis-a"), value)
        self.assertEqual(len(before & self.clients()), 2)

    def test_a_frozen_server_gets_one_write_and_answers_it_when_it_thaws(self):
        self.wait_for(lambda: self.noted("a"))
        processes.send(self.server.pid, signal.SIGSTOP)
        waiting = self.wait_for(self.same_write_waits)
        thawed = time.monotonic_ns()
        processes.send(self.server.pid, signal.SIGCONT)
        answered, = self.wait_for(lambda: [each for each in self.noted("a") if each.sent == waiting])
        self.assertGreater(answered.given_at_earliest, thawed)

    def same_write_waits(self):
        """When the write was sent that was not answered for a while; None if all are."""
        looks = []
        for _ in range(2):
            looks.append({each.sent for each in self.noted("u")})
            time.sleep(0.2)
        same = looks[0] & looks[1]
        return same.pop() if same else None

    def test_a_server_that_comes_back_is_found_again(self):
        before = {each.reign for each in self.wait_for(lambda: self.noted("a"))}
        self.server.kill()
        self.server.wait()
        self.order("begin")
        self.server = self.start(*self.server.args, stdout=subprocess.DEVNULL)
        after = {each.reign for each in self.wait_for(lambda: self.noted("a"))}
        self.assertFalse(before & after)

    def test_in_a_hurry_writes_follow_each_other_without_a_pause(self):
        self.wait_for(lambda: self.noted("a"))
        self.order("begin")
        self.order("hurry")
        writes = self.wait_for(lambda: len(found := self.noted("a")) > 20 and found)
        pauses = sorted(later.sent - earlier.received for earlier, later in zip(writes, writes[1:]))
        self.assertLess(pauses[0], recorder.NEAR_PERIOD * 1e9)

    def test_the_kernel_says_when_an_answer_arrived(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, direct.SO_TIMESTAMPNS, 1)

            def stamped():
                # The kernel begins to stamp a moment after the first one asked for it.
                connection.sendall(respconn.encode("AUTH", "secret"))
                _, ancillary, *_ = connection.recvmsg(100, 256)
                return direct.SO_TIMESTAMPNS in [kind for _, kind, _ in ancillary]
            self.wait_for(stamped)

    def test_a_late_look_is_not_a_late_answer(self):
        arrived = time.time_ns() - 3_000_000_000
        stamp = struct.pack("qq", *divmod(arrived, 1_000_000_000))
        looked = time.monotonic_ns()
        found = direct.arrival([(socket.SOL_SOCKET, direct.SO_TIMESTAMPNS, stamp)])
        self.assertLess(found, looked)
        self.assertGreaterEqual(direct.arrival([]), looked)


def field(text, name):
    return next(line.split(":", 1)[1] for line in text.splitlines() if line.startswith(name + ":"))


if __name__ == "__main__":
    unittest.main()
