#!/usr/bin/env python3
"""Servers and nodes die or freeze under confirmed writes: another primary takes
over, nothing confirmed is lost, and what comes back comes back as a standby."""

import signal
import time

import processes
import respconn
import stage

LEASE = 0.75  # Seconds, the default.


class Failover(stage.ClusterTest):
    def test_a_killed_primary_is_replaced_and_returns_as_standby(self):
        client = self.writer()
        old, _, epoch = self.cluster.primary()
        self.cluster.kill()
        now = self.wait_primary(other_than=old, epoch_above=epoch)
        self.assert_nothing_lost(client)
        self.wait_role(old, "standby")
        self.wait_steady()
        self.assertEqual(self.cluster.primary(), now, "one failure is one failover")
        self.assertEqual(self.info(old, "replication")["role"], "slave")
        rules = [each["rule"] for each in self.answer("why", "redis")]
        self.assertIn("failover.closed", rules)
        self.assertIn("fence.appoint", rules)

    def test_a_frozen_primary_is_killed_and_replaced(self):
        client = self.writer()
        old, _, epoch = self.cluster.primary()
        pid = self.cluster.instance_pid(old)
        thaw = self.cluster.freeze()
        self.addCleanup(thaw)
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.assertFalse(processes.alive(pid), "the frozen server lives although another is primary")
        self.assert_nothing_lost(client)
        self.wait_role(old, "standby")
        names = [each["name"] for each in self.events()]
        self.assertIn("instance.killed", names)

    def test_a_frozen_standby_changes_no_role(self):
        before = self.cluster.primary()
        client = self.writer("--wait", "1")
        frozen = self.standbys()[0]
        pid = self.cluster.instance_pid(frozen)
        processes.send(pid, signal.SIGSTOP)
        self.addCleanup(processes.send, pid, signal.SIGCONT)
        self.wait_for("the frozen standby was killed", lambda: not processes.alive(pid))
        self.wait_role(frozen, "standby")
        self.assertEqual(self.cluster.primary(), before)
        self.assert_nothing_lost(client)

    def test_a_dead_node_is_replaced_and_returns_as_standby(self):
        client = self.writer()
        old, node, epoch = self.cluster.primary()
        killed_at = time.monotonic()
        up_again = self.kill_node(node)
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.assertGreater(time.monotonic() - killed_at, LEASE / 2,
                           "a node that cannot prove its end was replaced within its lease")
        self.assert_nothing_lost(client)
        self.assert_symptoms(self.cluster.primary()[1], f'peer="{node}"')
        self.assertEqual(self.call("node", "is-healthy", node).returncode, 1)
        up_again()
        self.wait_role(old, "standby")
        self.wait_steady()
        self.assertEqual(self.call("node", "is-healthy", node).returncode, 0)
        self.assert_nothing_lost(client)


    def assert_symptoms(self, witness, dead):
        """What a survivor's metrics show of a dead node."""
        self.wait_for("the dead node counts as failed", lambda: self.metric(witness, "baton_phi_accrual", dead) >= 16)
        self.assertEqual(self.metric(witness, "baton_peer_connected", dead), 0)
        self.wait_for("the dead node's answer is waited for longer and longer",
                      lambda: self.metric(witness, "baton_peer_round_trip_seconds", dead) > LEASE)


class NoMajority(stage.ClusterTest):
    def test_a_primary_without_majority_closes_itself_and_nobody_is_promoted(self):
        primary, node, epoch = self.cluster.primary()
        self.assertEqual(self.ask(primary, "SET", "before", "1"), "OK")
        others = [name for name in self.cluster.node_names() if name != node]
        for name in others:
            self.kill_node(name)
        self.assert_closes_within_lease(primary)
        self.assert_unknown(node, epoch)
        self.cluster.up()
        self.wait_steady()
        instance = self.cluster.primary()[0]
        self.assertEqual(self.ask(instance, "GET", "before"), "1")
        self.assertEqual(self.ask(instance, "SET", "after", "1"), "OK")

    def assert_closes_within_lease(self, primary):
        """No write that is sent after a whole lease may be accepted."""
        since = time.monotonic()
        refusals = 0
        deadline = since + stage.PATIENCE
        while refusals < 20:
            self.assertLess(time.monotonic(), deadline, "the primary does not close")
            sent = time.monotonic()
            try:
                self.ask(primary, "SET", "during", "1")
                self.assertLess(sent - since, LEASE, "a write sent after the lease was accepted")
            except (OSError, respconn.RedisError):
                refusals += 1
            time.sleep(0.05)

    def assert_unknown(self, node, epoch):
        self.assertEqual(self.call("raft", "leader").returncode, 4)
        self.assertEqual(self.call("node", "is-healthy", node).returncode, 4)
        for verb in ("switchover", "failover", "pause"):
            done = self.call("group", verb, "redis", "--yes")
            self.assertEqual(done.returncode, 4, f"{verb}: {done.stderr}")
        health = self.call("cluster", "health")
        self.assertNotEqual(health.returncode, 0, health.stdout)
        self.assertEqual(self.call("raft", "quorum-status").returncode, 1)
        self.assertEqual(self.http(node, "/primary").status, 503)
        self.assertEqual(self.seen_by(node)["epoch"], epoch, "a minority appointed somebody")


class ColdStop(stage.ClusterTest):
    def test_everything_stopped_in_order_keeps_the_data(self):
        instance, _, epoch = self.cluster.primary()
        for number in range(100):
            self.ask(instance, "SET", f"key-{number}", number)
        with respconn.Redis(*self.endpoint(instance)) as redis:
            redis.ask("SET", "last", "word")
            self.assertGreaterEqual(int(redis.ask("WAIT", 2, 5000)), 1)
        guards = [self.cluster.guard_pid(name) for name in self.cluster.node_names()]
        everything = [pid for guard in guards for pid in [guard, *processes.descendants(guard)]]
        self.assertEqual(self.call("playground", "down").returncode, 0)
        self.assertEqual(processes.wait_gone(everything, 5), [], "down left something running")
        self.cluster.up()
        self.wait_steady()
        now, _, after = self.cluster.primary()
        self.assertGreater(after, epoch)
        self.assertEqual(self.ask(now, "DBSIZE"), 101)
        self.assertEqual(self.ask(now, "GET", "last"), "word")


if __name__ == "__main__":
    stage.main()
