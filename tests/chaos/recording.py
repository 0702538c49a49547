"""The recording clients of a run: one on each host, on every server; and one
outside that writes through the fronts and asks for a confirming standby."""

import pathlib
import select
import subprocess
import sys

import disk_probe
import load
import playground

FRONT_RATE = 600  # Writes per second through the fronts.
GAP_MS = 100  # A shorter one before a fault says nothing about it.
ANSWER_SECONDS = 10


class Recorder:
    """The recorder process of one host."""

    def __init__(self, cluster, node):
        targets = [f"{instance}={at}={address}:{port}" for instance, at, address, port in cluster.instances()]
        program = pathlib.Path(__file__).with_name("recorder.py")
        self.node = node
        self._process = subprocess.Popen(
            [*cluster.network.inside(node), sys.executable, "-B", str(program), "--place", node,
             "--password-file", str(cluster.password_file), *targets],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)

    def order(self, text):
        self._process.stdin.write(text + "\n")
        ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_SECONDS)
        if not ready or self._process.stdout.readline() != "done\n":
            raise load.LoadError(f"the recorder on {self.node} did not answer to '{text}'")

    def stop(self):
        self._process.kill()
        self._process.communicate()


class Recording:
    """All of them; ended by `close`."""

    def __init__(self, cluster, folder):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._front_log = folder / "front-all.log"
        self._front_read = 0
        self.disk_probe = disk_probe.DiskProbe(folder / "probe")
        self._recorders = [Recorder(cluster, node) for node in cluster.node_names()]
        self.front = load.Load(playground.load_binary(), [
            *cluster.load_arguments(), "--rate", str(FRONT_RATE), "--gap-ms", str(GAP_MS), "--log", str(self._front_log)])

    def close(self):
        self.disk_probe.close()
        self.front.stop()
        for each in self._recorders:
            each.stop()
        self._front_log.unlink(missing_ok=True)

    def begin(self):
        """What happened before is of no interest any more."""
        for each in self._recorders:
            each.order("begin")
        self.front.mark("cycle")
        self.disk_probe.restart()
        self._new_front_lines()

    def hurry(self):
        """Something is about to break: writes shall be in flight then."""
        for each in self._recorders:
            each.order("hurry")

    def end(self):
        """Writes down what happened since: one file per host and one of the fronts."""
        for each in self._recorders:
            each.order(f"write {self.notes(each.node)}")
        report = self.front.report()
        self.notes("front").write_text(self._new_front_lines(), encoding="utf-8")
        return report

    def notes(self, who):
        """The file of a node's recorder, or of the "front"."""
        return self._folder / f"{who}.log"

    def _new_front_lines(self):
        with open(self._front_log, encoding="utf-8") as log:
            log.seek(self._front_read)
            text = log.read()
        whole = text[:text.rfind("\n") + 1]
        self._front_read += len(whole)
        return whole
