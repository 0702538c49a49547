#!/usr/bin/env python3
"""Orders of an operator: switchover, failover, pause and resume, and what is
refused with its reason."""

import json

import respconn
import stage


class Switchover(stage.ClusterTest):
    def test_to_a_named_node_and_back_loses_nothing_and_copies_nothing(self):
        client = self.writer()
        syncs = respconn.FullSyncs(self.cluster.endpoints())
        first, home, epoch = self.cluster.primary()
        away = next(name for name in self.cluster.node_names() if name != home)
        for turn, target in enumerate((away, home), 1):
            done = self.call("group", "switchover", "redis", "--to", target, "--yes", "--reason", "test")
            self.assertEqual(done.returncode, 0, done.stderr)
            instance, node, now = self.cluster.primary()
            self.assertEqual((node, now), (target, epoch + turn))
            self.assert_nothing_lost(client)
            self.wait_steady()
        self.assertEqual(instance, first)
        self.assertEqual(syncs.since(), 0, "a switchover made a standby copy everything")

    def test_a_dry_run_shows_the_plan_and_changes_nothing(self):
        before = self.cluster.primary()
        plan = self.answer("group", "switchover", "redis", "--dry-run")
        self.assertEqual(plan["kind"], "switchover")
        self.assertEqual(plan["from"], before[0])
        self.assertEqual(self.cluster.primary(), before)
        self.assertIsNone(self.cluster.status().get("request"))

    def test_an_unfit_target_is_refused_with_its_reason(self):
        before = self.cluster.primary()
        down = next(name for name in self.cluster.node_names() if name != before[1])
        instance = f"redis-{down}"
        up_again = self.kill_node(down)
        plan = ("group", "switchover", "redis", "--to", instance)
        self.wait_for("the dead node is unfit", lambda: self.call(*plan, "--dry-run").returncode == 5)
        done = self.call(*plan, "--yes")
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
        self.assertRegex(done.stderr, f"{instance}.*(silent|heard|report)")
        self.assertEqual(self.cluster.primary(), before)
        for target in (before[0], before[1]):
            done = self.call("group", "switchover", "redis", "--to", target, "--yes")
            self.assertEqual(done.returncode, 5, f"to {target}, the primary itself: {done.stderr}")
        unknown = self.call("group", "switchover", "redis", "--to", "redis-zz", "--yes")
        self.assertNotEqual(unknown.returncode, 0)
        self.assertIn("redis-zz", unknown.stderr)
        self.assertEqual(self.cluster.primary(), before)
        up_again()


class Failover(stage.ClusterTest):
    def test_on_request_although_the_primary_serves(self):
        old, _, epoch = self.cluster.primary()
        done = self.call("group", "failover", "redis", "--yes", "--reason", "drill")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.wait_role(old, "standby")
        self.wait_steady()
        self.assertIn("failover.requested", [each["rule"] for each in self.answer("why", "redis")])

    def test_force_needs_a_reason(self):
        before = self.cluster.primary()
        self.assertEqual(self.call("group", "failover", "redis", "--force").returncode, 2)
        self.assertEqual(self.cluster.primary(), before)


class Pause(stage.ClusterTest):
    def test_while_paused_nobody_replaces_a_dead_primary(self):
        old, _, epoch = self.cluster.primary()
        self.assertEqual(self.call("group", "pause", "redis", "--yes", "--reason", "work").returncode, 0)
        self.assertTrue(self.cluster.status()["paused"])
        self.cluster.kill()
        self.wait_for("the agents say why nothing happens", lambda: any(
            each["name"] == "rule.failover.paused" for each in self.events()))
        self.assertEqual(self.cluster.status()["epoch"], epoch)
        self.assertEqual(self.call("group", "resume", "redis", "--yes").returncode, 0)
        self.wait_primary(epoch_above=epoch)
        self.wait_steady()
        self.assertFalse(self.cluster.status()["paused"])

    def test_a_failover_may_be_asked_for_while_paused(self):
        old, _, epoch = self.cluster.primary()
        self.assertEqual(self.call("group", "pause", "redis", "--yes").returncode, 0)
        done = self.call("group", "failover", "redis", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(self.cluster.primary()[0], old)
        self.assertTrue(self.cluster.status()["paused"], "a failover ended the pause")


class Unreachable(stage.ClusterTest):
    """No agent runs: nothing is known, and that is said."""

    def test_every_command_answers_unknown(self):
        self.assertEqual(self.call("playground", "down").returncode, 0)
        for words in (("cluster", "status"), ("cluster", "health"), ("node", "list"), ("node", "is-healthy", "a"),
                      ("raft", "status"), ("raft", "leader"), ("raft", "quorum-status"), ("group", "list"),
                      ("group", "show", "redis"), ("group", "switchover", "redis", "--yes"),
                      ("group", "failover", "redis", "--yes"), ("group", "pause", "redis", "--yes"),
                      ("replication", "status"), ("events",), ("why", "redis")):
            with self.subTest(command=words):
                done = self.call(*words)
                self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
                self.assertIn("unknown", done.stderr)

    def test_doctor_finds_the_error(self):
        self.assertEqual(self.call("playground", "down").returncode, 0)
        done = self.call("doctor", "--format", "json")
        self.assertEqual(done.returncode, 4, done.stderr)
        failed = {each["id"] for each in json.loads(done.stdout) if each["severity"] == "error"}
        self.assertIn("BTN-D002", failed)


if __name__ == "__main__":
    stage.main()
