"""A client that writes straight to one server, past every front, over a
connection it leaves only when the server does. So it is still there when a
frozen server thaws, and it notes what that server then tells it."""

import contextlib
import socket
import struct
import threading
import time

import respconn

SO_TIMESTAMPNS = 35  # asm/socket.h; the socket module does not name it.
REFUSED_PAUSE = 0.005
RECONNECT_PAUSE = 0.020
CONNECT_SECONDS = 1.0
PATIENCE_SECONDS = 60.0  # For one answer. Longer than any server stays frozen.


def arrival(ancillary):
    """When the kernel received the bytes, on CLOCK_MONOTONIC: this process may
    have been late to look. Now, where the kernel does not say."""
    now, wall = time.monotonic_ns(), time.time_ns()
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            return now - max(0, wall - (seconds * 1_000_000_000 + nanoseconds))
    return now


class Direct(threading.Thread):
    """One write in flight until `stop`; the instants of all acknowledgements."""

    def __init__(self, host, port, name):
        super().__init__(daemon=True)
        self.acknowledged = []
        self._address = host, port
        self._key = f"direct:{name}"
        self._ends = threading.Event()
        self._socket = None

    def stop(self):
        self._ends.set()

    def begin(self):
        """Over a connection of its own: one that a host dropped without a word
        would be waited for. What was acknowledged before is of no interest any more."""
        left, self._socket = self._socket, None
        if left is not None:
            with contextlib.suppress(OSError):  # It is closed already.
                left.shutdown(socket.SHUT_RDWR)
        self.acknowledged = []

    def connected(self):
        return self._socket is not None

    def run(self):
        while not self._ends.is_set():
            try:
                with socket.create_connection(self._address, timeout=CONNECT_SECONDS) as server:
                    self._write_on(server)
            except OSError:
                time.sleep(RECONNECT_PAUSE)

    def _write_on(self, server):
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        server.settimeout(PATIENCE_SECONDS)
        self._socket = server
        while not self._ends.is_set():
            server.sendall(respconn.encode("SET", self._key, len(self.acknowledged)))
            answer, ancillary, *_ = server.recvmsg(4096, 256)
            if not answer:
                raise OSError("the server closed the connection")
            if answer.startswith(b"+OK"):
                self.acknowledged.append(arrival(ancillary))
            else:
                time.sleep(REFUSED_PAUSE)
