#!/usr/bin/env python3
"""Data directories that an agent must not use: emptied, somebody else's, newer,
damaged. It stops or stands aside and says what to do; nothing is written, and
the others serve on."""

import hashlib
import shutil
import struct

import playground
import stage

VERSION_AT = 8  # Of the format, behind eight bytes of magic in each file.


def crc32c(data):
    """Castagnoli's polynomial, bit by bit: a few bytes are checked here."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def digests(directory):
    """Contents of every file but the lock, which names the process."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in directory.iterdir() if path.is_file() and path.name != "lock"}


class RefusedDirectory(stage.ClusterTest):
    """Node c, which holds no primary and does not matter, gets a bad directory."""

    def setUp(self):
        super().setUp()
        self.before = self.stop_standby_node("c")
        self.directory = self.state_directory("c")
        self.said = len(self.agent_log("c"))

    def assert_refused(self, *patterns):
        """The agent says why, leaves the directory alone, and nobody else minds."""
        found = digests(self.directory)
        self.start_node("c")
        for pattern in patterns:
            self.wait_log("c", pattern, since=self.said)
        self.assertEqual(digests(self.directory), found, "a directory that was refused was written to")
        self.assertIsNone(self.seen_by("c", "/v1/cluster"), "the agent serves")
        self.assertEqual(self.cluster.primary(), self.before)
        self.assertEqual(self.ask(self.before[0], "SET", "still", "served"), "OK")

    def newest(self, pattern):
        files = sorted(self.directory.glob(pattern))
        self.assertTrue(files, f"no {pattern} in {self.directory}")
        return files[-1]

    def flip(self, path, offset):
        content = bytearray(path.read_bytes())
        content[offset] ^= 0x40
        path.write_bytes(content)

    def test_of_another_node(self):
        self.stop_node("b")
        shutil.rmtree(self.directory)
        shutil.copytree(self.state_directory("b"), self.directory)
        self.start_node("b")
        self.wait_healthy("b")
        self.wait_for("b is back", lambda: self.call("node", "is-healthy", "b").returncode == 0)
        self.assert_refused(r'belongs to node "b"')

    def test_of_a_newer_version(self):
        path = self.directory / "identity"
        content = bytearray(path.read_bytes())
        struct.pack_into("<I", content, VERSION_AT, 2)
        struct.pack_into("<I", content, VERSION_AT + 4, crc32c(content[:VERSION_AT + 4]))
        path.write_bytes(content)
        self.assert_refused(r"identity.*newer baton")

    def test_with_a_damaged_log(self):
        path = self.newest("log-*.seg")
        self.flip(path, path.stat().st_size // 2)
        self.assert_refused(rf"{path.name} is damaged at byte \d+", "baton node replace")

    def test_with_a_damaged_snapshot(self):
        path = self.newest("snapshot-*")
        self.flip(path, path.stat().st_size // 2)
        self.assert_refused(rf"{path.name} is damaged at byte \d+", "baton node replace")

    def test_with_damaged_promises(self):
        self.flip(self.directory / "closed", 20)
        self.assert_refused(r"closed is damaged at byte \d+")

    def test_emptied_may_not_vote(self):
        shutil.rmtree(self.directory)
        self.start_node("c")
        self.wait_for("the agent of c says that it may not vote",
                      lambda: "may not vote" in self.words_of("c") or "not part of a cluster" in self.words_of("c"))
        self.assertEqual(self.cluster.primary(), self.before)
        # With a gone as well, b and the emptied c are not a majority.
        self.kill_node("a")
        self.wait_for("b sees no majority", lambda: (self.seen_by("b", "/v1/cluster") or {}).get("quorum") is False)
        self.assertEqual(self.call("raft", "leader").returncode, 4)
        done = self.call("group", "failover", "redis", "--yes")
        self.assertEqual(done.returncode, 4, done.stderr)

    def words_of(self, node):
        try:
            return self.http(node, "/health").body
        except OSError:
            return ""


class ForeignDirectory(stage.ClusterTest):
    """Node c gets the directory that a node c of another cluster left."""

    def setUp(self):
        self.foreign = self.temporary_folder() / "state"
        with playground.Playground() as other:
            other.run("playground", "down")
            shutil.copytree(other.dir / "nodes" / "c" / "state", self.foreign)
        super().setUp()
        self.before = self.stop_standby_node("c")

    def refusals(self):
        return sum(self.metric(node, "baton_frames_refused_total") for node in "ab")

    def test_is_refused_by_the_others(self):
        shutil.rmtree(self.state_directory("c"))
        shutil.copytree(self.foreign, self.state_directory("c"))
        refused = self.refusals()
        self.start_node("c")
        self.wait_for("the others refuse it", lambda: self.refusals() > refused)
        self.wait_for("c counts as gone", lambda: self.call("node", "is-healthy", "c").returncode == 1)
        self.assertEqual(self.cluster.primary(), self.before)
        self.assertEqual(self.ask(self.before[0], "SET", "still", "served"), "OK")


if __name__ == "__main__":
    stage.main()
