"""Results of cycles as a table, as a plot in text, and as a plot in SVG."""

import html
import json
import math

import distribution
import lookout

MARKS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000)  # Milliseconds on the axis.
TEXT_COLUMNS = 60
DISK_LATE_MS = 500  # A machine whose own disk is later than that disturbs a cycle; it is marked and stays.
ACKS_PER_SECOND_MIN = 500  # Fewer would leave little in flight for a fault to meet.
ROW, LEFT, RIGHT, TOP = 20, 190, 40, 40  # Pixels of the SVG.
WIDTH = 900


def read(path):
    """Results, one JSON object a line; of cycles run twice the last. A line cut short is skipped."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            result = json.loads(line)
        except ValueError:
            continue
        found[result["number"]] = result
    return [found[number] for number in sorted(found)]


def by_fault(results):
    groups = {}
    for result in results:
        groups.setdefault(result["fault"], []).append(result)
    return dict(sorted(groups.items()))


def never_followed(results):
    """Faults whose rule no leader followed in any of their cycles, and how many those were."""
    waited = {fault: [any(each.endswith(lookout.NOT_FOLLOWED) for each in result["done"]) for result in group]
              for fault, group in by_fault(results).items()}
    return {fault: len(vain) for fault, vain in waited.items() if all(vain)}


def table(results):
    lines = [f"{'fault':<25} {'cycles':>6} {'outage ms: min':>14} {'p50':>8} {'p99':>8} {'max':>8} "
             f"{'in flight':>10} {'unanswered':>10} {'acks/s':>7} {'lost':>6} {'steady s':>9} {'margin ms':>9}"]
    for fault, group in by_fault(results).items():
        lines.append(_row(fault, group))
    return "\n".join([*lines, "", *_totals(results)])


def _row(fault, group):
    outage = distribution.summary([each["outage_ms"] for each in group])
    margins = [each["margin_ms"] for each in group if each["margin_ms"] is not None]
    steady = [each["steady_after_s"] for each in group if each["steady_after_s"] is not None]
    outages = f"{outage['min']:>14.1f} {outage['p50']:>8.1f} {outage['p99']:>8.1f} {outage['max']:>8.1f}"
    return (f"{fault:<25} {len(group):>6} {outages} "
            f"{_total(group, 'in_flight'):>10} {_total(group, 'unanswered'):>10} "
            f"{distribution.quantile([each['acks_per_s'] for each in group], 0.5):>7} {_total(group, 'lost'):>6} "
            f"{max(steady, default=math.inf):>9.1f} {f'{min(margins):.1f}' if margins else '-':>9}")


def _total(group, key):
    return sum(each[key] or 0 for each in group)


def _totals(results):
    findings = [(result["number"], each) for result in results for each in result["findings"]]
    seconds = _total(results, "seconds")
    met = sum(each["in_flight"] > 0 for each in results)
    yield f"{len(results)} cycles in {seconds:.0f} s ({seconds / max(1, len(results)):.1f} s each)"
    yield (f"{_total(results, 'acknowledged')} writes acknowledged, {_total(results, 'in_flight')} in flight when a fault hit, "
           f"in {met} of the cycles")
    for durability in sorted({each["durability"] for each in results}):
        these = [each for each in results if each["durability"] == durability]
        kept = [each for each in these if not each["accepted"]]
        yield (f"{durability}: {len(these)} cycles, confirmed writes lost: {_total(kept, 'lost')}; "
               f"and {_total(these, 'lost') - _total(kept, 'lost')} that an operator gave up, in {len(these) - len(kept)} cycles")
    yield (f"confirmed writes lost in all: {_total(results, 'lost')}; "
           f"new reigns: {sum(max(0, each['reigns'] - 1) for each in results)}; "
           f"faults that found nothing to hit: {sum(len(each['missed']) for each in results)}")
    for fault, cycles in never_followed(results).items():
        yield f"{fault}: its rule was not followed in any of the {cycles} cycles, so nobody died there"
    few = sum(each["acks_per_s"] < ACKS_PER_SECOND_MIN for each in results)
    disturbed = [str(each["number"]) for each in results if each["disk_late_ms"] > DISK_LATE_MS]
    yield (f"cycles in which the machine's own disk took more than {DISK_LATE_MS} ms for an fsync: {len(disturbed)} "
           f"({', '.join(disturbed) or '-'})")
    yield f"cycles with fewer than {ACKS_PER_SECOND_MIN} acknowledged writes/s before the fault: {few}"
    yield "columns: sums of in flight, unanswered and lost; median of acks/s before the fault; longest time until steady;"
    yield "         least time from the last acknowledgement of a primary to the first of the next"
    yield f"findings: {len(findings)}"
    for number, each in findings:
        yield f"  cycle {number}: {each['kind']}: {each['sentence']}"


def _share(milliseconds):
    """Place on the logarithmic axis, 0 to 1."""
    low, high = math.log(MARKS[0]), math.log(MARKS[-1])
    return min(1.0, max(0.0, (math.log(max(milliseconds, 1e-3)) - low) / (high - low)))


def text_plot(results):
    """Outage per fault: every cycle's place on a logarithmic axis; digits count, # is ten and more."""
    axis = [" "] * (TEXT_COLUMNS + 6)
    for mark in MARKS:
        label = f"{mark // 1000}s" if mark >= 1000 else str(mark)
        at = round(_share(mark) * (TEXT_COLUMNS - 1))
        axis[at:at + len(label)] = label
    lines = [f"{'outage, ms':<25} " + "".join(axis).rstrip()]
    for fault, group in by_fault(results).items():
        counts = [0] * TEXT_COLUMNS
        for each in group:
            counts[round(_share(each["outage_ms"]) * (TEXT_COLUMNS - 1))] += 1
        row = "".join("." if not count else str(count) if count < 10 else "#" for count in counts)
        lines.append(f"{fault:<25} {row}")
    return "\n".join(lines)


def svg(results):
    """The same as a picture: one dot a cycle, a bar at the median."""
    groups = by_fault(results)
    height = TOP + ROW * len(groups) + ROW
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             'font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
             f'<text x="{LEFT}" y="14">write outage per fault, each dot a cycle, the bar is the median</text>']
    for mark in MARKS:
        x = _x(mark)
        label = f"{mark // 1000} s" if mark >= 1000 else f"{mark} ms"
        parts.append(f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - ROW}" stroke="#ddd"/>'
                     f'<text x="{x}" y="{TOP - 12}" text-anchor="middle">{label}</text>')
    for row, (fault, group) in enumerate(groups.items()):
        parts.append(_svg_row(TOP + ROW * row + ROW // 2, fault, [each["outage_ms"] for each in group]))
    return "\n".join([*parts, "</svg>", ""])


def _x(milliseconds):
    return round(LEFT + _share(milliseconds) * (WIDTH - LEFT - RIGHT), 1)


def _svg_row(y, fault, outages):
    median = _x(distribution.quantile(outages, 0.5))
    dots = "".join(f'<circle cx="{_x(each)}" cy="{y}" r="3" fill="#1f77b4" fill-opacity="0.4"/>' for each in outages)
    return (f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{html.escape(fault)}</text>{dots}'
            f'<line x1="{median}" y1="{y - 7}" x2="{median}" y2="{y + 7}" stroke="#d62728" stroke-width="2"/>')
