#!/usr/bin/env python3
"""Servers that cannot be started or are somebody else's: reported with the
reason, never touched, and the rest of the group serves on."""

import os
import shutil
import signal
import socket
import subprocess

import processes
import respconn
import stage

CONFIG = """cluster: model
nodes:
  - {{name: a, host: 127.0.0.1, peer_port: 1, api_port: 2, data: {folder}/model}}
groups:
  - name: redis
    kind: redis
    failover_block: 1s
{more}
    fronts: {{write: 3, read: 4}}
    instances:
      - {{node: a, port: 5}}
"""


class ServerTest(stage.ClusterTest):
    """Node c holds a standby; it is stopped and meets something in its way."""

    def assert_served(self):
        self.assertEqual(self.cluster.primary(), self.before)
        self.assertEqual(self.ask(self.before[0], "SET", "still", "served"), "OK")

    def write_config(self, more):
        path = self.folder / "model.yaml"
        path.write_text(CONFIG.format(folder=self.folder, more=more), encoding="utf-8")
        return path


class ForeignServer(ServerTest):
    """Another Redis listens where the one of c should."""

    def setUp(self):
        super().setUp()
        self.before = self.stop_standby_node()
        self.host, self.port = self.endpoint("redis-c")

    def start_redis(self, host, port, *more):
        folder = self.temporary_folder()
        server = subprocess.Popen(
            ["redis-server", "--bind", host, "--port", str(port), "--save", "", "--dir", str(folder), *more],
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.wait_for("the foreign server answers", lambda: respconn.process_id(host, port) == server.pid)
        return server

    def fingerprint(self):
        """What an order would change."""
        replication = respconn.info(self.host, self.port, "replication")
        with respconn.Redis(self.host, self.port) as redis:
            data = redis.ask("GET", "whose")
        chosen = {key: replication[key] for key in ("role", "master_replid", "master_replid2")}
        return chosen, replication.get("master_host"), replication.get("master_port"), data

    def assert_left_alone(self, server):
        before = self.fingerprint()
        self.start_node("c")
        problem = self.wait_problem("redis-c", "did not start|left alone")
        self.assertIn(str(self.port), problem)
        self.wait_for("several more attempts", lambda: self.metric("c", "baton_uptime_seconds") > 2)
        self.wait_healthy("c")
        self.assertEqual(self.fingerprint(), before)
        self.assertIsNone(server.poll(), "the foreign server was ended")
        self.assert_served()
        server.terminate()
        server.wait()
        self.wait_role("redis-c", "standby")
        self.wait_steady()

    def test_a_primary_of_somebody_else(self):
        server = self.start_redis(self.host, self.port)
        with respconn.Redis(self.host, self.port) as redis:
            redis.ask("SET", "whose", "mine")
        self.assert_left_alone(server)

    def test_a_standby_of_a_foreign_primary(self):
        port = self.free_port(self.host)
        primary = self.start_redis(self.host, port)
        with respconn.Redis(self.host, port) as redis:
            redis.ask("SET", "whose", "theirs")
        server = self.start_redis(self.host, self.port, "--replicaof", self.host, str(port))
        self.wait_for("the foreign standby follows", lambda: respconn.info(
            self.host, self.port, "replication").get("master_link_status") == "up")
        self.assert_left_alone(server)
        self.assertIsNone(primary.poll())

    def test_a_port_held_by_another_program(self):
        with socket.create_server((self.host, self.port)):
            self.start_node("c")
            self.wait_problem("redis-c", "cannot be started|ended before it answered")
            self.assert_served()
        self.wait_role("redis-c", "standby")

    @staticmethod
    def free_port(host):
        with socket.create_server((host, 0)) as one:
            return one.getsockname()[1]


class Unprepared(ServerTest):
    """A server cannot be prepared, because its disk is full, say."""

    def test_it_is_managed_as_soon_as_it_can_be(self):
        self.before = self.stop_standby_node()
        in_the_way = self.cluster.dir / "data" / "redis-c" / "redis.conf.new"
        in_the_way.mkdir()
        self.start_node("c")
        self.wait_for("node c says why", lambda: "instance.unmanaged" in self.agent_log("c"))
        self.assert_served()
        in_the_way.rmdir()
        self.wait_role("redis-c", "standby")
        self.wait_steady()
        told = self.agent_log("c").count("instance.unmanaged")
        self.assertEqual(told, 1, "the same problem is told once")


class OrderedElsewhere(stage.ClusterTest):
    """Somebody turns a server of ours by hand: it is turned back."""

    def test_a_standby_made_a_primary_follows_again(self):
        before = self.cluster.primary()
        standby = self.standbys()[0]
        self.assertEqual(self.ask(standby, "REPLICAOF", "NO", "ONE"), "OK")
        host, port = self.endpoint(before[0])
        self.wait_for("the standby follows again", lambda: (
            lambda found: (found.get("master_host"), found.get("master_port"), found.get("master_link_status")) ==
            (host, str(port), "up"))(self.info(standby, "replication")))
        self.assertEqual(self.cluster.primary(), before)


class ServerBinary(ServerTest):
    def config(self):
        self.binary = self.folder / "redis-server"
        self.folder.chmod(0o755)
        self.binary.symlink_to(shutil.which("redis-server"))
        return self.write_config(f"    server: {{binary: {self.binary}}}")

    def test_missing_or_too_old(self):
        self.before = self.stop_standby_node()
        self.binary.unlink()
        self.refused_with(r"No such file|not found")
        self.binary.write_text("#!/bin/sh\necho 'Redis server v=5.0.14 sha=0:0 malloc=libc bits=64 build=0'\n")
        self.binary.chmod(0o755)
        self.stop_node("c")
        self.refused_with(r"5\.0\.14.*6\.2 or newer")
        self.binary.unlink()
        self.binary.symlink_to(shutil.which("redis-server"))
        self.stop_node("c")
        self.start_node("c")
        self.wait_role("redis-c", "standby")

    def refused_with(self, pattern):
        self.start_node("c")
        self.wait_healthy("c")
        self.wait_for(f"an event says {pattern!r}", lambda: any(
            each["node"] == "c" and stage.re.search(pattern, each["sentence"]) and str(self.binary) in each["sentence"]
            for each in self.events()))
        self.assert_served()


class Password(ServerTest):
    def config(self):
        self.secret = self.folder / "secret"
        self.folder.chmod(0o755)
        self.put("first-secret-of-the-group")
        return self.write_config(f"    password_file: {self.secret}")

    def put(self, text):
        self.secret.write_text(text + "\n", encoding="utf-8")
        self.secret.chmod(0o600)

    def restart_agent(self, node):
        pid = self.cluster.agent_pid(node)
        processes.send(pid, signal.SIGTERM)
        self.assertEqual(processes.wait_gone([pid], 20), [])
        self.wait_healthy(node)

    def test_a_wrong_one_is_reported_and_changes_nothing(self):
        # The servers want it, so they are only looked at through the group.
        before = self.group_seen()
        standby = next(each["node"] for each in before["instances"] if each["role"] == "standby")
        instance = f"redis-{standby}"
        pid = self.pid_of(instance)
        self.put("another-secret")
        self.restart_agent(standby)
        problem = self.wait_problem(instance, "(?i)password|NOAUTH|WRONGPASS")
        self.assertNotIn("another-secret", problem)
        after = self.group_seen()
        self.assertEqual((after["epoch"], after["primary"]), (before["epoch"], before["primary"]))
        self.assertEqual(self.pid_of(instance, reported=False), pid, "a server with another password was restarted")
        self.put("first-secret-of-the-group")
        self.restart_agent(standby)
        self.wait_for("the standby is well again", lambda: all(
            each["health"] == "healthy" for each in self.group_seen()["instances"]))
        self.assertEqual(self.pid_of(instance), pid)
        self.assertNotIn("first-secret-of", self.everything_said())

    def group_seen(self):
        return self.wait_for("the group is seen", self.cluster.status)

    def pid_of(self, instance, reported=True):
        if reported:
            return next(each["pid"] for each in self.group_seen()["instances"] if each["id"] == instance)
        described = self.cluster.description["groups"][0]["instances"]
        pid = next(each["pid"] for each in described if each["id"] == instance)
        return pid if processes.alive(pid) else 0

    def everything_said(self):
        said = "".join(self.agent_log(node) for node in self.cluster.node_names())
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                said += " ".join(processes.arguments_of(int(entry)))
        return said + str(self.events())


if __name__ == "__main__":
    stage.main()
