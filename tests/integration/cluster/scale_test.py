#!/usr/bin/env python3
"""A cluster that grows by two nodes while clients write, moves a server to one
of them, and shrinks again; what would leave nobody to decide is refused."""

import re

import stage


class ScaleTest(stage.ClusterTest):
    def done(self, *words):
        result = self.call(*words, seconds=120)
        self.assertEqual(result.returncode, 0, f"baton {' '.join(words)}: {result.stdout}{result.stderr}")
        return result

    def members(self):
        return {each["name"]: each for each in self.answer("node", "list")}

    def extended(self, *names):
        """The cluster file with more nodes, each on an address and ports of its own."""
        text = (self.cluster.dir / "baton.yaml").read_text(encoding="utf-8")
        line = re.search(r"^ *- \{name: c,.*\n", text, re.MULTILINE).group()
        more = ""
        for number, name in enumerate(names):
            more += re.sub(r"host: \S+,", f"host: 127.0.0.{number + 14},", line).replace(
                "name: c,", f"name: {name},").replace("/nodes/c", f"/nodes/{name}")
            (self.cluster.dir / "nodes" / name).mkdir()
        path = self.cluster.dir / "extended.yaml"
        path.write_text(text.replace(line, line + more), encoding="utf-8")
        return path

    def start_joining(self, node, config):
        self.cluster.description["nodes"].append({"name": node, "guard": {"pid": 0}, "agent": {"api": ""}})
        return self.start_node(node, config)


class Growing(ScaleTest):
    def test_two_nodes_join_while_clients_write_and_one_leaves_again(self):
        client = self.writer()
        before = self.cluster.primary()
        config = self.extended("d", "e")
        refused = self.call("cluster", "scale", "--add-nodes=3", str(config), "--yes")
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("declares 2 nodes", refused.stderr)
        plan = self.done("cluster", "scale", "--add-nodes=2", str(config), "--dry-run")
        self.assertIn("then 5 voters decide, and a majority is 3", plan.stdout)
        self.assertEqual(len(self.members()), 3, "a dry run changed something")
        for node in "de":
            self.start_joining(node, config)
        self.done("cluster", "scale", "--add-nodes=2", str(config), "--yes", "--wait=90s")
        after = self.members()
        self.assertEqual(sorted(after), ["a", "b", "c", "d", "e"])
        self.assertTrue(all(each["voter"] and each["health"] == "healthy" for each in after.values()))
        self.assertEqual(self.cluster.primary(), before, "a role changed")
        self.assert_nothing_lost(client)
        self.wait_for("all five agree", lambda: self.call(
            "cluster", "verify-consistency", "--config", str(config)).returncode == 0)
        self.two_of_five_may_be_lost(client)
        self.the_new_one_leaves(config)

    def two_of_five_may_be_lost(self, client):
        """The majority counts the new voters: a, b, c alone would survive one loss only."""
        primary = self.cluster.primary()[1]
        victims = [node for node in "abc" if node != primary]
        for node in victims:
            self.stop_node(node)
        self.wait_for("their silence is noticed", lambda: all(
            self.call("node", "is-healthy", node).returncode == 1 for node in victims))
        self.assertEqual(self.call("raft", "leader").returncode, 0)
        # Whoever leads now has to have noticed it as well.
        self.wait_for("a removal is refused", lambda: self.call(
            "cluster", "scale", "--remove-node=e", "--dry-run").returncode == 5)
        refused = self.call("cluster", "scale", "--remove-node=e", "--yes")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn(f"silent: {', '.join(victims)}", refused.stderr)
        for node in victims:
            self.start_node(node)
        self.wait_steady()
        self.assert_nothing_lost(client)

    def the_new_one_leaves(self, config):
        refused = self.call("cluster", "scale", "--remove-node=c", "--yes")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("instance redis-c", refused.stderr)
        if self.cluster.leader() != "e":
            self.done("raft", "transfer", "--to", "e")
        self.done("cluster", "scale", "--remove-node=e", "--yes", "--wait=90s")
        self.assertEqual(sorted(self.members()), ["a", "b", "c", "d"])
        self.assertNotEqual(self.cluster.leader(), "e")
        self.stop_node("e")
        self.wait_steady()
        self.assertEqual(self.answer("config", "diff", str(config), code=1)["changes"],
                         [{"what": "node e: added", "refused": "the file adds node 'e'; membership changes go "
                           "through `baton cluster scale` --add-nodes"}])


class Restarted(ScaleTest):
    def test_an_agent_with_the_old_file_still_knows_the_new_node(self):
        """The file only proposes: who belongs to the cluster stands in the log."""
        config = self.extended("d")
        self.start_joining("d", config)
        self.done("cluster", "scale", "--add-nodes=1", str(config), "--yes", "--wait=90s")
        for node in self.cluster.node_names()[:3]:
            self.done("node", "restart", f"--node={node}")
        self.wait_steady()
        self.wait_for("everybody hears d", lambda: self.call(
            "cluster", "check-partition", "--config", str(config)).returncode == 0)
        self.assertTrue(self.members()["d"]["voter"])


if __name__ == "__main__":
    stage.main()
