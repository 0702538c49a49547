#!/usr/bin/env python3
"""Sets the program that has to notice a mutant on it.

    hunt.py --mutants DIR --programs DIR --stories DIR NAME

Exits 0 if the mutant was caught, 1 if it survived, 2 if that cannot be told.
Tests and stories are run without the mutant first: what fails anyway catches
nothing.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

import mutants

CAUGHT, SURVIVED, UNCLEAR = 0, 1, 2
UNKNOWN_MUTANT = 77  # chosen_by_environment.cpp
INVARIANT = "internal invariant broken"
_NOTICED = re.compile(r"^\[  FAILED  \] \S+|^.*the answer differs$|" + INVARIANT, re.MULTILINE)


def command_of(mutant, programs, stories):
    if mutant.simulated:
        return [programs / "baton_mutation", "--mutant", mutant.name]
    program = programs / f"woven_{mutant.program}"
    if mutant.program.endswith("_scenarios"):
        folder = stories / mutant.program.removesuffix("_scenarios")
        return [program, *(folder / f"{story}.txt" for story in mutant.what.split())]
    return [program, f"--gtest_filter={mutant.what}", "--gtest_brief=1"]


def run(command, mutant=""):
    environment = {key: value for key, value in os.environ.items() if key != "BATON_MUTANT"}
    if mutant:
        environment["BATON_MUTANT"] = mutant
    return subprocess.run(command, env=environment, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def ran_something(output):
    return not re.search(r"^\[==========\] 0 tests|^0 conversations|0 tests from 0", output, re.MULTILINE)


def judge(mutant, command):
    """The verdict, and a sentence for it."""
    sound = run(command)
    if sound.returncode != 0 or not ran_something(sound.stdout):
        return UNCLEAR, f"{command[0].name} fails without it, or runs nothing:\n{sound.stdout}"
    ill = run(command, mutant.name)
    if ill.returncode == 0:
        return SURVIVED, f"survived: {mutant.headers['caught-by']} did not notice it"
    noticed = _NOTICED.search(ill.stdout)
    if ill.returncode == UNKNOWN_MUTANT or not noticed:
        return UNCLEAR, f"{command[0].name} ended with {ill.returncode}:\n{ill.stdout}"
    return CAUGHT, f"caught by {command[0].name}: {noticed.group(0).strip()}"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--stories", type=pathlib.Path, required=True)
    parser.add_argument("name")
    options = parser.parse_args(arguments)
    mutant = mutants.read_all([options.mutants]).get(options.name)
    if mutant is None:
        print(f"no mutant has the name {options.name}")
        return UNCLEAR
    command = command_of(mutant, options.programs, options.stories)
    if mutant.simulated:
        return subprocess.run(command, check=False).returncode
    verdict, sentence = judge(mutant, command)
    print(f"mutant {mutant.name}: {sentence}")
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
