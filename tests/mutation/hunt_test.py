#!/usr/bin/env python3
"""The hunt can fail: a mutant that does nothing survives, whoever looks for
it. And with no mutant on, the woven simulation is the product's, event by event.

    hunt_test.py --programs DIR --simulation PROGRAM
"""

import argparse
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

import hunt

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = "0..19"
options = argparse.Namespace()


def hunt_for(name, folder="harmless"):
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = hunt.main(["--mutants", str(HERE / folder), "--programs", str(options.programs),
                          "--stories", str(HERE.parent / "scenarios"), name])
    return code, told.getvalue()


def details(*command):
    told = subprocess.run([*command, "--seeds", SEEDS], capture_output=True, text=True, check=True).stdout
    return [line for line in told.splitlines() if line.startswith("seed ")]


class Hunt(unittest.TestCase):
    def test_a_harmless_mutant_survives_the_simulation(self):
        program = options.programs / "baton_mutation"
        run = subprocess.run([program, "--mutant", "says_the_same"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, hunt.SURVIVED, run.stdout + run.stderr)
        self.assertIn("mutant says_the_same: survived seeds 0 to 3", run.stdout)

    def test_a_harmless_mutant_survives_a_story(self):
        code, told = hunt_for("notices_nothing")
        self.assertEqual(code, hunt.SURVIVED, told)
        self.assertIn("mutant notices_nothing: survived", told)

    def test_an_unknown_name_is_no_catch(self):
        run = subprocess.run([options.programs / "baton_mutation", "--mutant", "nobody"],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, hunt.UNCLEAR)
        self.assertEqual(hunt_for("nobody")[0], hunt.UNCLEAR)
        twin = hunt.run([options.programs / "woven_lease_test"], mutant="nobody")
        self.assertEqual(twin.returncode, hunt.UNKNOWN_MUTANT)


class FewestFaults(unittest.TestCase):
    """Of a seed that a mutant breaks: found, written down, and enough."""

    def simulate(self, seed, *more):
        return subprocess.run([options.programs / "woven_baton_simulation", "--seed", str(seed), "--theme", "servers",
                               *more], env={"BATON_MUTANT": "sentinel_switchover_loses"}, cwd=self.folder,
                              capture_output=True, text=True, check=False)

    def test_they_break_the_same_property_again(self):
        with tempfile.TemporaryDirectory(prefix="baton-hunt-") as self.folder:
            seed = next(each for each in range(80, 180) if "switchover_keeps_all: " in self.simulate(each).stderr)
            found = self.simulate(seed, "--shrink")
            self.assertEqual(found.returncode, 1, found.stderr)
            faults = pathlib.Path(self.folder, f"seed-{seed}.faults").read_text().splitlines()
            self.assertIn(f"{len(faults)} faults are enough to break switchover_keeps_all", found.stderr)
            self.assertIn("ask_switchover", " ".join(faults))
            self.assertLess(len(faults), 4, faults)
            again = self.simulate(seed, "--faults", f"seed-{seed}.faults")
            self.assertEqual(again.returncode, 1, again.stderr)
            self.assertIn("switchover_keeps_all: ", again.stderr)


class WithoutAMutant(unittest.TestCase):
    def test_every_seed_is_the_same_history(self):
        product = details(options.simulation, "--details")
        self.assertEqual(len(product), 20)
        self.assertEqual(details(options.programs / "baton_mutation"), product)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--simulation", type=pathlib.Path, required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
