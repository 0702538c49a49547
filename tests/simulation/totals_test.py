#!/usr/bin/env python3
"""Long runs: what is kept, what is run again, and how it is summed up."""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import unittest

import totals

LINE = ("seed=4 theme=network simulated=30000 events=9 broken= faults=3 promotions=2 switchovers=0 acknowledged=5 "
        "lost=0 confirmed_lost=0 losses_accepted=0 recovery=400 gaps=60,900 judged=bounded:7,recovers:1\n")


class Totals(unittest.TestCase):
    def test_properties_outages_and_recovery_are_summed_up(self):
        runs = [totals.read_line(LINE), totals.read_line(LINE.replace("=60,900", "=").replace("=400", "=31000"))]
        text = "\n".join(totals.report(runs))
        self.assertRegex(text, r"(?m)^bounded +14 +0$")
        self.assertRegex(text, r"(?m)^network +2 +60 +900 +900 +900$")
        self.assertIn("stuck longer than 30 s after the last fault: 1", text)

    def test_a_broken_property_is_counted_though_it_was_never_judged(self):
        text = "\n".join(totals.report([totals.read_line(LINE.replace("broken=", "broken=invariant"))]))
        self.assertRegex(text, r"(?m)^invariant +0 +1$")
        self.assertIn("1 seeds broke a property", text)


class Record(unittest.TestCase):
    simulation: pathlib.Path

    def run_seeds(self, record, seeds):
        return subprocess.run([self.simulation, "--seeds", seeds, "--seconds", "12", "--record", record],
                              check=True, capture_output=True, text=True).stdout

    def test_an_interrupted_run_goes_on_and_ends_as_if_it_had_not_been(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, broken_off = pathlib.Path(folder, "whole"), pathlib.Path(folder, "broken-off")
            self.run_seeds(whole, "3..6")
            self.run_seeds(broken_off, "3..4")
            with open(broken_off, "a", encoding="utf-8") as file:
                file.write("seed=5 theme=netw")
            self.assertIn("2 seeds", self.run_seeds(broken_off, "3..6"))
            self.assertEqual(broken_off.read_text(), whole.read_text())
            self.assertIn("0 seeds", self.run_seeds(broken_off, "3..6"))
            self.assertEqual(len(totals.read_runs([whole])), 4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--simulation", type=pathlib.Path, required=True)
    options, rest = parser.parse_known_args()
    Record.simulation = options.simulation
    unittest.main(argv=[sys.argv[0], *rest])
