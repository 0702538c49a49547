#!/usr/bin/env python3
"""A snapshot when an operator wants one, the log before it dropped, and a node
that was away meanwhile: it gets the snapshot."""

import stage


class Log(stage.ClusterTest):
    def test_compaction_while_a_node_is_away(self):
        away = next(name for name in self.cluster.node_names()
                    if name not in (self.cluster.primary()[1], self.cluster.leader()))
        mend = self.kill_node(away)
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        for verb in ("pause", "resume") * 5:
            self.assertEqual(self.call("group", verb, "redis", "--yes").returncode, 0)
        snapshot = self.a_snapshot_covers_everything(leader)
        self.compaction_drops_everything_up_to(leader, snapshot)
        follower = next(name for name in self.cluster.node_names() if name not in (leader, away))
        self.compaction_drops_everything_up_to(follower, self.a_snapshot_covers_everything(follower))
        mend()
        self.wait_for("the node that was away took the snapshot over",
                      lambda: (self.state(away) or {"snapshot_index": 0})["snapshot_index"] >= snapshot)
        self.wait_steady()
        self.wait_for("its state is the others'",
                      lambda: self.call("cluster", "verify-consistency").returncode == 0)

    def state(self, node):
        return self.seen_by(node, "/raft/state")

    def a_snapshot_covers_everything(self, node):
        """Made anew until nothing else is agreed on meanwhile; answers its index."""
        before = self.state(node)
        first = self.call("raft", "snapshot", "create", f"--node={node}")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertGreater(int(first.stdout), before["snapshot_index"])
        self.assertGreaterEqual(int(first.stdout), before["applied_index"])

        def nothing_new():
            done = self.call("raft", "snapshot", "create", f"--node={node}")
            self.assertEqual(done.returncode, 0, done.stderr)
            return int(done.stdout) if "applied nothing since" in done.stderr else None
        index = self.wait_for("a second snapshot has nothing to say", nothing_new)
        self.assertEqual(self.state(node)["snapshot_index"], index)
        return index

    def compaction_drops_everything_up_to(self, node, snapshot):
        before = self.state(node)["first_index"]
        self.assertLessEqual(before, snapshot, "nothing there to drop")

        def dropped():
            done = self.call("raft", "log", "compact", f"--node={node}")
            self.assertEqual(done.returncode, 0, done.stderr)
            return int(done.stdout) == snapshot + 1
        # What a node lacks is kept until it counts as away.
        self.wait_for("nothing is left before the snapshot", dropped)
        self.assertEqual(self.state(node)["first_index"], snapshot + 1)
        again = self.call("raft", "log", "compact", f"--node={node}")
        self.assertEqual((again.returncode, int(again.stdout)), (0, snapshot + 1))
        self.assertIn("nothing to drop", again.stderr)


if __name__ == "__main__":
    stage.main()
