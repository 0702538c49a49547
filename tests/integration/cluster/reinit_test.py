#!/usr/bin/env python3
"""A standby whose data is thrown away: it copies everything anew, and what it
holds meanwhile counts for nothing that was confirmed."""

import durability_test
import stage


class Reinit(durability_test.Replicated):
    test_a_killed_primary_loses_nothing_confirmed = None
    test_a_primary_without_standbys_executes_no_write = None
    test_without_proof_it_stays_down_until_the_missing_one_is_back = None

    def reinit(self, instance, *words):
        return self.call("group", "reinit", "redis", f"--instance={instance}", *words)

    def lives_noted(self):
        return sum(each["rule"] == "holder.record" for each in self.answer("why", "redis"))

    def test_a_standby_is_emptied_and_counts_only_when_it_has_caught_up(self):
        self.wait_all_count()
        client = self.writer("--wait", "1")
        primary, node, epoch = self.cluster.primary()
        standby = self.standbys()[0]
        before = self.lives_noted()
        run_id = self.info(standby, "server")["run_id"]
        data = self.cluster.dir / "data" / standby
        (data / "left-over").write_text("x", encoding="utf-8")
        plan = self.reinit(standby, "--dry-run")
        self.assertIn(str(data), plan.stdout)
        self.assertTrue((data / "left-over").exists(), "a dry run removed something")
        self.assertEqual(self.reinit(standby).returncode, 2, "nobody said --yes")
        done = self.reinit(standby, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((data / "left-over").exists())
        self.wait_for("what was set aside is removed", lambda: not list(data.glob(".discarded-*")))
        self.assertTrue((data / "redis.conf").exists() and (data / "redis.log").exists())
        self.assertNotEqual(self.info(standby, "server")["run_id"], run_id)
        self.assertEqual(self.cluster.primary(), (primary, node, epoch))
        self.wait_all_count()
        # Its new memory was noted first, and counted when it had passed what the primary held then.
        self.assertGreaterEqual(self.lives_noted(), before + 2)
        self.cluster.kill()
        self.wait_primary(other_than=primary, epoch_above=epoch)
        self.assert_nothing_lost(client)
        self.wait_steady()

    def test_a_primary_is_refused(self):
        primary = self.cluster.primary()[0]
        refused = self.reinit(primary, "--yes")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        self.assertIn("baton group switchover redis", refused.stderr)
        self.assertEqual(self.reinit("redis-z", "--yes").returncode, 2)


if __name__ == "__main__":
    stage.main()
