"""The wall clock of one host, which can be as wrong as wanted; see wall_clock.cpp."""

import os
import shutil
import struct

import playground

LIBRARY = "baton_chaos_wall_clock.so"
SERVERS = ("redis-server", "haproxy")  # Their environment is made anew by who starts them.
WRAPPER = """#!/bin/sh
LD_PRELOAD='{library}' BATON_CHAOS_WALL_CLOCK='{offset}' exec '{program}' "$@"
"""


class HostClock:
    """Right until it is put wrong. Without the library next to the program it stays right."""

    def __init__(self, place, programs):
        place.mkdir(parents=True)
        self._library = programs / LIBRARY
        self._offset = place / "offset"
        self._offset.write_bytes(struct.pack("<q", 0))
        for name in SERVERS:
            wrapper = place / name
            wrapper.write_text(WRAPPER.format(library=self._library, offset=self._offset, program=shutil.which(name)),
                               encoding="utf-8")
            wrapper.chmod(0o755)

    def environment(self):
        """Of the host's first program: it and its servers read this clock."""
        if not self._library.exists():
            return {}
        return {"LD_PRELOAD": str(self._library), "BATON_CHAOS_WALL_CLOCK": str(self._offset),
                "PATH": f"{self._offset.parent}:{os.environ['PATH']}"}

    def put(self, seconds_off):
        """At once, for every program of the host; 0 is right."""
        if not self._library.exists():
            raise playground.PlaygroundError(f"{self._library} is not there, so no clock can be put wrong")
        with open(self._offset, "r+b") as offset:  # In place: programs have it mapped.
            offset.write(struct.pack("<q", round(seconds_off * 1e9)))
