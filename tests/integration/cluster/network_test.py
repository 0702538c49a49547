#!/usr/bin/env python3
"""What strangers send: to the API, to the agents' own port, without the token.
Refused, counted, and nothing of it changes a running cluster."""

import random
import socket
import struct
import subprocess

import stage

TOKEN = "one-token-for-all-of-them"


class Strangers(stage.ClusterTest):
    def setUp(self):
        super().setUp()
        self.before = self.cluster.primary()
        # Others would only name it: orders are read where they are carried out.
        self.leader = self.wait_for("consensus has a leader", self.cluster.leader)
        self.pids = {node: self.cluster.agent_pid(node) for node in self.cluster.node_names()}

    def assert_unmoved(self):
        self.assertEqual(self.cluster.primary(), self.before)
        self.assertEqual({node: self.cluster.agent_pid(node) for node in self.pids}, self.pids, "an agent died")
        for node in self.pids:
            self.assertEqual(self.http(node, "/health").status, 200)

    def test_orders_that_are_none(self):
        path = "/v1/groups/redis/switchover"
        json_type = {"Content-Type": "application/json"}
        for body, status in ((b"{", 400), (b"[]", 400), (b"\xff\xfe\x00", 400), (b'"text"', 400),
                             (b'{"epoch":"one"}', 400), (b'{"epoch":1,"unknown":true}', 400),
                             (b"[" * 50_000, 400), (b'{"reason":"' + b"x" * 70_000 + b'"}', 413)):
            with self.subTest(body=body[:30]):
                reply = self.http(self.leader, path, method="POST", body=body, headers=json_type)
                self.assertEqual(reply.status, status, reply.body)
                self.assertEqual(reply.json()["error"]["kind"], "invalid")
        self.assertEqual(self.http(self.leader, "/v1/groups/redis/explode", method="POST", body=b"{}").status, 404)
        self.assertEqual(self.http(self.leader, path, method="DELETE").status, 405)
        self.assert_unmoved()

    def test_an_order_for_an_older_epoch_is_refused(self):
        body = '{"epoch":%d,"by":"test"}' % (self.before[2] - 1)
        reply = self.http(self.leader, "/v1/groups/redis/switchover", method="POST", body=body,
                          headers={"Content-Type": "application/json"})
        self.assertEqual((reply.status, reply.json()["error"]["kind"]), (409, "conflict"))
        self.assert_unmoved()

    def test_bytes_that_are_not_http(self):
        chance = random.Random(7)
        heads = [b"\0" * 100, chance.randbytes(5000), b"GET\r\n\r\n", b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
                 b"POST /v1/groups/redis/failover HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                 b"POST /v1/groups/redis/failover HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                 b"POST /v1/groups/redis/failover HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"POST /v1/groups/redis/failover HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"]
        host, port = self.api(self.leader).rsplit(":", 1)
        for head in heads:
            with self.subTest(head=head[:30]):
                self.say(host, int(port), head)
        self.assert_unmoved()

    def test_garbage_between_agents(self):
        chance = random.Random(11)
        node = "a"
        host = self.api(node).rsplit(":", 1)[0]
        port = self.peer_port()
        before = self.metric(node, "baton_frames_refused_total")
        frames = [chance.randbytes(4096), b"\0" * 64, struct.pack("<II", 0xFFFFFFFF, 0), struct.pack("<II", 5, 1) + b"GGGGG",
                  b"GET / HTTP/1.1\r\n\r\n", struct.pack("<II", 64 * 1024 * 1024, 7) + b"x" * 1000]
        for frame in frames:
            with self.subTest(frame=frame[:20]):
                self.say(host, port, frame)
        self.wait_for("refused frames are counted",
                      lambda: self.metric(node, "baton_frames_refused_total") >= before + 3)
        self.assert_unmoved()
        self.assertEqual(self.call("raft", "quorum-status").returncode, 0)

    def peer_port(self):
        address = next(each["address"] for each in self.answer("node", "list") if each["name"] == "a")
        return int(address.rsplit(":", 1)[1])

    @staticmethod
    def say(host, port, data):
        """Says it, and reads until the other side hangs up or is silent for a moment."""
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.settimeout(0.5)
            try:
                connection.sendall(data)
                while connection.recv(65536):
                    pass
            except OSError:
                pass


class ApiPort(stage.ClusterTest):
    def test_a_busy_port_is_named_and_the_others_serve_on(self):
        before = self.stop_standby_node("c")
        host, port = self.api("c").rsplit(":", 1)
        said = len(self.agent_log("c"))
        with socket.create_server((host, int(port))):
            self.start_node("c")
            line = self.wait_log("c", "[Aa]ddress already in use", since=said)
            self.assertIn(port, line)
            self.assertEqual(self.cluster.primary(), before)
        self.wait_healthy("c")
        self.wait_role("redis-c", "standby")


class Token(stage.ClusterTest):
    def setUp(self):
        super().setUp()
        for node in self.cluster.node_names():
            self.stop_node(node)
        secret = self.cluster.dir / "token"
        secret.write_text(TOKEN + "\n", encoding="utf-8")
        secret.chmod(0o600)
        with open(self.cluster.dir / "baton.yaml", "a", encoding="utf-8") as file:
            file.write(f"api: {{token_file: {secret}}}\n")
        for node in self.cluster.node_names():
            self.start_node(node)
        self.wait_steady()

    def test_without_it_nothing_is_told_or_done(self):
        before = self.cluster.primary()
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "},
                        {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            for method, path in (("GET", "/v1/groups"), ("GET", "/v1/cluster"), ("GET", "/raft/state"),
                                 ("GET", "/v1/events"), ("POST", "/v1/groups/redis/failover"),
                                 ("POST", "/v1/groups/redis/pause")):
                with self.subTest(headers=headers, path=path):
                    reply = self.http("a", path, method=method, headers=headers,
                                      body=b'{"accept_loss":true}' if method == "POST" else None)
                    self.assertIn(reply.status, (401, 403), reply.body)
                    self.assertNotIn(TOKEN, reply.body)
        for path in ("/health", "/healthz", "/metrics", "/primary", "/replica"):
            self.assertNotIn(self.http("a", path).status, (401, 403))
        self.assertEqual(self.http("a", "/v1/groups", headers={"Authorization": f"Bearer {TOKEN}"}).status, 200)
        self.assertEqual(self.cluster.primary(), before)

    def test_the_command_line_says_that_it_is_not_authorised(self):
        for token in ("", "wrong"):
            done = subprocess.run([str(self.cluster.baton), "--api", self.api("a"), "group", "list"], capture_output=True,
                                  text=True, check=False, timeout=30, env={**stage.os.environ, "BATON_TOKEN": token})
            self.assertEqual(done.returncode, 9, done.stdout + done.stderr)
        self.assertEqual(self.call("group", "list").returncode, 0)


class FilesDiffer(stage.ClusterTest):
    def test_doctor_shows_it_and_the_running_cluster_is_unchanged(self):
        before = self.cluster.status()
        node = next(name for name in self.cluster.node_names() if name != self.cluster.primary()[1])
        self.stop_node(node)
        own = self.folder / "other.yaml"
        text = (self.cluster.dir / "baton.yaml").read_text(encoding="utf-8")
        changed = text.replace("failover_block: 1s", "failover_block: 2s")
        self.assertNotEqual(changed, text)
        own.write_text(changed, encoding="utf-8")
        self.start_node(node, own)
        self.wait_steady()
        found = self.wait_for("doctor shows the difference", self.difference)
        self.assertIn(node, found["evidence"])
        after = self.cluster.status()
        self.assertEqual((after["epoch"], after["primary"]), (before["epoch"], before["primary"]))

    def difference(self):
        done = self.call("doctor", "--format", "json")
        check, = [each for each in stage.json.loads(done.stdout) if each["id"] == "BTN-D006"]
        return check if check["severity"] not in ("ok", "skipped") else None


if __name__ == "__main__":
    stage.main()
