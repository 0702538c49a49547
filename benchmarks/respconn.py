"""Asking one Redis server one question at a time, for facts about a run."""

import socket


class RedisError(Exception):
    """The server answered with an error."""


def encode(*words):
    """A command as its bytes on the wire."""
    encoded = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


class Redis:
    """A short-lived blocking connection. Raises OSError when unreachable."""

    def __init__(self, host, port, seconds=2.0):
        self._socket = socket.create_connection((host, port), timeout=seconds)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()

    def ask(self, *words):
        self._socket.sendall(encode(*words))
        return self._reply()

    def info(self, section):
        """INFO as a dictionary of strings."""
        lines = self.ask("INFO", section).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def _reply(self):
        line = self._file.readline()
        if not line:
            raise OSError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RedisError(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == "-1" else self._file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        return rest


def info(host, port, section):
    """INFO of a server; an empty dictionary when it does not answer."""
    try:
        with Redis(host, port) as redis:
            return redis.info(section)
    except (OSError, RedisError, ValueError):
        return {}


def process_id(host, port):
    """The server's pid as it says itself; None when it does not answer."""
    value = info(host, port, "server").get("process_id")
    return int(value) if value else None


class FullSyncs:
    """Counts full resynchronisations over restarts: a server that comes back
    counts from zero, which its run id shows."""

    def __init__(self, endpoints):
        self._endpoints = list(endpoints)
        self._seen = {endpoint: self._read(endpoint) for endpoint in self._endpoints}

    @staticmethod
    def _read(endpoint):
        everything = info(*endpoint, "everything")
        return everything.get("run_id"), int(everything.get("sync_full", 0))

    def since(self):
        """How many since the last call."""
        total = 0
        for endpoint in self._endpoints:
            before, now = self._seen[endpoint], self._read(endpoint)
            if now[0] is None:
                continue
            total += now[1] - (before[1] if before[0] == now[0] else 0)
            self._seen[endpoint] = now
        return total
