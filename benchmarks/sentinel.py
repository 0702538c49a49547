"""Debian's redis-server and redis-sentinel, three of each on loopback: the
peer that baton is measured against, with settings that are printed.

Not a straw man: the writer asks Sentinel, listens for +switch-master and
checks the role; replicas synchronise without the stock five seconds of delay.
"""

import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import processes
import respconn

SERVICE = "measured"
FAULTS = ("kill", "freeze", "agent-kill", "node-kill", "switchover")


class SentinelError(Exception):
    """The peer did not become what a run needs; the message says what."""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Sentinel:
    """Use as a context manager: whatever happens, nothing of it is left."""

    def __init__(self, down_after_ms):
        self.down_after_ms = down_after_ms
        self.name = f"sentinel {down_after_ms} ms"
        # As Debian ships it, except where the short setting would be held up by it.
        self.failover_timeout_ms = 180_000 if down_after_ms >= 1000 else 5_000
        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="baton-sentinel-"))
        ports = free_ports(6)
        self.servers, self.sentinels = ports[:3], ports[3:]
        self._processes = {}

    @property
    def settings(self):
        return {"servers": 3, "sentinels": 3, "quorum": 2, "down-after-milliseconds": self.down_after_ms,
                "failover-timeout": self.failover_timeout_ms, "parallel-syncs": 1,
                "repl-diskless-sync-delay": 0, "save": "off", "appendonly": "no"}

    def __enter__(self):
        try:
            for port in self.servers:
                self._write_server(port)
                self.start(port)
            for port in self.sentinels:
                self._write_sentinel(port)
                self.start(port)
            self.wait_steady(60)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._dir, ignore_errors=True)

    def _write_server(self, port):
        lines = [f"port {port}", "bind 127.0.0.1", f"dir {self._dir}", f"dbfilename {port}.rdb", 'save ""', "appendonly no",
                 "repl-diskless-sync yes", "repl-diskless-sync-delay 0", f"logfile {self._dir}/{port}.log"]
        if port != self.servers[0]:
            lines.append(f"replicaof 127.0.0.1 {self.servers[0]}")
        (self._dir / f"{port}.conf").write_text("\n".join(lines) + "\n")

    def _write_sentinel(self, port):
        (self._dir / f"{port}.conf").write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self._dir}\nlogfile {self._dir}/{port}.log\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {self.servers[0]} 2\n"
            f"sentinel down-after-milliseconds {SERVICE} {self.down_after_ms}\n"
            f"sentinel failover-timeout {SERVICE} {self.failover_timeout_ms}\n"
            f"sentinel parallel-syncs {SERVICE} 1\n")

    def start(self, port):
        """Starts one server or sentinel that does not run."""
        running = self._processes.get(port)
        if running and running.poll() is None:
            return
        program = "redis-server" if port in self.servers else "redis-sentinel"
        self._processes[port] = subprocess.Popen(
            [program, str(self._dir / f"{port}.conf")], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)

    def send(self, port, signal_number):
        processes.send(self._processes[port].pid, signal_number)
        if signal_number == signal.SIGKILL:
            self._processes[port].wait()

    # What the measuring program asks of every cluster

    def load_arguments(self, node=None):
        del node  # A Sentinel-aware client needs no front.
        return ["--sentinel", ",".join(f"127.0.0.1:{port}" for port in self.sentinels), "--master", SERVICE]

    def endpoints(self):
        return [("127.0.0.1", port) for port in self.servers]

    def primary_endpoint(self):
        return "127.0.0.1", self.primary()[0]

    def pid(self, port):
        """The process of one server or sentinel."""
        return self._processes[port].pid

    def opinions(self):
        """What every reachable sentinel holds the primary's port and flags to be,
        and how many others of each kind it has found."""
        found = []
        for port in self.sentinels:
            try:
                with respconn.Redis("127.0.0.1", port) as sentinel:
                    answer = sentinel.ask("SENTINEL", "MASTER", SERVICE)
                row = dict(zip(answer[::2], answer[1::2]))
                found.append((int(row["port"]), row["flags"], int(row["num-other-sentinels"]), int(row["num-slaves"])))
            except (OSError, respconn.RedisError, ValueError, KeyError):
                found.append((None, "unreachable", 0, 0))
        return found

    def primary(self):
        """(instance, node, epoch), in the words of the playground."""
        port = self.opinions()[0][0]
        return None if port is None else (port, self.servers.index(port), None)

    def unsteady(self):
        opinions = self.opinions()
        # A sentinel that has not found a replica yet would leave it behind in a failover.
        if len(set(opinions)) != 1 or opinions[0][1:] != ("master", 2, 2):
            return f"sentinels say {opinions}"
        replication = respconn.info("127.0.0.1", opinions[0][0], "replication")
        online = sum("state=online" in value for key, value in replication.items() if key.startswith("slave"))
        return "" if online == 2 else f"{online} of 2 replicas are online"

    def wait_steady(self, seconds=240):
        began, why = time.monotonic(), ""
        while time.monotonic() - began < seconds:
            why = self.unsteady()
            if not why:
                return time.monotonic() - began
            time.sleep(0.2)
        raise SentinelError(f"not steady after {seconds} s: {why}")

    # Faults. Each returns what mends it afterwards; a killed server stays down
    # until then, because one that came back empty first would lose everything.

    def kill(self):
        port = self.primary()[0]
        self.send(port, signal.SIGKILL)
        return lambda: self.start(port)

    def freeze(self):
        port = self.primary()[0]
        self.send(port, signal.SIGSTOP)
        return lambda: self.send(port, signal.SIGCONT)

    def kill_agent(self, node):
        port = self.sentinels[node]
        self.send(port, signal.SIGKILL)
        return lambda: self.start(port)

    def kill_node(self, node):
        ports = (self.servers[node], self.sentinels[node])
        for port in ports:
            self.send(port, signal.SIGKILL)
        return lambda: [self.start(port) for port in ports]

    def switchover(self):
        with respconn.Redis("127.0.0.1", self.sentinels[0]) as sentinel:
            sentinel.ask("SENTINEL", "FAILOVER", SERVICE)
        return lambda: None
