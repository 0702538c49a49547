#!/usr/bin/env python3
"""A cluster whose agents prove who they are: everything works as without, and
strangers with floods, foreign certificates or plain words change nothing."""

import csv
import io
import signal
import socket
import ssl
import subprocess
import threading
import time

import playground
import stage


class Encrypted(stage.ClusterTest):
    def setUp(self):
        self.cluster = playground.Playground(keep="BATON_KEEP" in stage.os.environ, tls=True)
        self.addCleanup(self.cluster.close)
        self.cluster.up()
        self.papers = self.cluster.dir / "tls"
        self.tls = ssl.create_default_context(cafile=self.papers / "ca.crt")

    def peer_address(self, node):
        address = next(each["address"] for each in self.answer("node", "list") if each["name"] == node)
        host, port = address.rsplit(":", 1)
        return host, int(port)

    def foreign_papers(self):
        """Certificates as good as ours, of another authority."""
        folder = self.temporary_folder()
        for words in (("init",), ("issue", "--node", "b", "--host", "127.0.0.1")):
            self.tls_command(*words, "--dir", str(folder))
        return folder

    def tls_command(self, *words):
        done = subprocess.run([str(self.cluster.baton), "tls", *words], capture_output=True, text=True, timeout=30,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def context_of(self, folder, node):
        """What agent `node` would dial with, but trusting everybody."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(folder / f"{node}.crt", folder / f"{node}.key")
        return context

    def refusals(self, node):
        return self.metric(node, "baton_frames_refused_total")

    # Everything as without

    def test_command_line_fronts_and_failover_work(self):
        self.assertEqual(self.call("cluster", "health").returncode, 0)
        client = self.writer()
        instance, node, epoch = self.cluster.primary()
        pid = self.cluster.instance_pid(instance)
        stage.processes.send(pid, signal.SIGKILL)
        self.wait_primary(other_than=instance, epoch_above=epoch)
        self.assert_nothing_lost(client)
        self.wait_steady()
        for name in self.cluster.node_names():
            self.wait_for(f"every check of the front of {name} is answered", lambda name=name: self.checks_pass(name))
        done = self.call("group", "switchover", "redis", "--to", node, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)

    def checks_pass(self, node):
        """HAProxy asked the agents inside TLS, and each answered it with a status."""
        place = self.cluster.dir / "nodes" / node / "front"
        path = next((each for each in (place / "run" / "front.sock", place / "front.sock") if each.exists()), None)
        if path is None:
            return False
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(path))
            connection.sendall(b"show stat\n")
            text = b""
            while part := connection.recv(65536):
                text += part
        # Servers without traffic are in maintenance and not checked.
        rows = [row for row in csv.DictReader(io.StringIO(text.decode().removeprefix("# ")))
                if row["svname"] not in ("FRONTEND", "BACKEND") and row["status"] != "MAINT"]
        return rows and all(row["check_status"] == "L7OK" for row in rows)

    def test_what_is_plain_old_or_unverified_is_not_served(self):
        host, port = self.api("a").rsplit(":", 1)
        with self.assertRaises(OSError):
            stage.request(self.api("a"), "/health", tls=None)
        other = ssl.create_default_context(cafile=self.foreign_papers() / "ca.crt")
        with self.assertRaises(OSError):
            stage.request(self.api("a"), "/health", tls=other)
        old = ssl.create_default_context(cafile=self.papers / "ca.crt")
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(OSError), socket.create_connection((host, int(port)), timeout=5) as connection:
            old.wrap_socket(connection, server_hostname=host)
        done = subprocess.run([str(self.cluster.baton), "--api", self.api("a"), "group", "list"], capture_output=True,
                              text=True, timeout=30, check=False)
        self.assertNotEqual(done.returncode, 0)
        done = subprocess.run([str(self.cluster.baton), "--api", self.api("a"), "--ca", str(self.papers / "ca.crt"),
                               "group", "list"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        check, = [each for each in self.answer("doctor") if each["id"] == "BTN-D016"]
        self.assertEqual(check["severity"], "ok")

    # Strangers

    def test_a_foreign_certificate_is_refused_counted_and_told(self):
        before = self.refusals("a")
        for context in (self.context_of(self.foreign_papers(), "b"), None):
            with self.subTest(certificate=context is not None):
                self.assertFalse(self.gets_through("a", context))
        self.wait_for("the refusals are counted", lambda: self.refusals("a") >= before + 2)
        self.wait_for("an event tells of it",
                      lambda: any(each["name"] == "peer.refused" for each in self.seen_by("a", "/v1/events")))

    def gets_through(self, node, context):
        """Whether the peer port still listens after the handshake."""
        if context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            with socket.create_connection(self.peer_address(node), timeout=5) as raw, \
                    context.wrap_socket(raw) as connection:
                return connection.recv(1) != b""
        except OSError:
            return False

    def test_floods_cost_no_renewal(self):
        client = self.writer()
        leader = self.wait_for("consensus has a leader", self.cluster.leader)
        targets = [self.peer_address(leader), self.peer_address(self.cluster.primary()[1])]
        host, port = self.api(leader).rsplit(":", 1)
        targets.append((host, int(port)))
        before = self.cluster.primary()
        flood = Flood(targets, self.context_of(self.foreign_papers(), "b"))
        time.sleep(6)
        flood.end()
        self.assertGreater(flood.count, 300, "that was no flood")
        harm = [each for each in self.events()
                if each["name"].startswith(("instance.closed", "instance.killed", "instance.gone", "rule.failover"))]
        self.assertEqual(harm, [])
        self.assertEqual(self.cluster.primary(), before)
        report = client.report()
        self.assertEqual(report["failed"], 0, report)
        self.assert_nothing_lost(client)
        self.assertGreater(self.refusals(leader), 0)
        self.assertGreater(self.metric(leader, "baton_api_connections_refused_total"), 0)

    # Renewal

    def test_a_renewed_certificate_is_used_without_a_restart(self):
        pid = self.cluster.agent_pid("a")
        before = self.metric("a", "baton_tls_certificate_expires_seconds")
        self.tls_command("renew", "--dir", str(self.papers), "--node", "a", "--days", "900")
        self.wait_for("the agent uses it", lambda: self.metric("a", "baton_tls_certificate_expires_seconds") > before)
        host, port = self.api("a").rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=5) as raw, \
                self.tls.wrap_socket(raw, server_hostname=host) as connection:
            ends = ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"])
        self.assertGreater(ends, before)
        self.assertEqual(self.cluster.agent_pid("a"), pid)
        self.cluster.kill_agent("b")  # What it dials anew meets the new certificate.
        self.wait_healthy("b")
        self.wait_steady()
        (self.papers / "a.crt").write_text("half a certif", encoding="utf-8")
        self.wait_for("an event tells of it", lambda: any(
            each["name"] == "tls.not_reloaded" for each in self.seen_by("a", "/v1/events")))
        self.assertEqual(self.http("a", "/health").status, 200)


class Flood:
    """Silent connections, whole handshakes and broken ones, from several threads, until it is ended."""

    def __init__(self, targets, context):
        self.count = 0
        self._going = True
        self._context = context
        self._threads = [threading.Thread(target=self._run, args=(target, silent), daemon=True)
                         for target in targets for silent in (True, False)]
        for thread in self._threads:
            thread.start()

    def end(self):
        self._going = False
        for thread in self._threads:
            thread.join()

    def _run(self, target, silent):
        held = []
        while self._going:
            try:
                connection = socket.create_connection(target, timeout=1)
                self.count += 1
                if silent:
                    held.append(connection)
                    if len(held) > 200:
                        held.pop(0).close()
                else:
                    self._shake(connection)
            except OSError:
                pass
        for connection in held:
            connection.close()

    def _shake(self, connection):
        with connection:
            try:
                self._context.wrap_socket(connection).close()
            except OSError:
                pass


if __name__ == "__main__":
    stage.main()
