"""How slow this machine's own disk is: one small fsync after the other, beside
whatever runs. A cycle in which it took seconds was disturbed by the machine."""

import os
import threading
import time

PAUSE_SECONDS = 0.1


class DiskProbe:
    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._longest = 0.0
        self._began = None  # When the fsync under way began.
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._over.wait(PAUSE_SECONDS):
            self._began = time.monotonic()
            os.pwrite(self._file, b"x" * 512, 0)
            os.fsync(self._file)
            self._longest = max(self._longest, time.monotonic() - self._began)
            self._began = None

    def restart(self):
        self._longest = 0.0

    def longest_ms(self):
        """Since `restart`; one that is still under way counts."""
        began = self._began
        waiting = time.monotonic() - began if began is not None else 0.0
        return round(max(self._longest, waiting) * 1000, 1)

    def close(self):
        self._over.set()
        self._thread.join(1)
        if not self._thread.is_alive():
            os.close(self._file)
