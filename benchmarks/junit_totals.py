"""Adds up ctest's JUnit files into the closing line of scripts/test.

Prints `N passed, N failed, N skipped` alone on the last line and exits 1 when
anything failed, when a test named in a file has no verdict, or when nothing
ran at all. A disabled or not-run test counts as skipped, never as passed.
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as xml


def verdict(case):
    """passed, failed or skipped for one <testcase>."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    status = case.get("status", "")
    if case.find("skipped") is not None or status in ("notrun", "disabled"):
        return "skipped"
    return "passed" if status == "run" else "failed"


def add_up(files):
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    names = {"failed": [], "skipped": []}
    for file in files:
        for case in xml.parse(file).getroot().iter("testcase"):
            result = verdict(case)
            totals[result] += 1
            if result in names:
                names[result].append(f"{pathlib.Path(file).stem}: {case.get('name')}")
    return totals, names


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extra-failures", type=int, default=0)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(arguments)
    totals, names = add_up([file for file in options.files if pathlib.Path(file).exists()])
    totals["failed"] += options.extra_failures
    for result in ("skipped", "failed"):
        for name in names[result]:
            print(f"{result}: {name}")
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 0 if totals["failed"] == 0 and totals["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
