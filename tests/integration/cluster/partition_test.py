#!/usr/bin/env python3
"""A network that is cut between running agents: who hears whom, which side can
decide, which nodes are outside, and who was outside once it is repaired."""

import re

import stage
import wires


class WiredTest(stage.ClusterTest):
    """Agents whose words to each other pass through wires of ours."""

    def setUp(self):
        super().setUp()
        for node in self.cluster.node_names():
            self.stop_node(node)
        self.wires = wires.Wires(self.cluster.dir / "baton.yaml", self.folder)
        self.addCleanup(self.wires.close)
        for node in self.cluster.node_names():
            self.start_node(node, self.wires.files[node])
        self.wait_steady()
        self.wait_verdict("whole", 0)

    def wait_verdict(self, verdict, code):
        """Waits until `check-partition` says so; answers what it prints."""
        def said():
            done = self.call("cluster", "check-partition", "--format", "json")
            if done.returncode != code:
                return None
            found = stage.json.loads(done.stdout)
            return found if found["verdict"] == verdict else None
        return self.wait_for(f"check-partition says {verdict}", said)

    def wait_silences(self, expected):
        """Each node comes to its own judgement, at its own time."""
        def told():
            done = self.call("cluster", "check-partition", "--format", "json")
            return {(each["by"], each["of"]) for each in stage.json.loads(done.stdout)["silences"]} == expected
        self.wait_for("who does not hear whom", told)

    def names(self, *words):
        done = self.call(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()


def between(side, other):
    """Every silence between two sides, in both directions."""
    return {pair for one in side for two in other for pair in ((one, two), (two, one))}


class Cut(WiredTest):
    def test_one_node_is_cut_off_and_returns(self):
        self.assertEqual(self.names("partition", "list-minority"), [])
        lost = next(node for node in self.cluster.node_names() if node != self.cluster.primary()[1])
        others = [node for node in self.cluster.node_names() if node != lost]
        self.wires.isolate(lost)
        self.wait_silences(between(others, [lost]))
        found = self.wait_verdict("partitioned", 1)
        self.assertEqual([(each["nodes"], each["quorum"]) for each in found["groups"]], [(others, True), ([lost], False)])
        self.assertEqual(self.names("partition", "identify-majority"), others)
        self.assertEqual(self.names("partition", "list-minority"), [lost])
        self.assertEqual(self.call("raft", "quorum-status", f"--node={lost}").returncode, 1)
        self.asked_from_the_smaller_side_nothing_is_known(lost)
        self.wires.mend()
        self.wait_verdict("whole", 0)
        self.assertEqual(self.names("partition", "identify-majority"), self.cluster.node_names())
        # An agent may hear the node again a moment before it tells that the cut is over.
        ended = rf"from 20\S+ \S+ to 20\S+ \S+ UTC, as node [{''.join(others)}] remembers"
        self.wait_for("the cut has an end", lambda: re.search(ended, self.call("partition", "list-minority").stderr))
        after = self.call("partition", "list-minority")
        self.assertEqual((after.returncode, after.stdout.split()), (0, [lost]), after.stderr)

    def asked_from_the_smaller_side_nothing_is_known(self, lost):
        """As from a machine that reaches this agent alone: a file with wrong addresses for the others."""
        apart = self.folder / "apart.yaml"
        text = (self.cluster.dir / "baton.yaml").read_text(encoding="utf-8")
        for node in self.cluster.node_names():
            if node != lost:
                text = text.replace(f"api_port: {self.api(node).rsplit(':', 1)[1]}, data: {self.cluster.dir}/nodes/{node}",
                                    f"api_port: 1, data: {self.cluster.dir}/nodes/{node}")
        apart.write_text(text, encoding="utf-8")
        for verb in ("identify-majority", "list-minority"):
            done = stage.subprocess.run([str(self.cluster.baton), "--config", str(apart), "partition", verb],
                                        capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)

    def test_one_direction_and_then_all(self):
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        deaf, mute = [node for node in self.cluster.node_names() if node != leader]
        self.wires.cut(mute, deaf)
        found = self.wait_verdict("links missing", 1)
        self.assertEqual([(each["by"], each["of"], each["connected"]) for each in found["silences"]],
                         [(deaf, mute, False)])
        self.assertEqual(self.names("partition", "identify-majority"), self.cluster.node_names())
        for node in self.cluster.node_names():
            self.wires.isolate(node)
        names = self.cluster.node_names()
        self.wait_silences({(one, other) for one in names for other in names if one != other})
        none = self.call("partition", "identify-majority")
        self.assertEqual((none.returncode, none.stdout.split()), (1, ["none"]), none.stderr)
        self.assertEqual(self.call("partition", "list-minority").returncode, 1)
        self.wires.mend()
        self.wait_verdict("whole", 0)
        self.wait_steady()


class FiveNodes(WiredTest):
    nodes = 5

    def test_two_of_five_are_remembered_by_the_three_and_by_nobody_else(self):
        names = self.cluster.node_names()
        lost = [node for node in names if node != self.cluster.primary()[1]][-2:]
        others = [node for node in names if node not in lost]
        self.wires.isolate(*lost)
        self.wait_silences(between(others, lost))
        found = self.wait_verdict("partitioned", 1)
        self.assertEqual([(each["nodes"], each["quorum"]) for each in found["groups"]], [(others, True), (lost, False)])
        self.assertEqual(self.names("partition", "list-minority"), lost)
        self.wires.mend()
        self.wait_verdict("whole", 0)
        self.assertEqual(self.names("partition", "list-minority"), lost)
        for node in others:
            incident = self.wait_for(f"{node} knows that it is over", lambda name=node: self.ended_incident(name))
            self.assertEqual(incident["nodes"], lost)
            self.assertLess(incident["began_wall_ms"], incident["ended_wall_ms"])
        for node in lost:
            self.assertIsNone(self.seen_by(node, "/v1/partition")["incident"], "it was on the smaller side itself")

    def ended_incident(self, node):
        incident = self.seen_by(node, "/v1/partition")["incident"]
        return incident if incident["ended_wall_ms"] else None


if __name__ == "__main__":
    stage.main()
