#!/usr/bin/env python3
"""The judge against histories written by hand: it must find what is wrong in
bad ones, and nothing in those that only look bad. And what prepares histories
for it, and reports what it found."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree

import chaos
import history
import judge
import report
import schedule

MS = 1_000_000
LEASE = 750 * MS
NODE_OF = {"redis-a": "a", "redis-b": "b", "redis-c": "c"}


def write(instance, received, reign, *, outcome="a", sent=None, near=True):
    """Instants in milliseconds."""
    sent = received - 1 if sent is None else sent
    return history.Write(outcome, f"x>{instance}", instance, near, round(sent * MS), round(received * MS), reign)


def run_of(instance, begin, end, reign, step=10):
    return [write(instance, at, reign) for at in range(begin, end, step)]


def cut(begin, end, **how):
    return judge.Impairment(begin * MS, end * MS, **how)


def both_ways(one, *others):
    return frozenset(pair for other in others for pair in ((one, other), (other, one)))


def kinds(found):
    return [each.kind for each in found]


class TwoPrimaries(unittest.TestCase):
    def test_a_clean_takeover_is_none(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2")
        self.assertEqual(judge.two_primaries(writes), [])

    def test_one_acknowledgement_of_the_old_one_is_enough(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + [write("redis-a", 521, "r1")]
        found = judge.two_primaries(writes)
        self.assertEqual(kinds(found), ["two primaries"])
        self.assertIn("redis-a", found[0].sentence)

    def test_a_write_that_was_in_flight_and_thaws_late_counts_on_its_own_host(self):
        late = write("redis-a", 800, "r1", sent=499)
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + [late]
        self.assertEqual(kinds(judge.two_primaries(writes)), ["two primaries"])

    def test_an_answer_that_a_network_held_back_is_none(self):
        late = write("redis-a", 800, "r1", sent=499, near=False)
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + [late]
        self.assertEqual(judge.two_primaries(writes), [])

    def test_a_write_sent_to_the_old_one_afterwards_counts_over_any_network(self):
        late = write("redis-a", 800, "r1", sent=530, near=False)
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + [late]
        self.assertEqual(kinds(judge.two_primaries(writes)), ["two primaries"])

    def test_the_first_acknowledgement_of_the_next_one_counts_wherever_it_was_seen(self):
        writes = run_of("redis-a", 0, 500, "r1") + [write("redis-b", 450, "r2", near=False)]
        self.assertEqual(kinds(judge.two_primaries(writes)), ["two primaries"])

    def test_a_primary_that_comes_back_reigns_anew(self):
        writes = (run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + run_of("redis-a", 950, 1200, "r3"))
        self.assertEqual(judge.two_primaries(writes), [])
        self.assertEqual([name for _, name, _ in judge.reigns(writes)], ["redis-a", "redis-b", "redis-a"])

    def test_two_histories_of_one_server_do_not_overlap_either(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-a", 300, 600, "r2")
        self.assertEqual(kinds(judge.two_primaries(writes)), ["two primaries"])

    def test_refused_and_unknown_writes_prove_nothing(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2")
        writes += [write("redis-a", 700, "-", outcome=outcome) for outcome in "fu"]
        self.assertEqual(judge.two_primaries(writes), [])

    def test_the_margin_says_how_close_it_was(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 520, 900, "r2") + run_of("redis-c", 880, 1200, "r3")
        self.assertEqual([margin for margin, *_ in judge.successions(writes)], [30 * MS, -10 * MS])

    def test_an_answer_that_outlived_its_cycle_is_of_a_reign_that_was_over(self):
        late = write("redis-a", 600, "r1", sent=90, near=False)
        writes = run_of("redis-b", 500, 900, "r2") + [late]
        known = judge.reigns(run_of("redis-a", 0, 100, "r1") + run_of("redis-b", 130, 400, "r2"))
        self.assertEqual(judge.two_primaries(writes, known), [])
        self.assertEqual(kinds(judge.two_primaries(writes + [write("redis-a", 700, "r1", sent=600)], known)), ["two primaries"])

    def test_every_overlap_of_three_is_found(self):
        writes = run_of("redis-a", 0, 500, "r1") + run_of("redis-b", 485, 900, "r2") + run_of("redis-c", 880, 1200, "r3")
        self.assertEqual(len(judge.two_primaries(writes)), 2)


class Minorities(unittest.TestCase):
    def judged(self, writes, *impairments):
        return kinds(judge.acting_minorities(writes, NODE_OF, impairments, LEASE))

    def test_a_primary_that_is_cut_off_may_act_for_one_lease(self):
        wires = both_ways("a", "b", "c")
        self.assertEqual(self.judged(run_of("redis-a", 0, 1740, "r1"), cut(1000, 3000, blocked=wires)), [])
        self.assertEqual(self.judged(run_of("redis-a", 0, 1800, "r1"), cut(1000, 3000, blocked=wires)), ["minority acted"])

    def test_a_primary_appointed_without_a_majority_is_told_apart(self):
        wires = both_ways("a", "b", "c")
        writes = run_of("redis-b", 0, 900, "r1") + run_of("redis-a", 2000, 2500, "r2")
        self.assertEqual(self.judged(writes, cut(1000, 3000, blocked=wires)), ["minority promoted"])

    def test_one_direction_is_enough_to_have_no_majority(self):
        for ways in ({("a", "b"), ("a", "c")}, {("b", "a"), ("c", "a")}, {("a", "b"), ("c", "a")}):
            with self.subTest(ways=ways):
                found = self.judged(run_of("redis-a", 0, 2500, "r1"), cut(1000, 3000, blocked=frozenset(ways)))
                self.assertEqual(found, ["minority acted"])

    def test_one_peer_left_is_a_majority_of_three(self):
        self.assertEqual(self.judged(run_of("redis-a", 0, 2500, "r1"), cut(1000, 3000, blocked=both_ways("a", "b"))), [])

    def test_the_other_side_may_act(self):
        wires = both_ways("a", "b", "c")
        self.assertEqual(self.judged(run_of("redis-b", 0, 2500, "r1"), cut(1000, 3000, blocked=wires)), [])

    def test_a_server_whose_agent_is_silent_must_close(self):
        found = self.judged(run_of("redis-a", 0, 2500, "r1"), cut(1000, 3000, silent=frozenset("a")))
        self.assertEqual(found, ["minority acted"])

    def test_two_silent_agents_leave_the_third_alone(self):
        found = self.judged(run_of("redis-a", 0, 2500, "r1"), cut(1000, 3000, silent=frozenset("bc")))
        self.assertEqual(found, ["minority acted"])

    def test_faults_add_up_and_their_times_join(self):
        first = cut(1000, 3000, blocked=both_ways("a", "b"))
        second = cut(1200, 3000, silent=frozenset({"c"}))
        writes = run_of("redis-a", 0, 2500, "r1")
        self.assertEqual(self.judged(writes, first), [])
        self.assertEqual(self.judged(writes, first, second), ["minority acted"])
        self.assertEqual(judge.lonely_times("abc", [first, second])["a"], [(1200 * MS, 3000 * MS)])
        one, next_one = (cut(*span, silent=frozenset("a")) for span in ((0, 10), (10, 20)))
        self.assertEqual(judge.lonely_times("abc", [one, next_one])["a"], [(0, 20 * MS)])

    def test_an_answer_that_came_after_the_mending_may_have_been_given_then(self):
        late = write("redis-a", 3010, "r1", sent=2500, near=False)
        self.assertEqual(self.judged([write("redis-a", 0, "r1"), late], cut(1000, 3000, blocked=both_ways("a", "b", "c"))), [])

    def test_it_may_act_again_when_it_is_mended(self):
        writes = run_of("redis-a", 0, 1700, "r1") + run_of("redis-a", 3010, 3500, "r1")
        self.assertEqual(self.judged(writes, cut(1000, 3000, blocked=both_ways("a", "b", "c"))), [])


class RecoveryAndLoss(unittest.TestCase):
    def front(self, *moments, outcome="a"):
        return [history.FrontWrite(outcome, key, at * MS) for key, at in enumerate(moments)]

    def test_silence_after_the_last_fault_is_being_stuck(self):
        self.assertEqual(kinds(judge.stuck(self.front(100, 900), 1000 * MS)), ["stuck"])
        self.assertEqual(kinds(judge.stuck(self.front(100, 900, 31_001), 1000 * MS)), ["stuck"])
        self.assertEqual(kinds(judge.stuck(self.front(1100, outcome="u"), 1000 * MS)), ["stuck"])
        self.assertEqual(judge.stuck(self.front(100, 900, 30_900), 1000 * MS), [])

    def test_loss_is_judged_where_something_was_promised(self):
        self.assertEqual(kinds(judge.lost(1, ["k"], promised=True)), ["lost"])
        self.assertEqual(judge.lost(1, ["k"], promised=False), [])
        self.assertEqual(judge.lost(0, [], promised=True), [])

    def test_an_operator_is_asked_only_where_two_memories_are_gone(self):
        before = {"a": 1, "b": 2, "c": 3}
        self.assertEqual(kinds(judge.needless_question(before, before)), ["needless question"])
        self.assertEqual(kinds(judge.needless_question(before, {"a": 1, "b": 2})), ["needless question"])
        self.assertEqual(judge.needless_question(before, {"a": 1, "b": 9, "c": 8}), [])

    def test_the_longest_gap_counts_from_the_fault_on_and_while_it_is_open(self):
        front = self.front(0, 500, 510, 520, 600)
        self.assertEqual(history.longest_gap(front, 505 * MS, 610 * MS), 80 * MS)
        self.assertEqual(history.longest_gap(front, 505 * MS, 900 * MS), 300 * MS)
        self.assertEqual(history.longest_gap([], 505 * MS, 900 * MS), 395 * MS)

    def test_in_flight_is_what_a_fault_met(self):
        met = [write("redis-a", 20, "r", sent=5), write("redis-a", 12, "-", sent=9, outcome="u"),
               write("redis-a", 2000, "-", sent=8, outcome="u")]
        not_met = [write("redis-a", 9, "r", sent=5), write("redis-a", 30, "r", sent=16),
                   write("redis-a", 8, "-", sent=2, outcome="u")]
        self.assertEqual(history.in_flight(met + not_met, 10 * MS, 15 * MS), 3)


class Notes(unittest.TestCase):
    def test_lines_become_values(self):
        near, far = history.read_writes("a a>redis-a redis-a near 1 2 abc\nu a>redis-b redis-b far 3 4 -\n")
        self.assertTrue(near.acknowledged and near.near and near.reign == "abc")
        self.assertEqual((near.given_at_earliest, far.given_at_earliest, far.outcome), (2, 3, "u"))
        self.assertEqual(history.read_front("run x\na 1 5\nd 4 0\nf 2 6\n"),
                         [history.FrontWrite("a", 1, 5), history.FrontWrite("f", 2, 6)])


class Schedules(unittest.TestCase):
    def test_a_seed_decides_everything_and_each_card_is_dealt_once(self):
        deck = schedule.cards()
        dealt = [schedule.plan(7, number, deck) for number in range(2 * len(deck))]
        again = [schedule.plan(7, number, deck) for number in range(2 * len(deck))]
        self.assertEqual([repr(each) for each in dealt], [repr(each) for each in again])
        for deal in (dealt[:len(deck)], dealt[len(deck):]):
            self.assertEqual(sorted(each.name for each in deal), sorted(deck))
        self.assertNotEqual([each.name for each in dealt[:len(deck)]], [each.name for each in dealt[len(deck):]])
        for number in (0, len(deck) - 1, len(deck), 2 * len(deck)):
            wanted = schedule.DURABILITIES[number // len(deck) % 2]
            self.assertEqual(schedule.plan(7, number, deck).durability, wanted)
            self.assertEqual(schedule.plan(7, number, deck, "replicated").durability, "replicated")

    def test_every_pair_and_every_rule_exists(self):
        for pair in schedule.DOUBLES:
            for name in pair:
                self.assertIn(name, schedule.FAULTS)
        said = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "failover.md").read_text(encoding="utf-8")
        for rule in (*schedule.RULES, *schedule.BIRTH_RULES):
            self.assertIn(f"`{rule}`", said)

    def test_only_the_faults_asked_for_are_dealt(self):
        self.assertEqual(schedule.cards(["kill.server", "double"]), ["kill.server", *["double"] * schedule.DOUBLE_SHARES])
        self.assertEqual(set(schedule.cards(chaos.SHORT)), set(chaos.SHORT))


class Reports(unittest.TestCase):
    def result(self, number, **more):
        return {"number": number, "fault": "kill.server", "durability": "async", "accepted": False,
                "outage_ms": 20.0 + number, "in_flight": 1, "unanswered": 2, "lost": 0, "acks_per_s": 900, "steady_after_s": 1.5, "seconds": 5.0, "acknowledged": 10, "reigns": 2,
                "margin_ms": 5.0, "disk_late_ms": 1.0, "missed": [], "done": [], "findings": [], **more}

    def test_a_rule_that_nobody_ever_followed_is_told(self):
        vain = "rule.x: a cut; x was not followed"
        cycles = [self.result(0, fault="rule.x", done=[vain]), self.result(1, fault="rule.x", done=[vain]),
                  self.result(2, fault="rule.y", done=["rule.y: a cut; y was not followed"]),
                  self.result(3, fault="rule.y", done=["rule.y: a cut; at y the agent of a died"])]
        self.assertEqual(report.never_followed(cycles), {"rule.x": 2})
        self.assertIn("rule.x: its rule was not followed in any of the 2 cycles", report.table(cycles))

    def test_a_run_goes_on_where_it_ended_also_after_a_cut_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cycles.jsonl"
            self.assertEqual(report.read(path), [])
            path.write_text("".join(json.dumps(self.result(each)) + "\n" for each in (0, 1, 1)) + '{"number": 2, "fau')
            self.assertEqual([each["number"] for each in report.read(path)], [0, 1])
            options = chaos.parse(["--resume", "--cycles", "5", "--out", folder])
            self.assertEqual(list(chaos.numbers_of(options, ["kill.server"])), [2, 3, 4])

    def test_findings_and_stuck_cycles_are_in_the_table(self):
        finding = {"kind": "two primaries", "sentence": "redis-a spoke"}
        text = report.table([self.result(0), self.result(1, findings=[finding], steady_after_s=None, lost=None)])
        self.assertIn("findings: 1", text)
        self.assertIn("cycle 1: two primaries: redis-a spoke", text)
        self.assertIn("2 in flight", text)

    def test_what_an_operator_gave_up_is_told_apart(self):
        given_up = self.result(1, durability="replicated", accepted=True, lost=3)
        text = report.table([self.result(0), given_up, self.result(2, durability="replicated")])
        self.assertIn("replicated: 2 cycles, confirmed writes lost: 0; and 3 that an operator gave up, in 1 cycles", text)

    def test_cycles_that_the_machine_disturbed_are_named(self):
        text = report.table([self.result(0), self.result(7, disk_late_ms=2000.0)])
        self.assertIn("took more than 500 ms for an fsync: 1 (7)", text)

    def test_plots_show_every_cycle(self):
        results = [self.result(each) for each in range(12)]
        self.assertIn("#", report.text_plot([self.result(each, outage_ms=20.0) for each in range(12)]))
        picture = xml.etree.ElementTree.fromstring(report.svg(results))
        self.assertEqual(sum(each.tag.endswith("circle") for each in picture), 12)

    def test_an_unknown_fault_is_refused(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
            chaos.main(["--faults", "no-such-fault"])


if __name__ == "__main__":
    unittest.main()
