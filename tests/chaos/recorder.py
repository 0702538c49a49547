#!/usr/bin/env python3
"""A recording client on one host: it stays connected to each server, past every
front, writes one key after the other on each connection, and notes what became
of every write and when.

It leaves a connection only when the server does. So it is still there when an
old primary thaws or a network heals, over the connection it had before.

Each write also asks the server which history it writes into: Redis takes a new
replication id whenever it is opened, so the id names one reign of one server.

    recorder.py --place NODE --password-file FILE INSTANCE=NODE=HOST:PORT...

Standard input: `begin` forgets what was noted, `hurry` lets writes on this host
follow each other without a pause for a moment, so that a fault meets one in
flight, `write FILE` writes down what was noted; one line answers each. Lines of
the file: history.py.
"""

import argparse
import pathlib
import socket
import sys
import threading
import time

import direct
import respconn

# The write comes last: an error of the script means that nothing was written.
SCRIPT = ("local reign = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') "
          "redis.call('SET', KEYS[1], ARGV[1]) return reign")
NEAR_PERIOD = 0.004  # Seconds between writes to the server on the same host,
REFUSED_PERIOD = 0.010  # to one that refused the last one,
HURRY_SECONDS = 0.25
FAR_PERIOD = 0.025  # and to one on another host.
RECONNECT_PAUSE = 0.010
CONNECT_SECONDS = 1.0
PATIENCE_SECONDS = 20.0  # For one answer. Longer than any fault lasts.


class Notes:
    """What happened, in order of answers. Shared by the connections."""

    def __init__(self):
        self._lines = []
        self._open = {}  # Connection to the write it waits for.
        self._hurry_until = 0.0

    def sent(self, who, sent):
        self._open[who.name] = f"{who.name} {who.instance} {who.distance} {sent}"

    def answered(self, who, outcome, received, reign="-"):
        self._lines.append(f"{outcome} {self._open.pop(who.name)} {received} {reign}\n")

    def begin(self):
        self._lines = []

    def hurry(self):
        self._hurry_until = time.monotonic() + HURRY_SECONDS

    def hurried(self):
        return time.monotonic() < self._hurry_until

    def write(self, path):
        now = time.monotonic_ns()
        waiting = [f"u {write} {now} -\n" for write in list(self._open.values())]
        path.write_text("".join([*self._lines, *waiting]), encoding="utf-8")


class Connection(threading.Thread):
    """One write in flight, for as long as the process lives."""

    def __init__(self, notes, place, target, password):
        super().__init__(daemon=True)
        self.instance, node, address = target.split("=")
        self.distance = "near" if node == place else "far"
        self.name = f"{place}>{self.instance}"
        host, port = address.rsplit(":", 1)
        self._address = host, int(port)
        self._notes = notes
        self._password = password
        self._count = 0

    def run(self):
        while True:
            try:
                with socket.create_connection(self._address, timeout=CONNECT_SECONDS) as server:
                    self._write_on(server)
            except OSError:
                time.sleep(RECONNECT_PAUSE)

    def _write_on(self, server):
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.setsockopt(socket.SOL_SOCKET, direct.SO_TIMESTAMPNS, 1)
        server.settimeout(PATIENCE_SECONDS)
        server.sendall(respconn.encode("AUTH", self._password))
        if not self._reply(server)[0].startswith(b"+"):
            raise OSError("not let in")
        while True:
            refused = self._write(server)
            time.sleep(self._pause(refused))

    def _pause(self, refused):
        if self.distance == "far":
            return FAR_PERIOD
        if refused:
            return REFUSED_PERIOD
        return 0 if self._notes.hurried() else NEAR_PERIOD

    def _write(self, server):
        """One write and its outcome; whether it was refused. Raises OSError."""
        self._count += 1
        self._notes.sent(self, time.monotonic_ns())
        try:
            server.sendall(respconn.encode("EVAL", SCRIPT, 1, f"recorder:{self.name}", self._count))
            line, received = self._reply(server)
        except OSError:
            self._notes.answered(self, "u", time.monotonic_ns())
            raise
        refused = line.startswith(b"-")
        if refused:
            self._notes.answered(self, "f", received)
        else:
            self._notes.answered(self, "a", received, line.split(b"\r\n")[1].decode())
        return refused

    @staticmethod
    def _reply(server):
        """A whole reply of one line, or of a length and a line; and its arrival."""
        data = b""
        while data.count(b"\r\n") < (2 if data.startswith(b"$") else 1):
            more, ancillary, *_ = server.recvmsg(4096, 256)
            if not more:
                raise OSError("the server closed the connection")
            data += more
        return data, direct.arrival(ancillary)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--place", required=True)
    parser.add_argument("--password-file", type=pathlib.Path, required=True)
    parser.add_argument("targets", nargs="+", metavar="INSTANCE=NODE=HOST:PORT")
    options = parser.parse_args()
    password = options.password_file.read_text(encoding="utf-8").strip()
    notes = Notes()
    for target in options.targets:
        Connection(notes, options.place, target, password).start()
    for order in sys.stdin:
        verb, _, path = order.strip().partition(" ")
        if verb == "begin":
            notes.begin()
        elif verb == "hurry":
            notes.hurry()
        elif verb == "write":
            notes.write(pathlib.Path(path))
        print("done", flush=True)


if __name__ == "__main__":
    main()
