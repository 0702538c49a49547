#!/usr/bin/env python3
"""The smaller side of a cut network: its leader steps down, it commits nothing and
answers nothing as if it were current; one failover happens on the other side, once,
and the old primary takes no write from then on."""

import subprocess
import time

import partition_test
import respconn
import stage

IDLE = 15  # Seconds without an event in which nothing may be repeated.


class Minority(partition_test.WiredTest):
    def setUp(self):
        super().setUp()
        self.old, self.lost, self.epoch = self.cluster.primary()
        self.cluster.place_leader(self.lost)
        self.others = [node for node in self.cluster.node_names() if node != self.lost]

    def takes_writes(self, instance):
        try:
            return self.ask(instance, "SET", "probe", "1") == "OK"
        except (OSError, respconn.RedisError):
            return False

    def raft(self, node):
        return self.http(node, "/raft/state").json()

    def appointments(self):
        return [each for each in self.answer("why", "redis") if each["rule"].endswith(".appoint")]

    def for_loop(self, *words):
        """What a shell's loop makes of a command that prints names."""
        done = subprocess.run(["sh", "-c", 'for node in $("$@"); do echo "<$node>"; done', "sh", str(self.cluster.baton),
                               "--dir", str(self.cluster.dir), *words], capture_output=True, text=True, timeout=60,
                              check=False)
        return done.stdout.split()

    def wait_one_primary(self):
        """Until another takes writes; from that moment the old one must not."""
        def other_writes():
            now = self.cluster.primary()
            return now and now[0] != self.old and self.takes_writes(now[0])
        self.wait_for("another takes writes", other_writes)
        for _ in range(50):
            self.assertFalse(self.takes_writes(self.old), "two servers take writes at one time")

    def test_it_decides_nothing_and_its_primary_closes(self):
        self.assertEqual(self.for_loop("node", "list", "--unhealthy"), [])
        before = self.appointments()
        self.wires.isolate(self.lost)
        self.wait_one_primary()
        self.the_smaller_side_knows_that_it_is_one()
        self.assertEqual(self.for_loop("node", "list"), [f"<{node}>" for node in self.cluster.node_names()])
        self.wait_for("the lost node is listed",
                      lambda: self.for_loop("node", "list", "--unhealthy") == [f"<{self.lost}>"])
        self.wires.mend()
        self.wait_verdict("whole", 0)
        self.wait_steady()
        self.nothing_of_it_was_agreed_on()
        self.wait_role(self.old, "standby")
        with self.assertRaisesRegex(respconn.RedisError, "READONLY"):
            self.ask(self.old, "SET", "late", "1")
        self.once_and_no_more(before)

    def the_smaller_side_knows_that_it_is_one(self):
        self.wait_for("its leader steps down", lambda: self.raft(self.lost)["role"] != "leader")
        self.assertFalse(self.raft(self.lost)["quorum_active"])
        committed = self.raft(self.lost)["commit_index"]
        for path in ("/primary", "/raft/health"):
            self.assertEqual(self.http(self.lost, path).status, 503, path)
        order = self.http(self.lost, "/v1/groups/redis/pause", method="POST", body="{}")
        self.assertEqual(order.status, 503, order.body)
        self.assertEqual(self.raft(self.lost)["commit_index"], committed, "a minority committed something")
        self.assertEqual(self.call("raft", "quorum-status", f"--node={self.lost}").returncode, 1)
        for node in self.others:
            self.assertEqual(self.call("raft", "quorum-status", f"--node={node}").returncode, 0)
        leaders = [node for node in self.cluster.node_names() if self.raft(node)["role"] == "leader"]
        self.assertEqual(len(leaders), 1, leaders)
        self.assertIn(leaders[0], self.others)
        self.assertEqual(self.call("cluster", "check-partition").returncode, 1)

    def nothing_of_it_was_agreed_on(self):
        self.assertFalse(self.cluster.status()["paused"], "an order given to the smaller side was carried out")
        self.assertEqual(self.call("cluster", "verify-consistency").returncode, 0)

    def once_and_no_more(self, before):
        """One failure, one failover: its record is there once, and no timer begins another."""
        after = self.appointments()
        self.assertEqual(len(after), len(before) + 1, after)
        now = self.cluster.primary()
        self.assertEqual(now[2], self.epoch + 1)
        until = time.monotonic() + IDLE
        while time.monotonic() < until:
            self.assertEqual(self.cluster.primary(), now)
            time.sleep(0.5)
        self.assertEqual(self.appointments(), after)
        told = [each for each in self.seen_by(self.others[0], "/v1/events?limit=10000")
                if each["name"] == "group.appointed" and each["fields"]["epoch"] == str(now[2])]
        self.assertEqual(len(told), 1, told)


class OpenedByHand(stage.ClusterTest):
    def test_a_second_primary_is_told_and_mended(self):
        primary = self.cluster.primary()
        standby = self.standbys()[0]
        self.assertEqual(self.metric("a", "baton_instance_unappointed_total"), 0)
        self.ask(standby, "REPLICAOF", "NO", "ONE")
        told = self.wait_for("an event tells it", lambda: [
            each for each in self.events() if each["name"] == "instance.unappointed"])
        self.assertEqual([(each["severity"], each["fields"]["instance"]) for each in told], [("error", standby)])
        for node in self.cluster.node_names():
            self.wait_for(f"the metric of {node} counts it", lambda name=node: self.metric(
                name, "baton_instance_unappointed_total", f'instance="{standby}"') == 1)
        health = self.call("cluster", "health")
        self.assertEqual(health.returncode, 1)
        self.assertIn(f"instance {standby} is degraded: it took writes although nobody had appointed it",
                      health.stdout)
        self.wait_for("it is a standby again", lambda: self.follows(standby))
        self.assertEqual(self.cluster.primary(), primary, "a role changed")
        with self.assertRaisesRegex(respconn.RedisError, "READONLY"):
            self.ask(standby, "SET", "by", "hand")

    def follows(self, standby):
        info = self.info(standby, "replication")
        return info["role"] == "slave" and info["master_link_status"] == "up"


if __name__ == "__main__":
    stage.main()
