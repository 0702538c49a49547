"""Quantiles by nearest rank: every number printed was measured, none is
interpolated. The rule for tail claims is the one of docs/benchmarks.md."""

import math

# Runs above the target that a p99 claim tolerates: at 95 % confidence.
P99_RUNS_NEEDED = ((299, 0), (473, 1), (628, 2))


def quantile(values, share):
    """The smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summary(values):
    """min, p50, p90, p99 and max; None without values."""
    if not values:
        return None
    return {"runs": len(values), "min": min(values), "p50": quantile(values, 0.5), "p90": quantile(values, 0.9),
            "p99": quantile(values, 0.99), "max": max(values)}


def p99_claim(values, target):
    """One sentence on whether these runs support 'p99 is at most target'."""
    above = sum(value > target for value in values)
    allowed = max((exceptions for runs, exceptions in P99_RUNS_NEEDED if len(values) >= runs), default=None)
    if allowed is None:
        return f"{above} of {len(values)} runs above {target:g} ms; a p99 claim needs 299 runs or more"
    verdict = "supported" if above <= allowed else "not supported"
    return f"{above} of {len(values)} runs above {target:g} ms: p99 <= {target:g} ms is {verdict}"


def row(label, values):
    """One line of the printed table, in milliseconds."""
    found = summary(values)
    if not found:
        return f"{label:<34} {'-':>5}"
    numbers = " ".join(f"{found[key]:9.1f}" for key in ("min", "p50", "p90", "p99", "max"))
    return f"{label:<34} {found['runs']:5d} {numbers}"


def header(unit="ms", what="write outage"):
    columns = " ".join(f"{name:>9}" for name in ("min", "p50", "p90", "p99", "max"))
    return f"{what + ', ' + unit:<34} {'runs':>5} {columns}"
