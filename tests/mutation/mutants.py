"""Reads mutants: one small file each, which says what is wrong with it, who
has to notice, and which lines of src/ it changes.

    origin: where the mistake is known from, or "own"
    story: what goes wrong, in a sentence or two
    caught-by: simulation CHECKER[, CHECKER...], or TARGET WHAT
    seeds: A..B [THEME]              (of the simulation only)
    file: core/lease/holder.cpp      (below src/)
    ---- original
    lines that stand there exactly once
    ---- mutated
    the same lines, with MUTANT where the product and the mutant part

A line that begins with a space continues the header above it. More pairs may
follow, and `---- file: PATH` moves on to another source.
"""

import pathlib
import re
import zlib
from dataclasses import dataclass, field

SUFFIX = ".mutant"
HEADERS = ("origin", "story", "caught-by", "seeds", "file")
_SEEDS = re.compile(r"(\d+)\.\.(\d+)(?: ([a-z]+))?")


class Mistake(Exception):
    """A mutant that cannot be woven, and why."""


@dataclass
class Edit:
    source: str
    original: str
    mutated: str


@dataclass
class Mutant:
    name: str
    headers: dict
    edits: list = field(default_factory=list)

    @property
    def number(self):
        """What woven code asks for. It does not depend on the other mutants,
        so a new one recompiles only what it changes."""
        return zlib.crc32(self.name.encode())

    @property
    def program(self):
        return self.headers["caught-by"].split(" ", 1)[0]

    @property
    def what(self):
        """Checkers, a filter of tests or the name of a story."""
        return self.headers["caught-by"].split(" ", 1)[1]

    @property
    def checkers(self):
        return [each.strip() for each in self.what.split(",")] if self.simulated else []

    @property
    def simulated(self):
        return self.program == "simulation"

    @property
    def seeds(self):
        """First seed, last seed, theme."""
        first, last, theme = _SEEDS.fullmatch(self.headers["seeds"]).groups()
        return int(first), int(last), theme or ""

    @property
    def published(self):
        return self.headers["origin"] != "own"


def _check_headers(mutant):
    for header in HEADERS[:3]:
        if header not in mutant.headers:
            raise Mistake(f"mutant {mutant.name}: the header '{header}:' is missing")
    if " " not in mutant.headers["caught-by"]:
        raise Mistake(f"mutant {mutant.name}: 'caught-by:' wants a program and what of it notices")
    if mutant.simulated and not _SEEDS.fullmatch(mutant.headers.get("seeds", "")):
        raise Mistake(f"mutant {mutant.name}: 'seeds:' wants A..B and perhaps a theme")
    if not mutant.edits:
        raise Mistake(f"mutant {mutant.name}: it changes nothing")


def _check_edit(mutant, edit):
    if not edit.source:
        raise Mistake(f"mutant {mutant.name}: 'file:' is missing")
    if not edit.source.endswith(".cpp"):
        raise Mistake(f"mutant {mutant.name}: {edit.source} is a header; move what it changes into a source")
    if "MUTANT" not in edit.mutated:
        raise Mistake(f"mutant {mutant.name}: a changed snippet without MUTANT would always be on")


def _read_headers(mutant, lines):
    last = None
    while lines and not lines[0].startswith("---- "):
        line = lines.pop(0)
        if line.startswith(" ") and last:
            mutant.headers[last] += " " + line.strip()
            continue
        last, found, value = line.partition(":")
        if not found or last not in HEADERS:
            raise Mistake(f"mutant {mutant.name}: no header: {line!r}")
        mutant.headers[last] = value.strip()


def _snippet(mutant, lines, marker):
    if not lines or lines.pop(0) != f"---- {marker}":
        raise Mistake(f"mutant {mutant.name}: '---- {marker}' is missing")
    taken = []
    while lines and not lines[0].startswith("---- "):
        taken.append(lines.pop(0) + "\n")
    return "".join(taken)


def parse(name, text):
    mutant = Mutant(name, {})
    lines = text.splitlines()
    _read_headers(mutant, lines)
    source = mutant.headers.get("file", "")
    while lines:
        if lines[0].startswith("---- file: "):
            source = lines.pop(0).removeprefix("---- file: ")
        edit = Edit(source, _snippet(mutant, lines, "original"), _snippet(mutant, lines, "mutated"))
        _check_edit(mutant, edit)
        mutant.edits.append(edit)
    _check_headers(mutant)
    return mutant


def read_all(folders):
    """Every mutant below the folders, by name."""
    found = {}
    for path in sorted(path for folder in folders for path in pathlib.Path(folder).glob(f"*{SUFFIX}")):
        mutant = parse(path.stem, path.read_text(encoding="utf-8"))
        twin = next((each for each in found.values() if each.number == mutant.number), None)
        if twin is not None:
            raise Mistake(f"mutant {mutant.name}: it has the name or number of {twin.name}; rename it")
        found[mutant.name] = mutant
    return found
