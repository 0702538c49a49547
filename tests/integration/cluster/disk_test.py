#!/usr/bin/env python3
"""A primary whose server cannot write to its disk any more is handed over to a
standby that can, and nothing is lost."""

import os

import respconn
import stage


class FailingDisk(stage.ClusterTest):
    def let_write(self, instance, allowed):
        """Whether the server may make files where it keeps its data: it cannot save otherwise."""
        os.chmod(self.data[instance], 0o700 if allowed else 0o500)

    def wait_failed_save(self, instance):
        def failed():
            try:
                self.ask(instance, "BGSAVE")
            except respconn.RedisError:
                pass  # One is under way.
            return self.info(instance, "persistence")["rdb_last_bgsave_status"] == "err"
        self.wait_for(f"{instance} could not save", failed)

    def test_a_primary_that_cannot_save_is_handed_over(self):
        client = self.writer("--wait", "1")
        old, _, epoch = self.cluster.primary()
        self.data = {old: self.ask(old, "CONFIG", "GET", "dir")[1]}
        self.let_write(old, False)
        self.wait_failed_save(old)
        self.wait_primary(other_than=old, epoch_above=epoch)
        self.wait_for("the reason is told", lambda: any(
            each["name"] == "instance.cannot_save" for each in self.events()))
        why = self.answer("why", "redis")
        self.assertIn("sick.start", str(why))
        self.assert_nothing_lost(client)
        # Redis ends a standby that cannot save; it returns when it can.
        self.let_write(old, True)
        self.wait_role(old, "standby")


if __name__ == "__main__":
    stage.main()
