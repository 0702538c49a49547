"""Which faults hit in which cycle, and when: decided by a seed alone.

Cycles are dealt like cards: every fault comes once before any comes again, in
an order that the seed decides. What a fault hits depends on the cluster of the
moment; all other chances come from the seed and the number of the cycle.
"""

import dataclasses
import random
import typing

import damage
import orders
from cluster import LEASE_SECONDS

LONGER_THAN_A_LEASE = (1.2 * LEASE_SECONDS, 4 * LEASE_SECONDS)


class Fault(typing.NamedTuple):
    inflict: typing.Callable
    hold: tuple = (0.3, 1.0)  # Seconds until it is mended, from and to.


FAULTS = {
    "kill.server": Fault(damage.kill_server),
    "kill.standby": Fault(damage.kill_standby),
    "kill.agent": Fault(damage.kill_agent),
    "kill.leader": Fault(damage.kill_leader),
    "kill.server+agent": Fault(damage.kill_server_and_agent),
    "kill.front": Fault(damage.kill_front),
    "kill.guard": Fault(damage.kill_guard, LONGER_THAN_A_LEASE),
    "kill.guard+agent": Fault(damage.kill_guard_and_agent, LONGER_THAN_A_LEASE),
    "kill.node": Fault(damage.kill_node, LONGER_THAN_A_LEASE),
    "freeze.server": Fault(damage.freeze_server, (0.1, 1.5)),
    "freeze.agent.shortly": Fault(damage.freeze_agent, (0.1, 0.6 * LEASE_SECONDS)),
    "freeze.agent": Fault(damage.freeze_agent, LONGER_THAN_A_LEASE),
    "freeze.guard": Fault(damage.freeze_guard, LONGER_THAN_A_LEASE),
    "freeze.both": Fault(damage.freeze_both, LONGER_THAN_A_LEASE),
    "freeze.guard+agent": Fault(damage.freeze_guard_and_agent, LONGER_THAN_A_LEASE),
    "freeze.two_agents": Fault(damage.freeze_two_agents, LONGER_THAN_A_LEASE),
    "cut.full": Fault(damage.cut_full, LONGER_THAN_A_LEASE),
    "cut.shortly": Fault(damage.cut_full, (0.1, LEASE_SECONDS)),
    "cut.deaf": Fault(damage.cut_deaf, LONGER_THAN_A_LEASE),
    "cut.mute": Fault(damage.cut_mute, LONGER_THAN_A_LEASE),
    "cut.peers": Fault(damage.cut_peers, LONGER_THAN_A_LEASE),
    "cut.pair": Fault(damage.cut_pair, LONGER_THAN_A_LEASE),
    "cut.plug": Fault(damage.cut_plug, LONGER_THAN_A_LEASE),
    "cut.all": Fault(damage.cut_all, LONGER_THAN_A_LEASE),
    "cut.flapping": Fault(damage.flap, (0.1, 0.3)),
    "loss": Fault(damage.loss, LONGER_THAN_A_LEASE),
    "disk.full": Fault(damage.disk_full, LONGER_THAN_A_LEASE),
    "disk.full.election": Fault(damage.disk_full_at_election, LONGER_THAN_A_LEASE),
    "disk.stall": Fault(damage.disk_stall, LONGER_THAN_A_LEASE),
    "clock.jump": Fault(damage.clock_jump, (0.3, 3.0)),
    "kill.two_servers": Fault(damage.kill_two_servers),
    "stranger": Fault(damage.stranger),
}

