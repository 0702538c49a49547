#!/usr/bin/env python3
"""What a healthy cluster answers: the two contracts for programs, the commands
with their exit codes, and the role endpoints for load balancers."""

import json

import playground
import stage


class Answers(stage.ClusterTest):
    """One cluster for all: nothing here changes it."""

    shared = None

    @classmethod
    def setUpClass(cls):
        cls.shared = playground.Playground()
        cls.addClassCleanup(cls.shared.close)
        cls.shared.up()

    def setUp(self):
        self.cluster = self.shared

    # Contracts: these members may be joined by others, never change or go.

    def test_the_description_of_a_playground(self):
        described = self.cluster.description
        self.assertEqual(described["version"], 1)
        self.assertEqual(described["config"], str(self.cluster.dir / "baton.yaml"))
        self.assertEqual([each["name"] for each in described["nodes"]], ["a", "b", "c"])
        for node in described["nodes"]:
            self.assertIsInstance(node["agent"]["pid"], int)
            self.assertGreater(node["agent"]["pid"], 1)
            self.assertRegex(node["agent"]["api"], r"^127\.0\.0\.\d:\d+$")
        group, = described["groups"]
        self.assertEqual((group["name"], group["kind"]), ("redis", "redis"))
        for door in ("write", "read"):
            front = group["fronts"][door]
            self.assertIsInstance(front["host"], str)
            self.assertIsInstance(front["port"], int)
            self.assertEqual([each["node"] for each in front["all"]], ["a", "b", "c"])
            self.assertTrue(all(set(each) >= {"node", "host", "port"} for each in front["all"]))
        for instance in group["instances"]:
            self.assertGreaterEqual(set(instance), {"id", "node", "pid", "host", "port"})
            self.assertEqual(int(self.info(instance["id"], "server")["process_id"]), instance["pid"])

    def test_the_list_of_groups(self):
        group, = self.answer("group", "list")
        self.assertGreaterEqual(set(group), {"name", "kind", "phase", "epoch", "primary", "instances"})
        self.assertEqual((group["name"], group["kind"], group["phase"]), ("redis", "redis", "steady"))
        self.assertIsInstance(group["epoch"], int)
        self.assertEqual(set(group["primary"]), {"instance", "node"})
        self.assertEqual(len(group["instances"]), 3)
        for instance in group["instances"]:
            self.assertGreaterEqual(set(instance), {"id", "node", "role", "health", "lag_bytes"})
            self.assertEqual(instance["health"], "healthy")
        self.assertEqual(sorted(each["role"] for each in group["instances"]), ["primary", "standby", "standby"])

    # Commands

    def test_cluster(self):
        status = self.answer("cluster", "status")
        self.assertEqual((status["quorum"], status["health_score"], len(status["nodes"])), (True, 100, 3))
        self.assertEqual(self.call("cluster", "health").returncode, 0)
        self.assertEqual(self.call("cluster", "health-score").stdout.strip(), "100")

    def test_nodes(self):
        self.assertEqual(self.call("node", "list").stdout.split(), ["a", "b", "c"])
        for node in self.answer("node", "list"):
            self.assertGreaterEqual(set(node), {"name", "role", "health", "phi", "address", "voter"})
        self.assertEqual(self.call("node", "is-healthy", "--node=b").returncode, 0)
        self.assertEqual(self.call("node", "is-healthy", "nobody").returncode, 2)

    def test_raft(self):
        leader = self.call("raft", "leader").stdout.strip()
        self.assertIn(leader, ("a", "b", "c"))
        status = self.answer("raft", "status")
        self.assertEqual(status["leader"], leader)
        self.assertEqual(sorted(each["role"] for each in status["nodes"]), ["follower", "follower", "leader"])
        quorum = self.answer("raft", "quorum-status")
        self.assertEqual([(each["name"], each["quorum"]) for each in quorum], [(name, True) for name in "abc"])

    def test_replication(self):
        rows = self.answer("replication", "status")
        self.assertIn("redis-b", json.dumps(rows))
        self.assertEqual(self.call("replication", "lag").returncode, 0)
        self.assertIn("lag_bytes", json.dumps(self.answer("replication", "lag")))
        self.assertEqual(self.call("replication", "status", "nothing").returncode, 2)

    def test_history(self):
        names = {each["name"] for each in self.events()}
        self.assertLessEqual({"group.appointed", "instance.opened", "member.started"}, names)
        decisions = self.answer("why", "redis")
        self.assertEqual([each["rule"] for each in decisions][:2], ["birth.appoint", "promote.done"])
        for decision in decisions:
            self.assertTrue(decision["why"] and decision["inputs"])
        self.assertIn("birth.appoint", self.call("why", "redis", "1").stdout)
        self.assertEqual(self.call("why", "nothing").returncode, 2)
        on_each = [self.seen_by(node, "/v1/groups/redis/decisions") for node in "abc"]
        self.assertEqual(on_each[0], on_each[1])
        self.assertEqual(on_each[0], on_each[2])

    def test_doctor(self):
        checks = self.answer("doctor")
        self.assertEqual([each for each in checks if each["severity"] == "error"], [])
        for check in checks:
            self.assertGreaterEqual(set(check), {"id", "title", "severity", "evidence", "why", "fix"})

    def test_a_wrong_command_is_usage(self):
        for words in (("group", "lisst"), ("group", "show"), ("cluster", "status", "--format", "xml")):
            self.assertEqual(self.call(*words).returncode, 2, words)

    # HTTP

    def test_role_endpoints(self):
        _, primary_node, epoch = self.cluster.primary()
        standby_node = next(name for name in "abc" if name != primary_node)
        expected = {(primary_node, "/primary"): 200, (primary_node, "/leader"): 200, (primary_node, "/read-write"): 200,
                    (primary_node, "/replica"): 503, (primary_node, "/read-only"): 200,
                    (standby_node, "/primary"): 503, (standby_node, "/read-write"): 503,
                    (standby_node, "/replica"): 200, (standby_node, "/read-only"): 200}
        for (node, path), status in expected.items():
            with self.subTest(node=node, path=path):
                reply = self.http(node, path + "?group=redis")
                self.assertEqual(reply.status, status, reply.body)
                self.assertEqual(reply.headers["X-Baton-Group"], "redis")
                self.assertEqual(int(reply.headers["X-Baton-Epoch"]), epoch)
                self.assertEqual(reply.headers["X-Baton-Role"], "primary" if node == primary_node else "standby")
                body = reply.json()
                self.assertEqual((body["node"], body["epoch"], body["phase"]), (node, epoch, "steady"))
                self.assertEqual(body["serving"], status == 200)
                self.assertTrue(body["serving"] or body["why"], "a refusal without a reason")
        reply = self.http(primary_node, "/primary")
        self.assertTrue(0 < int(reply.headers["X-Baton-Lease-Remaining-Ms"]) <= 750)
        self.assertTrue(0 < reply.json()["lease_remaining_ms"] <= 750)
        self.assertEqual(self.http(primary_node, "/primary", method="HEAD").status, 200)

    def test_health_and_metrics(self):
        for path in ("/health", "/health/detailed", "/healthz", "/readyz", "/raft/state", "/raft/health",
                     "/replication/status", "/v1/cluster", "/v1/nodes", "/openapi.json"):
            with self.subTest(path=path):
                reply = self.http("b", path)
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(reply.headers["X-Baton-Api-Version"], "1")
        self.assertEqual(sum(self.metric(node, "baton_group_primary_here") for node in "abc"), 1)
        self.assertEqual(sum(self.metric(node, "baton_raft_is_leader") for node in "abc"), 1)
        self.assertEqual(self.metric("a", "baton_health_score"), 100)
        self.assertEqual(self.http("a", "/v1/groups/nothing").status, 404)


if __name__ == "__main__":
    stage.main()
