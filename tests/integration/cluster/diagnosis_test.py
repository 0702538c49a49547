#!/usr/bin/env python3
"""What the commands that look for trouble say of a healthy cluster, and of one
with a dead node."""

import stage


class Diagnosis(stage.ClusterTest):
    def test_healthy_and_with_a_dead_node(self):
        self.nothing_is_wrong()
        self.every_guard_is_verified()
        dead = next(name for name in self.cluster.node_names() if name != self.cluster.primary()[1])
        mend = self.kill_node(dead)
        self.wait_for("the others hold the dead node failed",
                      lambda: self.call("cluster", "check-partition").returncode == 1)
        self.assertEqual(self.call("node", "is-healthy", dead).returncode, 1)
        self.a_dead_node_is_named(dead)
        mend()
        self.wait_steady()
        self.wait_for("the node's state is the others'",
                      lambda: self.call("cluster", "verify-consistency").returncode == 0)
        self.assertEqual(self.call("node", "list", "--unhealthy").stdout.split(), [])

    def nothing_is_wrong(self):
        found = self.answer("cluster", "check-partition")
        self.assertEqual((found["verdict"], found["groups"]), ("whole", [{"nodes": ["a", "b", "c"], "quorum": True}]))
        verified = self.answer("cluster", "verify-consistency")
        self.assertEqual((verified["verdict"], [each["verdict"] for each in verified["nodes"]]), ("same", ["same"] * 3))
        self.assertEqual(len({each["digest"] for each in verified["nodes"]}), 1)
        self.assertGreater(verified["nodes"][0]["applied"], 0)
        self.assertGreater(verified["nodes"][0]["applied_term"], 0)

    def every_guard_is_verified(self):
        def verified():
            nodes = self.answer("node", "fencing")
            # Tier 1 where the machine permits it. The cluster agrees on a tier a moment after its node reports it.
            return nodes if all(each["committed"] in ("0g", "1") and each["agreed"] for each in nodes) else None
        nodes = self.wait_for("the cluster counts on a verified tier of every node", verified)
        self.assertEqual([each["name"] for each in nodes], ["a", "b", "c"])
        for node in nodes:
            self.assertEqual(node["committed"], node["reported"])
            self.assertEqual((node["takeover_by_time"], node["takeover_wait_ms"]), (True, 751.5))
            self.assertIsInstance(node["guard"]["verified_age_ms"], int)
            self.assertEqual(node["guard"]["closed"] > 0, node["guard"]["late_max_ms"] is not None)

    def a_dead_node_is_named(self, dead):
        self.assertEqual(self.call("node", "list", "--unhealthy").stdout.split(), [dead])
        found = self.answer("cluster", "check-partition", code=1)
        self.assertEqual((found["not_seen"], [each["node"] for each in found["no_answer"]]), ([dead], [dead]))
        self.assertEqual(self.call("partition", "list-minority").stdout.split(), [dead])
        unknown = self.answer("cluster", "verify-consistency", code=4)
        self.assertEqual(unknown["no_answer"], [dead])
        fenced, = self.answer("node", "fencing", f"--node={dead}")
        self.assertIn(fenced["committed"], ("0g", "1"))
        self.assertEqual((fenced["takeover_by_time"], fenced["guard"]), (True, None))
        self.assertTrue(fenced["reason"], "no reason why it does not answer")


if __name__ == "__main__":
    stage.main()
