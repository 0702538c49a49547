"""A world of its own for a run: its processes, its network, its mounts.

All of it lives in namespaces that the kernel takes away together with their
first process. So nothing outside is touched, several runs may use the same
addresses, and a run that is killed leaves no process behind.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import processes

OUTSIDE = "BATON_CHAOS_OUTSIDE"  # Names the process namespace that the run was started in.
NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
TOOLS = ("unshare", "nsenter", "mount", "ip", "nft", "bash", "redis-server", "haproxy")
# The first process of a world inherits every orphan; a shell buries them.
FIRST = '"$@"; exit "$?"'


class NoWorld(Exception):
    """This machine or user cannot have one; the message says why."""


def obstacle():
    """Why no world can be made here; empty when one can."""
    if os.geteuid() != 0:
        return "namespaces for hosts need root"
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"programs are missing: {', '.join(missing)}"
    tried = subprocess.run(["unshare", *NAMESPACES, "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"this machine makes no namespaces: {tried.stderr.strip()}"


def _processes_here():
    return os.readlink("/proc/self/ns/pid")


def inside():
    return os.environ.get(OUTSIDE, _processes_here()) != _processes_here()


def enter():
    """Returns inside a world: runs this program again in a new one, in place of
    this process, unless it is in one already. Raises NoWorld."""
    if inside():
        # Names of network namespaces are kept here; others on this machine keep theirs.
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        return
    if why := obstacle():
        raise NoWorld(why)
    sys.stdout.flush()
    os.execvpe("unshare", ["unshare", *NAMESPACES, "bash", "-c", FIRST, "chaos", sys.executable, "-B", *sys.argv],
               {**os.environ, OUTSIDE: _processes_here()})


def end_others():
    """Kills whatever else is left in this world; waits until it is gone."""
    assert inside()
    others = [int(each.name) for each in pathlib.Path("/proc").iterdir()
              if each.name.isdigit() and int(each.name) not in (1, os.getpid())]
    for pid in others:
        processes.send(pid, signal.SIGKILL)
    processes.wait_gone(others, 10)
