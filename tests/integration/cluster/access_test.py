#!/usr/bin/env python3
"""Tokens with roles, and the record of who changed what."""

import json
import os
import unittest.mock

import processes
import stage


class Access(stage.ClusterTest):
    """A cluster that asks everybody for a token."""

    def setUp(self):
        self.file = self.temporary_folder() / "tokens"
        self.tokens = {}
        for role in ("read", "operate", "admin"):
            self.add(role)
        # The playground, and every command without a token of its own, may do everything.
        patch = unittest.mock.patch.dict(os.environ, {"BATON_TOKEN": self.tokens["admin"]})
        patch.start()
        self.addCleanup(patch.stop)
        super().setUp()

    def config(self):
        like = self.temporary_folder() / "like.yaml"
        nodes = "".join(f"  - {{name: {name}, host: 127.0.0.{place}}}\n" for place, name in enumerate("abc", 1))
        instances = ", ".join(f"{{node: {name}, port: 6379}}" for name in "abc")
        like.write_text(f"cluster: like\nnodes:\n{nodes}api: {{tokens_file: {self.file}}}\n"
                        f"groups:\n  - name: redis\n    fronts: {{write: 7000, read: 7001}}\n    failover_block: 1s\n"
                        f"    instances: [{instances}]\n", encoding="utf-8")
        return like

    def add(self, role, name=None):
        done = stage.subprocess.run(
            [str(stage.playground.binary()), "token", "add", "--file", str(self.file), "--name", name or f"the-{role}",
             "--role", role], capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.tokens[name or role] = done.stdout.strip()

    def as_role(self, role, *words):
        return self.call(*words, environment={"BATON_TOKEN": self.tokens[role]})

    def header(self, role):
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    def seen_by(self, node, path="/v1/groups/redis"):
        try:
            reply = self.http(node, path, headers=self.header("admin"))
            return reply.json() if reply.status == 200 else None
        except (OSError, ValueError):
            return None

    def record(self):
        return self.answer("audit", "--limit", "1000")

    def test_each_role_may_do_what_it_says_and_it_is_recorded(self):
        kept = self.file.read_text(encoding="utf-8")
        for token in self.tokens.values():
            self.assertNotIn(token.removeprefix("baton_"), kept)
        self.assertEqual(self.http("a", "/v1/groups").status, 401)
        self.assertEqual(self.http("a", "/primary").status in (200, 503), True)
        before = self.cluster.primary()

        self.assertEqual(self.as_role("read", "group", "list").returncode, 0)
        for words in (("group", "switchover", "redis", "--yes"), ("group", "pause", "redis", "--yes")):
            done = self.as_role("read", *words)
            self.assertEqual(done.returncode, 9, done.stderr)
            self.assertIn("has the role read, and this needs operate", done.stderr)
        self.assertEqual(self.as_role("operate", "audit").returncode, 9)
        self.assertEqual(self.as_role("operate", "config", "apply", str(self.cluster.dir / "baton.yaml"), "--yes")
                         .returncode, 9)
        self.assertEqual(self.cluster.primary(), before)

        target = next(name for name in self.cluster.node_names() if name != before[1])
        done = self.as_role("operate", "group", "switchover", "redis", "--to", target, "--yes", "--reason", "practice")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_steady()
        self.assert_recorded(target)

    def assert_recorded(self, target):
        moved, = [each for each in self.record() if each["path"].endswith("/switchover") and each["outcome"] == "done"]
        self.assertEqual((moved["who"], moved["role"], moved["status"]), ("the-operate", "operate", 202))
        self.assertEqual((moved["asked"]["to"], moved["asked"]["reason"]), (target, "practice"))
        self.assertTrue(moved["from"].startswith("127."))
        self.assertEqual(moved["node"], self.cluster.leader())
        self.assertIn("entry", moved["answer"])
        refused = [each for each in self.record() if each["outcome"] == "refused"]
        self.assertLessEqual({("the-read", 403), ("", 401)}, {(each["who"], each["status"]) for each in refused})
        self.assertIn("the-operate", self.call("audit", "-o", "wide").stdout)

        # Durable before it was answered: what dies then takes nothing of it along.
        node = moved["node"]
        path = self.cluster.dir / "nodes" / node / "audit.log"
        self.assertIn('"the-operate"', path.read_text(encoding="utf-8"))
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        for token in self.tokens.values():
            self.assertNotIn(token, path.read_text(encoding="utf-8"))
        old = self.cluster.agent_pid(node)
        self.cluster.kill_agent(node)
        self.wait_for("the agent is back", lambda: processes.alive(self.cluster.agent_pid(node))
                      and self.cluster.agent_pid(node) != old and self.seen_by(node))
        self.assertIn(json.dumps(moved), [json.dumps(each) for each in self.record()])

    def test_a_token_is_taken_back_and_given_without_a_restart(self):
        self.add("operate", "newcomer")
        self.wait_for("the new token is known",
                      lambda: self.http("b", "/v1/groups", headers=self.header("newcomer")).status == 200)
        lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        self.file.write_text("".join(line for line in lines if not line.startswith("newcomer ")), encoding="utf-8")
        self.wait_for("the token is known no more",
                      lambda: self.http("b", "/v1/groups", headers=self.header("newcomer")).status == 401)
        self.assertEqual(self.http("b", "/v1/groups", headers=self.header("read")).status, 200)

    def test_guesses_are_counted_and_fill_no_disk(self):
        path = self.cluster.dir / "nodes" / "a" / "audit.log"
        for count in range(200):
            reply = self.http("a", "/v1/groups", headers={"Authorization": f"Bearer guess-{count}"})
            self.assertEqual(reply.status, 401)
        self.assertGreaterEqual(self.metric("a", "baton_api_requests_refused_total"), 200)
        self.assertLess(len(path.read_text(encoding="utf-8").splitlines()), 100)
        self.assertNotIn("guess-", path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    stage.main()
