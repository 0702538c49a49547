#!/usr/bin/env python3
"""What an operator lets a node do: drained it leads nothing and nothing is lost,
fenced it does not act, restarts included, until it rejoins."""

import json

import respconn
import stage


class Drained(stage.ClusterTest):
    def test_a_drained_node_leads_nothing_and_nothing_is_lost(self):
        client = self.writer("--wait", "1")
        old, node, epoch = self.cluster.primary()
        self.done("node", "drain", "--node", node, "--yes")
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.wait_for("another leads consensus", lambda: self.cluster.leader() not in (None, node))
        self.assert_nothing_lost(client)
        self.wait_steady()
        second, _, epoch = self.cluster.primary()
        client.stop()
        self.wait_for("both standbys hold everything", lambda: [
            each["lag_bytes"] for each in self.cluster.status()["instances"] if each["id"] != second] == [0, 0])
        self.cluster.kill()
        third = self.wait_primary(other_than=second, epoch_above=epoch)
        self.assertNotEqual(third[1], node, "a drained node was chosen although another held as much")
        self.done("node", "rejoin", "--node", node, "--yes")
        self.assertEqual(self.duty(node), "active")

    def done(self, *words):
        result = self.call(*words)
        self.assertEqual(result.returncode, 0, f"baton {' '.join(words)}: {result.stdout}{result.stderr}")
        return result

    def duty(self, node):
        return next(each["duty"] for each in json.loads(self.done("node", "list", "--format", "json").stdout)
                    if each["name"] == node)


class Fenced(Drained):
    test_a_drained_node_leads_nothing_and_nothing_is_lost = None

    def test_a_fenced_primary_is_replaced_and_stays_fenced_across_its_restart(self):
        client = self.writer("--wait", "1")
        old, node, epoch = self.cluster.primary()
        self.done("node", "fence", "--node", node, "--force", "--yes")
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.assert_nothing_lost(client)
        self.assert_fenced(old)
        self.assertEqual(self.call("cluster", "health").returncode, 1)
        self.stop_node(node)
        self.start_node(node)
        self.wait_healthy(node)
        self.wait_for("the server runs again", lambda: self.answers(old))
        self.assert_fenced(old)
        self.done("node", "rejoin", "--node", node, "--force-resync", "--yes")
        self.wait_role(old, "standby")
        self.wait_steady()
        self.done("cluster", "verify-consistency")
        self.assertEqual(self.duty(node), "active")

    def test_a_dead_node_is_fenced_by_force_and_learns_it_when_it_returns(self):
        node = next(name for name in self.cluster.node_names() if name != self.cluster.primary()[1])
        self.stop_node(node)
        self.wait_for("its silence is noticed", lambda: self.call("node", "is-healthy", node).returncode == 1)
        refused = self.call("node", "fence", "--node", node, "--yes")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("not heard", refused.stderr)
        self.done("node", "fence", "--node", node, "--force", "--yes")
        self.start_node(node)
        self.wait_healthy(node)
        self.wait_for("the server runs again", lambda: self.answers(f"redis-{node}"))
        self.assert_fenced(f"redis-{node}")

    def answers(self, instance):
        try:
            return self.ask(instance, "PING") == "PONG"
        except (OSError, respconn.RedisError):
            return False

    def assert_fenced(self, instance):
        """It takes no write, and follows nobody."""
        with self.assertRaises(respconn.RedisError) as refused:
            self.ask(instance, "SET", "fenced", "1")
        self.assertIn("READONLY", str(refused.exception))
        info = self.info(instance, "replication")
        self.assertEqual((info["role"], info["master_link_status"]), ("slave", "down"))
        self.assertEqual(info["master_port"], "1", "it follows somebody")


if __name__ == "__main__":
    stage.main()
