#!/usr/bin/env python3
"""What dies without anything happening to the service: agents, and HAProxy."""

import processes
import respconn
import stage


class AgentsDie(stage.ClusterTest):
    def test_no_role_changes_and_no_connection_is_cut(self):
        client = self.writer()
        before = self.cluster.primary()
        syncs = respconn.FullSyncs(self.cluster.endpoints())
        for node in self.cluster.node_names():
            with self.subTest(agent=node):
                self.kill_agent_and_wait(node)
                self.assertEqual(self.cluster.primary(), before)
        report = client.report()
        self.assertEqual(report["failed"], 0, report)
        self.assertEqual(report["connections_reset"], 0, report)
        self.assert_nothing_lost(client)
        self.assertEqual(syncs.since(), 0)

    def kill_agent_and_wait(self, node):
        pid = self.cluster.agent_pid(node)
        self.cluster.kill_agent(node)
        self.wait_for(f"the guard starts the agent of {node} again",
                      lambda: processes.alive(self.cluster.agent_pid(node)) and self.cluster.agent_pid(node) != pid)
        self.wait_for(f"the agent of {node} is healthy",
                      lambda: (self.seen_by(node, "/health") or {}).get("status") is not None)
        self.wait_steady()
        told = {event["name"] for event in self.seen_by(node, "/v1/events")}
        self.assertNotIn("group.appointed", told, "a restarted agent told old events as if they were new")


class FrontDies(stage.ClusterTest):
    def test_haproxy_comes_back(self):
        before = self.cluster.primary()
        node = before[1]
        pid = self.cluster.haproxy_pid(node)
        self.cluster.kill_haproxy(node)
        front = self.cluster.fronts(node)[0].rsplit(":", 1)

        def serves():
            try:
                with respconn.Redis(front[0], int(front[1])) as redis:
                    return redis.ask("SET", "through", "front") == "OK"
            except (OSError, respconn.RedisError):
                return False

        self.assertEqual(processes.wait_gone([pid], 5), [])
        self.wait_for("the front of the node serves again", serves)
        self.wait_steady()
        self.assertEqual(self.cluster.primary(), before)


if __name__ == "__main__":
    stage.main()
