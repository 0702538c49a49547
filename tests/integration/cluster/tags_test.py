#!/usr/bin/env python3
"""Instances with tags: one that is never promoted, one that is never read from;
and a program that is told of every change of role."""

import signal

import respconn
import stage


class Tags(stage.ClusterTest):
    def tag(self, instance, word):
        line = f"/data/redis-{instance}"
        self.reform(lambda text: text.replace(line, f"{line}, {word}: true"))

    def shown(self, instance):
        return next(each for each in self.cluster.status()["instances"] if each["id"] == instance)

    def test_nofailover_is_never_promoted_by_itself(self):
        # b is the first candidate by name once a is gone.
        self.tag("b", "nofailover")
        self.assertEqual((self.shown("redis-b")["nofailover"], self.shown("redis-b")["priority"]), (True, 0))
        self.assertIn("nofailover", self.call("group", "show", "redis", "--format", "table").stdout)
        client = self.writer("--wait", "2")
        for _ in range(3):
            old, _, epoch = self.cluster.primary()
            self.assertNotEqual(old, "redis-b")
            self.cluster.kill()
            new = self.wait_primary(other_than=old, epoch_above=epoch)
            self.assertNotEqual(new[0], "redis-b", "an instance with nofailover was promoted")
            self.wait_steady()
        self.assert_nothing_lost(client)

    def test_noloadbalance_serves_no_reads(self):
        primary = self.cluster.primary()[1]
        node, other = [name for name in self.cluster.node_names() if name != primary]
        self.tag(node, "noloadbalance")
        if self.cluster.primary()[1] == node:
            self.assertEqual(self.call("group", "switchover", "redis", "--to", primary, "--yes").returncode, 0)
            self.wait_steady()
        self.assertTrue(self.shown(f"redis-{node}")["noloadbalance"])
        standby = next(name for name in (other, primary) if name != self.cluster.primary()[1])
        self.assertEqual(self.http(standby, "/replica").status, 200)
        for path in ("/replica", "/read-only"):
            self.assertEqual(self.http(node, path).status, 503, path)
        # Every read of the front goes to a server of another port or address.
        read = self.cluster.description["groups"][0]["fronts"]["read"]["all"][0]
        answered = {self.run_id_behind(read) for _ in range(20)}
        self.assertNotIn(self.info(f"redis-{node}", "server")["run_id"], answered)

    @staticmethod
    def run_id_behind(front):
        return respconn.info(front["host"], front["port"], "server")["run_id"]


class Hooks(stage.ClusterTest):
    def setUp(self):
        super().setUp()
        self.told = self.folder / "told"
        self.folder.chmod(0o755)
        self.script = self.folder / "hook"
        self.script.write_text(
            f"#!/bin/sh\n[ -e {self.folder}/hang ] && {{ echo $$ >>{self.folder}/hanging; sleep 600 & wait; }}\n"
            f"echo $BATON_CLUSTER $BATON_GROUP $BATON_NODE $BATON_INSTANCE $BATON_ROLE $BATON_EPOCH $1"
            f" >>{self.told}\n[ ! -e {self.folder}/fail ]\n", encoding="utf-8")
        self.script.chmod(0o755)
        hooks = f"    hooks: {{on_role_change: [{self.script}, 'two words'], timeout: 2s}}\n    instances:\n"
        self.reform(lambda text: text.replace("    instances:\n", hooks))

    def lines(self):
        return self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []

    def wait_told(self, instance, role, epoch):
        line = f"playground redis {instance[-1]} {instance} {role} {epoch} two words"
        self.wait_for(f"the hook is told {line!r}; it was told {self.lines()}", lambda: line in self.lines())

    def event(self, name, instance):
        return [each for each in self.events() if each["name"] == name and each["fields"].get("instance") == instance]

    def test_each_change_is_told_once_on_the_node_itself(self):
        old, _, epoch = self.cluster.primary()
        self.wait_told(old, "primary", epoch)
        for standby in self.standbys():
            self.wait_for(f"{standby} was told", lambda name=standby: any(
                f" {name} standby " in line for line in self.lines()))
        self.cluster.kill()
        new, _, next_epoch = self.wait_primary(other_than=old, epoch_above=epoch)
        self.wait_told(new, "primary", next_epoch)
        self.wait_for(f"{old} is told that it is a standby", lambda: any(
            f" {old} standby " in line for line in self.lines()))
        self.wait_for("its end is an event", lambda: self.event("hook.done", new))
        self.assertEqual(len([line for line in self.lines() if f" {new} primary " in line]), 1)

    def test_a_hook_that_hangs_or_fails_delays_nothing(self):
        (self.folder / "hang").touch()
        client = self.writer()
        old, _, epoch = self.cluster.primary()
        self.cluster.kill()
        new, _, next_epoch = self.wait_primary(other_than=old, epoch_above=epoch)
        self.wait_for("writes go on while it hangs", lambda: client.report()["acknowledged"] > 50)
        self.wait_for("it is killed", lambda: self.event("hook.killed", new))
        for pid in (self.folder / "hanging").read_text(encoding="utf-8").split():
            self.wait_for("nothing of it is left", lambda number=int(pid): not stage.processes.alive(number))
        (self.folder / "hang").unlink()
        (self.folder / "fail").touch()
        self.wait_steady()
        self.assertEqual(self.call("group", "switchover", "redis", "--yes").returncode, 0)
        third, _, last_epoch = self.wait_primary(other_than=new, epoch_above=next_epoch)
        self.wait_told(third, "primary", last_epoch)
        self.wait_for("its failure is an event", lambda: self.event("hook.failed", third))
        self.assert_nothing_lost(client)

    def test_an_agent_that_restarts_tells_the_present_role_again(self):
        instance, node, epoch = self.cluster.primary()
        self.wait_told(instance, "primary", epoch)
        stage.processes.send(self.cluster.agent_pid(node), signal.SIGKILL)
        line = f"playground redis {node} {instance} primary {epoch} two words"
        self.wait_for("it is told once more", lambda: self.lines().count(line) == 2)
        self.assertEqual(self.cluster.primary(), (instance, node, epoch))


if __name__ == "__main__":
    stage.main()
