#!/usr/bin/env python3
"""Agreement among real agents: what a majority decides survives the loss of
whoever led it, a minority decides nothing, and the tuning of the cluster file
is obeyed."""

import signal
import time

import processes
import stage

REPETITIONS = 10  # scripts/bench leader repeats the same hundreds of times.
TUNED = """cluster: tuned
include: [raft_config.yaml]
lease: 6s
nodes:
  - {name: a, host: 127.0.0.1, peer_port: 1, api_port: 2, data: /tmp/tuned}
groups:
  - name: redis
    fronts: {write: 3, read: 4}
    instances: [{node: a, port: 5}]
"""
RAFT_CONFIG = """consensus:
  election_timeout_min: 1s
  election_timeout_max: 2s
  heartbeat_interval: 200ms
  snapshot_threshold: 100
  max_append_entries: 5
"""


class ConsensusTest(stage.ClusterTest):
    def decide(self, verb):
        """Has the cluster agree on one more entry; how the command ended."""
        return self.call("group", verb, "redis", "--yes", seconds=30)

    def paused(self):
        group = self.cluster.status()
        return group and group["paused"]

    def kill_leader(self):
        """Kills the agent that leads; returns its node."""
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        processes.send(self.cluster.agent_pid(leader), signal.SIGKILL)
        return leader


class Acknowledged(ConsensusTest):
    def test_a_decision_survives_the_death_of_the_leader_that_took_it(self):
        before = self.cluster.primary()
        for number in range(REPETITIONS):
            verb, paused = ("pause", True) if number % 2 == 0 else ("resume", False)
            self.wait_for(f"a leader takes decision {number}", lambda order=verb: self.decide(order).returncode == 0)
            self.kill_leader()
            self.wait_steady()
            self.assertEqual(self.paused(), paused, f"repetition {number}: an acknowledged {verb} is gone")
        self.assertEqual(self.cluster.primary(), before)


class FiveNodes(ConsensusTest):
    nodes = 5

    def test_three_of_five_decide_and_two_do_not(self):
        names = self.cluster.node_names()
        instance, kept, _ = self.cluster.primary()
        doomed = [name for name in names if name != kept]
        for name in doomed[:2]:
            self.kill_node(name)
        self.wait_for("three of five agree", lambda: self.decide("pause").returncode == 0)
        self.assertTrue(self.paused())
        self.assertEqual(self.ask(instance, "SET", "with three", "1"), "OK")
        self.kill_node(doomed[2])
        self.wait_for("two of five know that they are too few", lambda: self.decide("resume").returncode == 4)
        self.wait_for("every command says so", lambda: self.call("raft", "quorum-status").returncode == 1)
        self.assertEqual(self.http(kept, "/raft/health").status, 503)


class Tuned(ConsensusTest):
    """Settings of an included raft_config.yaml, each far from its default."""

    def config(self):
        (self.folder / "raft_config.yaml").write_text(RAFT_CONFIG, encoding="utf-8")
        path = self.folder / "tuned.yaml"
        path.write_text(TUNED, encoding="utf-8")
        return path

    def test_the_tuning_is_obeyed(self):
        self.a_snapshot_follows_the_threshold()
        self.an_election_waits_for_its_timeout()

    def a_snapshot_follows_the_threshold(self):
        for number in range(110):
            verb = "pause" if number % 2 == 0 else "resume"
            self.wait_for(f"the leader takes {verb}", lambda verb=verb: self.taken_by_the_leader(verb))
        for node in self.cluster.node_names():
            state = self.wait_for(f"{node} took a snapshot", lambda name=node: self.with_snapshot(name))
            self.assertLessEqual(state["first_index"], state["snapshot_index"] + 1)

    def taken_by_the_leader(self, verb):
        """Leadership may have moved since it was looked up; whoever led before points to the next."""
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        status = self.http(leader, f"/v1/groups/redis/{verb}", method="POST", body='{"by": "test"}').status
        self.assertIn(status, (202, 307))
        return status == 202

    def with_snapshot(self, node):
        state = self.seen_by(node, "/raft/state")
        return state if state and state["snapshot_index"] >= 100 else None

    def an_election_waits_for_its_timeout(self):
        """Nobody may stand before the shortest timeout has passed since the last word of the leader."""
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        others = [name for name in self.cluster.node_names() if name != leader]
        term = self.seen_by(others[0], "/raft/state")["term"]
        killed = time.monotonic()
        self.cluster.kill_node(leader)
        while True:
            asked = time.monotonic()
            states = [self.seen_by(name, "/raft/state") for name in others]
            if any(state and state["term"] > term for state in states):
                break
            self.assertLess(asked - killed, stage.PATIENCE, "no election took place")
            time.sleep(0.02)
        # 1 s, less a heartbeat's interval before the death, less 200 ms for a slow look at the clock.
        self.assertGreater(time.monotonic() - killed, 1 - 0.2 - 0.2, "an election before the timeout of the file")


if __name__ == "__main__":
    stage.main()
