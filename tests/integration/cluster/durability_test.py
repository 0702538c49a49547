#!/usr/bin/env python3
"""A replicated group: what WAIT confirmed survives, and where that cannot be
proven the group stays down and says whose return would prove it."""

import signal
import socket
import subprocess

import processes
import respconn
import stage

REPLICATED = """cluster: model
nodes:
  - {name: a, host: 127.0.0.1, data: /tmp/model-a}
  - {name: b, host: 127.0.0.2, data: /tmp/model-b}
  - {name: c, host: 127.0.0.3, data: /tmp/model-c}
groups:
  - name: redis
    durability: replicated
    acknowledgements: 1
    fronts: {write: 3, read: 4}
    instances: [{node: a, port: 5}, {node: b, port: 5}, {node: c, port: 5}]
"""


class Replicated(stage.ClusterTest):
    def config(self):
        path = self.folder / "durable.yaml"
        path.write_text(REPLICATED, encoding="utf-8")
        return path

    def counting(self):
        """The instances whose positions prove something now."""
        row = self.seen_by(self.cluster.leader() or "a") or {"instances": []}
        return {each["id"] for each in row["instances"] if each.get("position_counts")}

    def wait_all_count(self):
        everyone = {f"redis-{node}" for node in self.cluster.node_names()}
        self.wait_for("every position counts", lambda: self.counting() == everyone)

    def test_a_killed_primary_loses_nothing_confirmed(self):
        self.wait_all_count()
        client = self.writer("--wait", "1")
        for _ in range(3):
            old, _, epoch = self.cluster.primary()
            self.cluster.kill()
            self.wait_primary(other_than=old, epoch_above=epoch)
            self.assert_nothing_lost(client)
            self.wait_role(old, "standby")
            self.wait_all_count()

    def test_a_primary_without_standbys_executes_no_write(self):
        primary, node, _ = self.cluster.primary()
        self.assertEqual(self.ask(primary, "CONFIG", "GET", "min-replicas-to-write")[1], "1")
        for other in self.cluster.node_names():
            if other != node:
                self.freeze_server(f"redis-{other}")
        def refused():
            try:
                self.ask(primary, "SET", "alone", "1")
            except respconn.RedisError as error:
                return "NOREPLICAS" in str(error)
            return False
        self.wait_for("writes are refused", refused)

    def test_a_server_that_nobody_declared_confirms_nothing(self):
        """Attached by somebody who knows the address, as one attaches a copy of a database."""
        primary, node, _ = self.cluster.primary()
        others = [f"redis-{other}" for other in self.cluster.node_names() if other != node]
        self.wait_for("its own standbys are attached", lambda: self.attached(primary) == len(others))
        told = self.strange_server(primary)
        self.wait_for("the stranger was answered", lambda: "NOPERM" in told() or "MASTER <-> REPLICA sync: Fin" in told())
        for other in others:
            self.freeze_server(other)
        with respconn.Redis(*self.endpoint(primary)) as redis:
            redis.ask("SET", "held", "by the primary alone")
            self.assertEqual(redis.ask("WAIT", "1", "1000"), 0, told())

    def attached(self, primary):
        return int(self.info(primary, "replication").get("connected_slaves", 0))

    def strange_server(self, primary):
        """A server of somebody else that follows the primary; answers how to read what it says."""
        host, port = self.endpoint(primary)
        out = self.folder / "stranger.log"
        with socket.create_server(("127.0.0.1", 0)) as free:
            own = free.getsockname()[1]
        with out.open("w", encoding="utf-8") as log:
            server = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(own), "--save", "", "--dir",
                                       str(self.folder), "--replicaof", host, str(port)], stdout=log)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return lambda: out.read_text(encoding="utf-8")

    def tier_of_condition(self, node):
        told = self.answer("node", "fencing", "--node", node)[0]["tiers"]
        return next(each["state"] for each in told if each["tier"] == "3")

    def test_a_condition_changed_by_hand_is_set_again(self):
        primary, node, _ = self.cluster.primary()
        self.wait_for("the condition is verified", lambda: self.tier_of_condition(node) == "verified")
        other = next(name for name in self.cluster.node_names() if name != node)
        self.assertEqual(self.tier_of_condition(other), "absent")
        self.ask(primary, "CONFIG", "SET", "min-replicas-to-write", "0")
        self.wait_for("it is set again",
                      lambda: self.ask(primary, "CONFIG", "GET", "min-replicas-to-write")[1] == "1")
        self.wait_for("people are told", lambda: "instance.condition" in {each["name"] for each in self.events()})

    def test_without_proof_it_stays_down_until_the_missing_one_is_back(self):
        self.wait_all_count()
        client = self.writer("--wait", "1")
        primary, node, epoch = self.cluster.primary()
        missing = next(name for name in self.cluster.node_names() if name != node)
        thaw = self.freeze_node(missing)
        self.cluster.kill()
        def blocked():
            latest = self.answer("why", "redis")[-1]
            return latest if latest["rule"] == "fence.lossy" else None
        waiting = self.wait_for("the group waits", blocked)
        self.assertRegex(waiting["why"], f"1 of the 2 positions.*return of redis-{missing}")
        self.assertEqual(self.cluster.status()["epoch"], epoch)
        thaw()
        self.wait_primary(other_than=primary, epoch_above=epoch)
        self.assert_nothing_lost(client)

    # Faults

    def freeze_server(self, instance):
        pid = self.cluster.instance_pid(instance)
        processes.send(pid, signal.SIGSTOP)
        self.addCleanup(processes.send, pid, signal.SIGCONT)

    def freeze_node(self, node):
        """Everything of a node at once; answers how it goes on."""
        guard = self.cluster.guard_pid(node)
        everything = [guard, *processes.descendants(guard)]
        def send(number):
            for pid in everything:
                processes.send(pid, number)
        send(signal.SIGSTOP)
        self.addCleanup(send, signal.SIGCONT)
        return lambda: send(signal.SIGCONT)


if __name__ == "__main__":
    stage.main()
