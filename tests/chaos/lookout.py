"""Kills the agent that leads consensus at the moment when it follows a rule.

The program has no hooks for this. The leader's log names each rule as it is
first followed; whoever reads it along is some milliseconds late, and says so.
"""

import signal
import threading

import playground
import processes

LOOK_EVERY = 0.002
NOT_FOLLOWED = "was not followed"  # What is said of a rule for which it waited in vain.


class Lookout:
    """Watches from its making until `end`; strikes once."""

    def __init__(self, cluster, rule):
        self._cluster = cluster
        self._mark = f"rule.{rule}:".encode()
        self._logs = {node: open(cluster.log(node), "rb") for node in cluster.node_names()}
        for log in self._logs.values():
            log.seek(0, 2)
        self._over = threading.Event()
        self.struck = None  # The node whose agent was killed.
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        heard = dict.fromkeys(self._logs, b"")
        while self.struck is None and not self._over.wait(LOOK_EVERY):
            for node, log in self._logs.items():
                heard[node] += log.read()
                if self._mark in heard[node]:
                    self._strike(node)
                heard[node] = heard[node][heard[node].rfind(b"\n") + 1:]

    def _strike(self, node):
        try:
            if processes.send(self._cluster.agent_pid(node), signal.SIGKILL):
                self.struck = node
        except playground.PlaygroundError:
            pass  # It was killed for another reason meanwhile.

    def end(self, seconds=0):
        """Waits so long for the rule, if it was not followed yet."""
        self._thread.join(seconds)
        self._over.set()
        self._thread.join()
        for log in self._logs.values():
            log.close()