# Rule to what leads to it; those of births are followed while a world is made.
RULES = {
    "quorum.lost": Fault(damage.cut_leader, LONGER_THAN_A_LEASE),
    "failover.closed": Fault(damage.kill_server),
    "failover.requested": Fault(orders.fail_over),
    "failover.fenced": Fault(orders.fence_node),
    "failover.paused": Fault(orders.kill_server_while_paused),
    "failover.needs_proof": Fault(orders.kill_then_cut, (2 * LEASE_SECONDS, 4 * LEASE_SECONDS)),
    "failover.hung": Fault(damage.disk_stall_and_kill_standby, (3.0, 5.0)),
    "failover.silent": Fault(damage.cut_primary, (2 * LEASE_SECONDS, 4 * LEASE_SECONDS)),
    "fence.wait": Fault(damage.cut_primary, (2 * LEASE_SECONDS, 4 * LEASE_SECONDS)),
    "fence.choose": Fault(damage.kill_server),
    "fence.appoint": Fault(damage.kill_server),
    "fence.lossy": Fault(damage.kill_two_servers, (1.0, 2.0)),
    "fence.held_back": Fault(orders.hold_back),
    "fence.none": Fault(orders.kill_all_servers),
    "promote.wait": Fault(damage.kill_server),
    "promote.done": Fault(damage.kill_server),
    "history.record": Fault(damage.cut_primary, (0.5, 0.6)),  # It closes itself 500 ms after the last renewal.
    "holder.record": Fault(damage.kill_standby),
    "repair.wait": Fault(damage.kill_server),
    "repair.done": Fault(damage.kill_server),
    "steady.broken": Fault(damage.kill_standby),
    "steady.hold": Fault(damage.kill_standby),
    "sick.start": Fault(orders.stall_unheard, (6.0, 7.0)),  # A stall counts as sickness after 5 s.
    "drain.start": Fault(orders.drain_node),
    "switchover.start": Fault(orders.switch_over),
    "switchover.wait": Fault(orders.switch_over),
    "switchover.finish": Fault(orders.switch_over),
    "switchover.undo": Fault(orders.switch_over_unheard, (0.6, LEASE_SECONDS)),
    "switchover.given_up": Fault(orders.switch_over_past_cut, (6.0, 7.0)),  # A node tries for 5 s.
    "switchover.lost": Fault(orders.switch_over_to_frozen, (1.0, 3.0)),
    "switchover.unpromised": Fault(orders.switch_over_on_stalled_disk, LONGER_THAN_A_LEASE),
    "switchover.wait_target": Fault(orders.switch_over_unknown),
    "switchover.unfit": Fault(orders.switch_over_to_dying),
}
FAULTS |= {f"rule.{rule}": Fault(orders.at_rule(rule, fault.inflict), fault.hold) for rule, fault in RULES.items()}

# The second hits while the first lasts. No pair mends what its first one broke:
# the judge relies on a silent agent staying silent.
DOUBLES = (
    ("kill.server", "kill.server"), ("kill.server", "kill.leader"), ("kill.server", "kill.standby"),
    ("kill.guard", "kill.leader"), ("freeze.both", "kill.leader"), ("freeze.agent", "loss"), ("cut.full", "kill.server"),
    ("cut.full", "kill.leader"), ("cut.full", "freeze.server"), ("cut.peers", "freeze.server"),
    ("cut.mute", "kill.standby"), ("cut.pair", "kill.agent"), ("cut.full", "freeze.agent"), ("loss", "kill.server"),
    ("loss", "kill.guard"), ("clock.jump", "kill.server"), ("clock.jump", "cut.full"), ("disk.stall", "kill.server"),
    ("disk.full", "kill.leader"), ("freeze.guard", "cut.full"),
)
DOUBLE_SHARES = 4  # Cards among the others; each draws one pair.
DURABILITIES = ("async", "replicated")  # Of the group, deal by deal.
BIRTH_RULES = ("birth.wait", "birth.appoint", "promote.wait", "promote.done")  # World by world.
CONTROL = "control"
CONTROL_FAULT = Fault(damage.freeze_and_unfence, (3 * LEASE_SECONDS, 3 * LEASE_SECONDS))


@dataclasses.dataclass
class Plan:
    """One cycle: `steps` are (seconds to wait, name of the fault)."""

    number: int
    name: str
    steps: list
    hold: float
    calm: float  # Seconds of load before the first fault.
    durability: str
    chance: random.Random = dataclasses.field(repr=False)


def fault_of(name):
    return CONTROL_FAULT if name == CONTROL else FAULTS[name]


def cards(only=None):
    """Every card of a deal; `only` names some."""
    every = [*FAULTS, *["double"] * DOUBLE_SHARES]
    return [each for each in every if only is None or each in only]


def plan(seed, number, deck, durability=None):
    """The cycle with this number, whichever were run before. `durability` is given by the deal unless it is named."""
    deal, place = divmod(number, len(deck))
    dealt = random.Random(f"{seed}/deal/{deal}").sample(deck, len(deck))
    return plan_of(dealt[place], seed, number, durability or DURABILITIES[deal % len(DURABILITIES)])


def plan_of(name, seed, number, durability):
    chance = random.Random(f"{seed}/{number}")
    calm = chance.uniform(0.8, 1.2)
    if name != "double":
        return Plan(number, name, [(0.0, name)], chance.uniform(*fault_of(name).hold), calm, durability, chance)
    first, second = chance.choice(DOUBLES)
    steps = [(0.0, first), (chance.uniform(0.0, 1.5 * LEASE_SECONDS), second)]
    return Plan(number, name, steps, chance.uniform(*fault_of(first).hold), calm, durability, chance)
