#!/usr/bin/env python3
"""Restarts that an operator asks for: of an agent, of a frozen one by its guard,
of standby servers; and a shell loop that heals whatever is not healthy."""

import os
import pathlib
import signal
import subprocess

import processes
import stage

HEAL = pathlib.Path(__file__).resolve().parents[3] / "examples" / "heal"


class RestartTest(stage.ClusterTest):
    def standby_node(self):
        return next(node for node in self.cluster.node_names() if node != self.cluster.primary()[1])

    def done(self, *words):
        result = self.call(*words)
        self.assertEqual(result.returncode, 0, f"baton {' '.join(words)}: {result.stdout}{result.stderr}")
        return result

    def wait_ill(self, node):
        self.wait_for(f"{node} is not healthy", lambda: self.unhealthy() == [node])

    def unhealthy(self):
        return self.done("node", "list", "--unhealthy").stdout.split()


class Agents(RestartTest):
    def test_an_agent_is_restarted_under_its_primary(self):
        client = self.writer()
        before = self.cluster.primary()
        server, agent = self.cluster.instance_pid(before[0]), self.cluster.agent_pid(before[1])
        self.done("node", "restart", f"--node={before[1]}", "--reason", "smoke test")
        self.assertNotEqual(self.cluster.agent_pid(before[1]), agent)
        self.assertEqual(self.cluster.instance_pid(before[0]), server, "its server was touched")
        self.assertEqual(self.cluster.primary(), before)
        self.assert_nothing_lost(client)

    def test_a_frozen_agent_is_restarted_by_its_guard(self):
        node = self.standby_node()
        agent = self.cluster.agent_pid(node)
        self.assertEqual(self.unhealthy(), [])
        processes.send(agent, signal.SIGSTOP)
        self.wait_ill(node)
        result = self.done("node", "restart", f"--node={node}")
        self.assertIn("its guard", result.stderr)
        self.assertNotEqual(self.cluster.agent_pid(node), agent)
        self.done("node", "is-healthy", f"--node={node}")
        self.assertEqual(self.unhealthy(), [])

    def test_a_node_that_cannot_be_reached_is_left_alone(self):
        node = self.standby_node()
        self.kill_node(node)
        self.wait_ill(node)
        result = self.call("node", "restart", f"--node={node}")
        self.assertEqual(result.returncode, 4, result.stderr)
        for words in (f"no guard of node {node} runs on this machine", f"baton node replace --node={node}"):
            self.assertIn(words, result.stderr)


class Servers(RestartTest):
    def test_standbys_are_restarted_and_a_primary_is_not(self):
        instance, holder, _ = before = self.cluster.primary()
        node = self.standby_node()
        standby = f"redis-{node}"
        server = self.cluster.instance_pid(standby)
        self.done("node", "restart", f"--node={node}", "--servers")
        self.wait_for("the server runs again", lambda: self.cluster.instance_pid(standby) not in (None, 0, server))
        self.wait_role(standby, "standby")
        self.assertEqual(self.cluster.primary(), before)
        primary = self.cluster.instance_pid(instance)
        refused = self.call("node", "restart", f"--node={holder}", "--servers")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn(f"baton node drain --node={holder}", refused.stderr)
        self.assertEqual(self.cluster.instance_pid(instance), primary)


class Healing(RestartTest):
    def heal(self, *words):
        self.environment = {**os.environ, "BATON_CONFIG": str(self.cluster.dir / "baton.yaml"),
                            "PATH": f"{self.programs}:{os.environ['PATH']}"}
        return subprocess.run([str(HEAL), *words], capture_output=True, text=True, timeout=180, check=False,
                              env=self.environment, stdin=subprocess.DEVNULL)

    def setUp(self):
        super().setUp()
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        (self.programs / "baton").symlink_to(self.cluster.baton)

    def renew(self):
        """What an operator would run to give a node an empty directory."""
        script = self.folder / "renew"
        script.write_text(f"#!/bin/sh\nset -e\nrm -rf '{self.cluster.dir}/nodes/'$1/state\n"
                          f"setsid baton agent --config '{self.cluster.dir}/baton.yaml' --node $1 "
                          f">>'{self.cluster.dir}/nodes/'$1/agent.log 2>&1 </dev/null &\n", encoding="utf-8")
        script.chmod(0o755)
        return script

    def test_the_loop_restarts_what_is_frozen_and_replaces_what_is_lost(self):
        node = self.standby_node()
        self.assertEqual(self.heal().returncode, 0)
        processes.send(self.cluster.agent_pid(node), signal.SIGSTOP)
        self.wait_ill(node)
        healed = self.heal()
        self.assertEqual(healed.returncode, 0, healed.stdout + healed.stderr)
        self.assertIn(f"Attempting to heal node {node}\n", healed.stdout)
        self.assertNotIn("replacing", healed.stdout)
        self.assertEqual(self.unhealthy(), [])

        self.kill_node(node)
        self.wait_ill(node)
        self.assertEqual(self.heal().returncode, 1, "nobody said how to renew the node")
        healed = self.heal(str(self.renew()))
        self.cluster.node(node)["guard"]["pid"] = self.cluster.guard_pid(node)
        self.assertEqual(healed.returncode, 0, healed.stdout + healed.stderr)
        self.assertIn(f"Node {node} failed to recover, replacing\n", healed.stdout)
        self.wait_steady()
        self.assertEqual(self.unhealthy(), [])


if __name__ == "__main__":
    stage.main()
