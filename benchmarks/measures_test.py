"""The arithmetic behind every printed number, and the rules of who is killed."""

import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import distribution
import faults
import junit_totals
import processes


class Distribution(unittest.TestCase):
    def test_quantiles_are_measured_values(self):
        values = [float(value) for value in range(100, 0, -1)]
        found = distribution.summary(values)
        self.assertEqual((found["min"], found["p50"], found["p90"], found["p99"], found["max"]), (1, 50, 90, 99, 100))
        self.assertEqual(distribution.summary([7.0])["p99"], 7.0)
        self.assertIsNone(distribution.summary([]))

    def test_a_tail_claim_needs_enough_runs(self):
        self.assertIn("needs 299", distribution.p99_claim([1.0] * 298, 10))
        self.assertIn("is supported", distribution.p99_claim([1.0] * 299, 10))
        self.assertIn("not supported", distribution.p99_claim([1.0] * 298 + [11.0], 10))
        self.assertIn("is supported", distribution.p99_claim([1.0] * 472 + [11.0], 10))
        self.assertIn("is supported", distribution.p99_claim([1.0] * 626 + [11.0] * 2, 10))
        self.assertIn("not supported", distribution.p99_claim([1.0] * 625 + [11.0] * 3, 10))


class Totals(unittest.TestCase):
    def add_up(self, cases, extra=()):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "release.xml"
            file.write_text(f"<testsuite>{cases}</testsuite>")
            run = subprocess.run([sys.executable, "-B", junit_totals.__file__, *extra, str(file)], capture_output=True,
                                 text=True, check=False)
        return run.stdout.splitlines()[-1], run.returncode

    def test_skipped_and_unfinished_tests_are_not_passed(self):
        cases = ('<testcase name="a" status="run"/><testcase name="b" status="fail"><failure/></testcase>'
                 '<testcase name="c" status="notrun"><skipped/></testcase><testcase name="d" status="disabled"/>'
                 '<testcase name="e" status="strange"/>')
        self.assertEqual(self.add_up(cases), ("1 passed, 2 failed, 2 skipped", 1))

    def test_only_a_clean_and_not_empty_run_succeeds(self):
        self.assertEqual(self.add_up('<testcase name="a" status="run"/>'), ("1 passed, 0 failed, 0 skipped", 0))
        self.assertEqual(self.add_up(""), ("0 passed, 0 failed, 0 skipped", 1))
        self.assertEqual(self.add_up('<testcase name="a" status="run"/>', ["--extra-failures", "1"]),
                         ("1 passed, 1 failed, 0 skipped", 1))


class Cluster:
    """Remembers where leadership was put."""

    def __init__(self):
        self.placed = "n1"

    def node_names(self):
        return ["n1", "n2", "n3"]

    def leader(self):
        return self.placed

    def primary(self):
        return "redis-n2", "n2", 4

    def place_leader(self, node):
        self.placed = node


class Plans(unittest.TestCase):
    def test_leadership_alternates_between_on_and_off_the_failed_node(self):
        cluster = Cluster()
        plans = [(faults.plan(cluster, "kill", number), cluster.placed) for number in range(4)]
        self.assertEqual([plan.node for plan, _ in plans], ["n2"] * 4)
        self.assertEqual([plan.leader for plan, _ in plans], ["on", "off", "on", "off"])
        self.assertEqual([placed for _, placed in plans], ["n2", "n1", "n2", "n3"])

    def test_agents_are_killed_on_the_leader_and_beside_it(self):
        plans = [faults.plan(Cluster(), "agent-kill", number) for number in range(4)]
        self.assertEqual([(plan.node, plan.leader) for plan in plans],
                         [("n1", "on"), ("n2", "off"), ("n1", "on"), ("n3", "off")])


class Processes(unittest.TestCase):
    def test_a_tree_is_killed_with_its_grandchildren(self):
        parent = subprocess.Popen(["sh", "-c", "sh -c 'sleep 100; true' & wait"], start_new_session=True)
        self.addCleanup(parent.wait)
        while len(processes.descendants(parent.pid)) < 2:
            self.assertIsNone(parent.poll())
        victims = processes.kill_tree(parent.pid)
        self.assertEqual(len(victims), 3)
        parent.wait()
        self.assertEqual(processes.wait_gone(victims, 5), [])

    def test_groups_and_init_are_never_sent_a_signal(self):
        for pid in (0, 1, -1):
            with self.assertRaises(ValueError):
                processes.send(pid, signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
