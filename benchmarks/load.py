"""The load client as a child process: orders in, one JSON line per answer out."""

import json
import queue
import subprocess
import threading
import time


class LoadError(Exception):
    """The load client ended or did not answer."""


class Load:
    """Writes from `start` to `stop`. Events that nobody asked for (gaps) go to
    `on_event`, from another thread."""

    def __init__(self, program, arguments, on_event=None):
        self._on_event = on_event or (lambda event: None)
        self._answers = queue.Queue(maxsize=1000)
        self._silent = False
        self._gap_seen = time.monotonic()  # When the last gap began or ended.
        self._process = subprocess.Popen(
            [str(program), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            bufsize=1, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._await("start", 10)

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"].startswith("outage"):
                self._silent = event["event"] == "outage_begin"
                self._gap_seen = time.monotonic()
                self._on_event(event)
            else:
                self._answers.put(event)
        self._answers.put({"event": "ended"})

    def _await(self, kind, seconds):
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise LoadError(f"no answer to '{kind}' within {seconds} s") from None
        if answer["event"] != kind:
            raise LoadError(f"expected '{kind}', got {answer}")
        return answer

    def _order(self, text, kind, seconds=10):
        try:
            self._process.stdin.write(text + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise LoadError(f"the load client ended: {error}") from None
        return self._await(kind, seconds)

    def wait_flowing(self, seconds, quiet=0.3):
        """Waits until writes are acknowledged and no gap was seen for `quiet` seconds."""
        deadline = time.monotonic() + seconds
        while self._silent or time.monotonic() - self._gap_seen < quiet:
            if time.monotonic() > deadline:
                raise LoadError(f"writes do not flow: after {seconds} s there are still gaps")
            time.sleep(0.02)

    def mark(self, name):
        self._order(f"mark {name}", "mark")

    def report(self):
        return self._order("report", "report")

    def verify(self):
        """Reads back this window's acknowledged writes and removes them, so
        that the data set stays small over many runs."""
        verdict = self._order("verify drop", "verify", 90)
        if verdict.get("error"):
            raise LoadError(f"verification: {verdict['error']}")
        return verdict

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()
            except OSError:
                pass
