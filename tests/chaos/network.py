"""Hosts as network namespaces on one switch, and what can be done to their wires.

This process stands at the switch with an address of its own: it is the client
outside. What happens between two programs on one host never passes a wire.
"""

import subprocess

PREFIX = "10.77.0."
OUTSIDE = PREFIX + "254"
WIRE = "eth0"
RULES = """table inet fault
delete table inet fault
table inet fault {{
    chain arriving {{
        type filter hook input priority -10
        {arriving}
    }}
    chain leaving {{
        type filter hook output priority -10
        {leaving}
    }}
}}
"""


def run(*words, text=None):
    subprocess.run(words, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


class Network:
    """One per world. Every change is in force when the call returns."""

    def __init__(self, hosts):
        self.address = {host: PREFIX + str(number) for number, host in enumerate(hosts, 1)}
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "switch", "type", "bridge")
        run("ip", "address", "add", OUTSIDE + "/24", "dev", "switch")
        run("ip", "link", "set", "switch", "up")
        for host in hosts:
            self._connect(host)

    def _connect(self, host):
        run("ip", "netns", "add", host)
        run("ip", "link", "add", self._port(host), "type", "veth", "peer", "name", WIRE, "netns", host)
        run("ip", "link", "set", self._port(host), "master", "switch", "up")
        run("ip", "-n", host, "link", "set", "lo", "up")
        run("ip", "-n", host, "address", "add", self.address[host] + "/24", "dev", WIRE)
        run("ip", "-n", host, "link", "set", WIRE, "up")

    @staticmethod
    def _port(host):
        return f"port-{host}"

    @staticmethod
    def inside(host):
        """Words before a command that make it run on a host. The pid stays its own."""
        return ["nsenter", f"--net=/run/netns/{host}"]

    def drop(self, host, *, arriving=True, leaving=True, peers=None, percent=100):
        """Drops packets at a host's wire: of one direction or both, of all
        others (the client outside as well) or of some hosts, all or a share."""
        chance = "" if percent >= 100 else f"numgen random mod 100 < {percent} "
        ins, outs = f'iifname "{WIRE}" ', f'oifname "{WIRE}" '
        if peers is not None:
            addresses = ", ".join(self.address[peer] for peer in peers)
            ins, outs = f"{ins}ip saddr {{ {addresses} }} ", f"{outs}ip daddr {{ {addresses} }} "
        self._load(host, f"{ins}{chance}drop" if arriving else "", f"{outs}{chance}drop" if leaving else "")

    def mend(self, host):
        self._load(host, "", "")

    def _load(self, host, arriving, leaving):
        run(*self.inside(host), "nft", "-f", "-", text=RULES.format(arriving=arriving, leaving=leaving))

    def unfence(self, host):
        """Removes the tables with which the kernel of a host keeps its leases."""
        listed = subprocess.run([*self.inside(host), "nft", "list", "tables"], text=True, check=True, capture_output=True)
        for table in (line for line in listed.stdout.splitlines() if line.startswith("table inet baton/")):
            run(*self.inside(host), "nft", "-f", "-", text=f"delete {table}\n")

    def mend_all(self):
        for host in self.address:
            self.mend(host)
            self.plug(host)

    def unplug(self, host):
        run("ip", "link", "set", self._port(host), "down")

    def plug(self, host):
        run("ip", "link", "set", self._port(host), "up")
