#!/usr/bin/env python3
"""Two nodes with data and a witness, which votes and runs neither a server nor a
front: a data node may die, but without a majority nobody is promoted."""

import re

import processes
import stage


class Witness(stage.ClusterTest):
    def setUp(self):
        super().setUp()

        def make_witness(text):
            text = re.sub(r"^ *- \{node: c,.*\n", "", text, flags=re.MULTILINE)
            return text.replace("- {name: c,", "- {name: c, witness: true,")
        self.reform(make_witness)
        write = self.cluster.description["groups"][0]["fronts"]["write"]
        write["all"] = [front for front in write["all"] if front["node"] != "c"]

    def servers_of(self, node):
        return sorted({processes.name_of(pid) for pid in processes.descendants(self.cluster.guard_pid(node))})

    def test_a_data_node_may_die_and_both_others_may_not(self):
        self.assertEqual([each["id"] for each in self.cluster.status()["instances"]], ["redis-a", "redis-b"])
        self.assertFalse({"haproxy", "redis-server"} & set(self.servers_of("c")), self.servers_of("c"))
        self.assertTrue(all(each["voter"] for each in self.answer("node", "list")))
        client = self.writer("--wait", "1")
        old, node, epoch = self.cluster.primary()
        self.kill_node(node)
        now = self.wait_primary(other_than=old, epoch_above=epoch)
        # Nobody is left to confirm a write, so only that it is taken is asked for.
        self.wait_for("the survivor takes writes", lambda: self.ask(now[0], "SET", "still", "served") == "OK")
        client.stop()
        self.start_node(node)
        self.wait_steady()

        old, node, epoch = self.cluster.primary()
        survivor = "a" if node == "b" else "b"
        self.kill_node("c")
        self.kill_node(node)
        self.wait_for("the survivor sees no majority",
                      lambda: (self.seen_by(survivor, "/v1/cluster") or {}).get("quorum") is False)
        self.wait_for("it holds them for gone", lambda: {
            each["name"]: each["health"] for each in self.seen_by(survivor, "/v1/nodes") or []}.get(node) == "down")
        row = self.seen_by(survivor)
        self.assertEqual((row["epoch"], row["primary"] and row["primary"]["instance"]), (epoch, old))
        info = self.info(f"redis-{survivor}", "replication")
        self.assertEqual(info["role"], "slave", "a minority promoted")
        for name in ("c", node):
            self.start_node(name)
        self.wait_steady()


if __name__ == "__main__":
    stage.main()
