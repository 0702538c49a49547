"""Processes by id: who descends from whom, and ending exactly those."""

import os
import pathlib
import signal
import time


def _stat(pid):
    """(name, state, parent) of a process; None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:].rsplit(")", 1)
    state, parent = rest.split()[:2]
    return name, state, int(parent)


def name_of(pid):
    stat = _stat(pid)
    return stat[0] if stat else ""


def arguments_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def alive(pid):
    """Runs, sleeps or is stopped; a zombie is not alive."""
    stat = _stat(pid)
    return stat is not None and stat[1] not in "ZX"


def children_by_parent():
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(entry)):
            children.setdefault(stat[2], []).append(int(entry))
    return children


def descendants(pid):
    """Every living descendant, nearest first."""
    children = children_by_parent()
    found, level = [], [pid]
    while level:
        level = [child for parent in level for child in children.get(parent, [])]
        found += level
    return [child for child in found if alive(child)]


def send(pid, signal_number):
    """False when the process was already gone. Refuses 0 and below, which
    would mean whole groups of processes, and 1."""
    if pid <= 1:
        raise ValueError(f"{pid} is not a process of ours")
    try:
        os.kill(pid, signal_number)
        return True
    except ProcessLookupError:
        return False


def kill_tree(pid):
    """SIGKILL to a process and all its descendants, as a power cut would: the
    parent first, so that it restarts nobody."""
    victims = [pid, *descendants(pid)]
    for victim in victims:
        send(victim, signal.SIGKILL)
    return victims


def wait_gone(pids, seconds):
    """Waits until none is alive; returns those that still are."""
    deadline = time.monotonic() + seconds
    left = list(pids)
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if alive(pid)]
        if left:
            time.sleep(0.005)
    return left
