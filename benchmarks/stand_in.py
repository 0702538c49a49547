#!/usr/bin/env python3
"""A stand-in for the baton binary, for testing the programs of this folder.

It answers the same contracts (playground.json, `group list`, `raft leader`)
with real Redis servers and the simplest decisions that make them fail over.
It agrees with nobody and proves nothing: never a measure of anything. Its
fronts are the servers themselves; a writer moves on when one refuses.
"""

import json
import pathlib
import signal
import subprocess
import sys
import time

import processes
import respconn
import sentinel

NODES = ("n1", "n2", "n3")
NOWHERE = ("127.0.0.1", "1")  # Nothing listens there: a server starts as standby of nobody.


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write(path, value):
    path.with_suffix(".new").write_text(json.dumps(value), encoding="utf-8")
    path.with_suffix(".new").replace(path)


def spawn(*arguments):
    return subprocess.Popen([sys.executable, "-B", __file__, *map(str, arguments)], start_new_session=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid


def ask(port, *words):
    """One command; None when it was not answered at once."""
    try:
        with respconn.Redis("127.0.0.1", port, 0.1) as redis:
            return redis.ask(*words)
    except (OSError, respconn.RedisError):
        return None


class StandIn:
    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.state_file = self.dir / "state.json"
        self.description_file = self.dir / "playground.json"

    # The command line

    def up(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        if not self.state_file.exists():
            ports = dict(zip(NODES, sentinel.free_ports(len(NODES))))
            write(self.state_file, {"ports": ports, "primary": NODES[0], "epoch": 1, "leader": NODES[0], "guards": {},
                                    "formed": False})
            state = read(self.state_file)
            state["decider"] = spawn("decide", "--dir", self.dir)
            write(self.state_file, state)
        for node in NODES:
            state = read(self.state_file)
            if not processes.alive(state["guards"].get(node, 0)):
                state["guards"][node] = spawn("guard", "--dir", self.dir, "--node", node)
                write(self.dir / "guards.json", state["guards"])
                self.await_guards(state["guards"])
        self.describe()

    def await_guards(self, wanted):
        while read(self.state_file)["guards"] != wanted:
            time.sleep(0.02)

    def describe(self):
        state = read(self.state_file)
        fronts = {"host": "127.0.0.1", "port": state["ports"][NODES[0]],
                  "all": [{"node": node, "host": "127.0.0.1", "port": port} for node, port in state["ports"].items()]}
        write(self.description_file, {
            "version": 1, "config": "",
            "nodes": [{"name": node, "guard": {"pid": state["guards"][node]}, "agent": {"pid": 0, "api": ""}}
                      for node in NODES],
            "groups": [{"name": "redis", "kind": "redis", "fronts": {"write": fronts, "read": fronts},
                        "instances": [{"id": f"redis-{node}", "node": node, "pid": 0, "host": "127.0.0.1", "port": port}
                                      for node, port in state["ports"].items()]}]})

    def down(self):
        state = read(self.state_file)
        for pid in (state["decider"], *state["guards"].values()):
            processes.kill_tree(pid)

    def groups(self):
        state = read(self.state_file)
        primary = state["primary"]
        instances = [{"id": f"redis-{node}", "node": node, "role": "primary" if node == primary else "standby",
                      "health": "ok", "lag_bytes": 0} for node in NODES]
        print(json.dumps([{"name": "redis", "kind": "redis", "phase": "steady", "epoch": state["epoch"],
                           "primary": {"instance": f"redis-{primary}", "node": primary}, "instances": instances}]))

    def want(self, **wishes):
        """Leaves a wish for the decider and waits until it is gone."""
        write(self.dir / "wish.json", wishes)
        while (self.dir / "wish.json").exists():
            time.sleep(0.02)

    # Long-running parts

    def guard(self, node):
        port = read(self.state_file)["ports"][node]
        running = {}
        while True:
            if "agent" not in running or running["agent"].poll() is not None:
                running["agent"] = subprocess.Popen([sys.executable, "-B", __file__, "agent", "--dir", str(self.dir)])
            if "redis" not in running or running["redis"].poll() is not None:
                running["redis"] = subprocess.Popen(
                    ["redis-server", "--port", str(port), "--save", "", "--dir", str(self.dir), "--dbfilename", f"{node}.rdb",
                     "--repl-diskless-sync-delay", "0", "--logfile", f"{self.dir}/{node}.log", "--replicaof", *NOWHERE])
            time.sleep(0.02)

    def decide(self):
        misses = 0
        while True:
            state = read(self.state_file)
            state = self.grant(state)
            role = ask(state["ports"][state["primary"]], "ROLE")
            state["formed"] = state["formed"] or (role is not None and role[0] == "master")
            misses = 0 if role and role[0] == "master" else misses + 1
            if misses >= 3 and state["formed"]:
                state = self.take_over(state, self.freshest(state))
                misses = 0
            self.follow(state)
            write(self.state_file, state)
            time.sleep(0.02)

    def grant(self, state):
        wish_file, guards_file = self.dir / "wish.json", self.dir / "guards.json"
        if guards_file.exists():
            state["guards"] = read(guards_file)
        if wish_file.exists():
            wish = read(wish_file)
            state["leader"] = wish.get("leader", state["leader"])
            if wish.get("switchover"):
                state = self.take_over(state, self.freshest(state), planned=True)
            wish_file.unlink()
        return state

    def freshest(self, state):
        def offset(node):
            return int(respconn.info("127.0.0.1", state["ports"][node], "replication").get("slave_repl_offset", -1))

        return max((node for node in NODES if node != state["primary"]), key=offset)

    def take_over(self, state, successor, planned=False):
        old = state["ports"][state["primary"]]
        if planned:
            ask(old, "CLIENT", "PAUSE", "1000", "WRITE")
            time.sleep(0.1)
            ask(old, "REPLICAOF", "127.0.0.1", state["ports"][successor])
        elif pid := self.server_of(state, state["primary"]):
            processes.send(pid, signal.SIGKILL)
        ask(state["ports"][successor], "REPLICAOF", "NO", "ONE")
        if planned:
            ask(old, "CLIENT", "UNPAUSE")
        return {**state, "primary": successor, "epoch": state["epoch"] + 1}

    def server_of(self, state, node):
        for pid in processes.descendants(state["guards"].get(node, 0)):
            if processes.name_of(pid) == "redis-server":
                return pid
        return None

    def follow(self, state):
        for node in NODES:
            role = ask(state["ports"][node], "ROLE")
            if not role:
                continue
            if node == state["primary"]:
                if role[0] != "master" and not state["formed"]:
                    ask(state["ports"][node], "REPLICAOF", "NO", "ONE")
            elif role[0] == "master" or role[2] != state["ports"][state["primary"]]:
                ask(state["ports"][node], "REPLICAOF", "127.0.0.1", state["ports"][state["primary"]])


def main(arguments):
    where = arguments.index("--dir")
    stand_in = StandIn(arguments[where + 1])
    words = arguments[:where] + arguments[where + 2:]
    if words[:2] == ["playground", "up"]:
        stand_in.up()
    elif words[:2] == ["playground", "down"]:
        stand_in.down()
    elif words[:2] == ["group", "list"]:
        stand_in.groups()
    elif words[:2] == ["group", "switchover"]:
        stand_in.want(switchover=True)
    elif words[:2] == ["raft", "leader"]:
        print(read(stand_in.state_file)["leader"])
    elif words[:2] == ["raft", "transfer"]:
        stand_in.want(leader=words[words.index("--to") + 1])
    elif words[0] == "guard":
        stand_in.guard(words[words.index("--node") + 1])
    elif words[0] == "decide":
        stand_in.decide()
    elif words[0] == "agent":
        signal.pause()
    else:
        sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
