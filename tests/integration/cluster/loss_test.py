#!/usr/bin/env python3
"""What a failover loses is said in bytes, and what the old primary alone held is
kept before it is given a copy of its successor's data."""

import json
import pathlib
import signal

import partition_test
import processes
import stage

SETTINGS = """cluster: model
nodes:
  - {{name: a, host: 127.0.0.1, data: /tmp/model-a}}
  - {{name: b, host: 127.0.0.2, data: /tmp/model-b}}
  - {{name: c, host: 127.0.0.3, data: /tmp/model-c}}
groups:
  - name: redis
    busy_after: 1m
    failover_block: 1s
    fronts: {{write: 3, read: 4}}
    server: {{arguments: [{arguments}]}}
    instances: [{{node: a, port: 5}}, {{node: b, port: 5}}, {{node: c, port: 5}}]
"""
KEYS = [f"only-the-primary-took-{number:03}" for number in range(200)]


class Loss(partition_test.WiredTest):
    arguments = ""

    def config(self):
        path = self.folder / "loss.yaml"
        path.write_text(SETTINGS.format(arguments=self.arguments), encoding="utf-8")
        return path

    def write_past_the_standbys(self):
        """The primary takes writes that no standby hears of; answers it, its node and how the standbys go on."""
        primary, node, _ = self.cluster.primary()
        self.ask(primary, "SET", "everybody-took", "1")
        self.wait_for("every standby holds the first write", lambda: all(
            self.ask(each, "EXISTS", "everybody-took") for each in self.standbys()))
        frozen = [self.cluster.instance_pid(each) for each in self.standbys()]
        for pid in frozen:
            processes.send(pid, signal.SIGSTOP)
            self.addCleanup(processes.send, pid, signal.SIGCONT)
        # What is on its way is dropped with the connection, and a frozen one does not call again.
        self.ask(primary, "CLIENT", "KILL", "TYPE", "replica")
        for key in KEYS:
            self.ask(primary, "SET", key, "1")
        return primary, node, lambda: [processes.send(pid, signal.SIGCONT) for pid in frozen]

    def wait_event(self, name, instance):
        def told():
            found = [each for each in self.events() if each["name"] == name
                     and each["fields"].get("instance", each["fields"].get("from")) == instance]
            return found[-1] if found else None
        return self.wait_for(f"the event {name} about {instance}", told)

    def missing(self):
        """Which of the keys the present primary lacks."""
        now = self.cluster.primary()[0]
        return [key for key in KEYS if not self.ask(now, "EXISTS", key)]


class CutOff(Loss):
    def test_the_tail_of_a_primary_that_was_cut_off_is_kept_to_the_byte(self):
        primary, node, thaw = self.write_past_the_standbys()
        self.wires.isolate(node)
        self.wait_for("the primary has closed itself", lambda: self.info(primary, "replication").get("role") == "slave")
        end = int(self.info(primary, "replication")["slave_repl_offset"])
        thaw()
        self.wait_primary(other_than=primary)
        self.assertEqual(self.missing(), KEYS)
        loss = self.wait_event("failover.loss", primary)["fields"]
        promoted = int(loss["promoted_offset"])
        self.assertLess(promoted, end)
        self.assertEqual(loss["promise"], "none")
        self.wires.mend()
        kept = self.wait_event("tail.kept", primary)["fields"]
        self.assertEqual((int(kept["from_offset"]), int(kept["until_offset"])), (promoted, end))
        self.assertEqual((int(kept["bytes"]), int(kept["bytes_kept"])), (end - promoted, end - promoted))
        self.check_directory(pathlib.Path(kept["place"]), end - promoted)
        self.wait_role(primary, "standby")
        self.wait_steady()
        self.assertEqual(self.info(primary, "replication")["master_link_status"], "up")
        self.shown(primary, loss, kept["place"])

    def check_directory(self, place, size):
        self.assertEqual(place.stat().st_mode & 0o777, 0o700)
        for each in place.iterdir():
            self.assertEqual(each.stat().st_mode & 0o777, 0o600, each)
        stream = (place / "tail.resp").read_bytes()
        self.assertEqual(len(stream), size)
        held = [part.split(b"\r\n")[0].decode() for part in stream.split(b"\r\n$25\r\n")[1:]]
        self.assertEqual([each for each in held if each in KEYS], KEYS)
        self.assertNotIn(b"everybody-took", stream)
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual((manifest["what"], manifest["bytes"], manifest["complete"]), ("replication stream", size, True))

    def shown(self, primary, loss, place):
        """Where an operator looks."""
        why = [each for each in self.answer("why", "redis") if each["rule"] == "fence.appoint"][-1]
        self.assertIn("missing", why["inputs"])
        shown = self.answer("group", "show", "redis")["last_loss"]
        self.assertEqual((shown["from"], shown["promoted_offset"]), (primary, int(loss["promoted_offset"])))
        self.assertGreaterEqual(self.metric("a", "baton_failover_lost_bytes"), 0)
        # The restart before the test may have kept something as well.
        self.assertIn((primary, place), [(each["instance"], each["place"]) for each in self.answer("quarantine", "list")])


class Killed(Loss):
    arguments = '"--appendonly", "yes"'

    def test_the_files_of_a_primary_that_died_are_kept(self):
        primary, _, thaw = self.write_past_the_standbys()
        self.cluster.kill()
        thaw()
        self.wait_primary(other_than=primary)
        self.assertEqual(self.missing(), KEYS)
        kept = self.wait_event("tail.kept_partly", primary)["fields"]
        self.assertEqual(kept["remains"], "on_disk")
        place = pathlib.Path(kept["place"])
        text = b"".join(each.read_bytes() for each in place.glob("*.aof"))
        self.assertEqual([key for key in KEYS if key.encode() not in text], [])
        self.wait_role(primary, "standby")
        self.wait_steady()
        self.assertEqual(self.missing(), KEYS)


class NothingToKeep(Loss):
    def test_a_switchover_keeps_nothing_and_loses_nothing(self):
        old, _, _ = self.cluster.primary()
        # The restart before the test may have kept something.
        before = [each for each in self.events() if each["name"].startswith("tail.")]
        done = self.call("group", "switchover", "redis", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_primary(other_than=old)
        self.wait_steady()
        self.assertEqual(self.wait_event("failover.loss", old)["fields"]["promise"], "handed_over")
        self.assertEqual([each for each in self.events() if each["name"].startswith("tail.")], before)


if __name__ == "__main__":
    stage.main()
