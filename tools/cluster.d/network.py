"""A network for the nodes of one cluster: a bridge, a namespace for each node, and cuts between them.

The machine itself (brokers, the proxy, clients) has the bridge's first address, node N the address 10 + N. Cuts
are rules of one nftables table that drop packets on the bridge, so that neither side is told. All names carry
the cluster's id: whatever happens, `remove` finds what is left.
"""
import contextlib
import fcntl
import ipaddress
import json
import os
import random
import re
import shutil
import subprocess

LOCK = "/run/lock/tracseq-cluster.lock"


class Failed(Exception):
    """Something that a person can mend; the words say how."""


def call(*command, words=None):
    """Runs a command of the system; its output. `words` goes to its input."""
    done = subprocess.run([str(c) for c in command], input=words, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL if words is None else None)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command[:4]))}: {done.stderr.strip()[-400:]}")
    return done.stdout


def missing():
    """Why there can be no network of our own on this machine; empty if there can."""
    if os.geteuid() != 0:
        return "that needs root"
    absent = [name for name in ("ip", "nft", "nsenter") if shutil.which(name) is None]
    if absent:
        return f"{absent[0]} is missing; install it with: tools/install-packages cluster"
    name = f"tsqprobe{os.getpid() % 100000}"
    probe = f"table bridge {name} {{ chain c {{ type filter hook forward priority 0; }}; }}\ndelete table bridge {name}\n"
    try:
        call("ip", "netns", "add", name)
        call("ip", "netns", "delete", name)
        call("nft", "-f", "-", words=probe)
    except Failed as problem:
        return f"this machine does not allow it ({problem})"
    return ""


def ids_on_this_machine():
    """Ids of all clusters that have a bridge, a namespace or a table here."""
    if shutil.which("ip") is None:
        return []
    found = {link["ifname"][3:7] for link in json.loads(call("ip", "-json", "link", "show"))
             if re.fullmatch(r"tsq[0-9a-f]{4}(n\d+)?", link["ifname"])}
    found |= {name.split("-")[1] for name in _namespaces() if re.fullmatch(r"tracseq-[0-9a-f]{4}-\d+", name)}
    if shutil.which("nft") and os.geteuid() == 0:
        found |= set(re.findall(r"table bridge tracseq_([0-9a-f]{4})$", call("nft", "list", "tables"), re.M))
    return sorted(found)


def _namespaces():
    try:
        return sorted(os.listdir("/run/netns"))
    except OSError:
        return []


def _used_networks():
    for link in json.loads(call("ip", "-json", "-4", "addr", "show")):
        for one in link.get("addr_info", []):
            yield ipaddress.ip_network(f"{one['local']}/{one['prefixlen']}", strict=False)
    for route in json.loads(call("ip", "-json", "-4", "route", "show", "table", "all")):
        with contextlib.suppress(ValueError):
            yield ipaddress.ip_network(route["dst"], strict=False)


def _is_free(subnet):
    return not any(used.overlaps(ipaddress.ip_network(f"{subnet}.0/24")) for used in _used_networks())


def free_subnet():
    """Three bytes of a /24 of 10.0.0.0/8 that nothing here has an address in or a route to."""
    for _ in range(200):
        subnet = f"10.{random.randrange(64, 250)}.{random.randrange(256)}"
        if _is_free(subnet):
            return subnet
    raise Failed("no free /24 between 10.64.0.0 and 10.249.255.255")


class Network:
    """The bridge of cluster `identity` (4 hex digits) on `subnet` ("10.77.3")."""

    def __init__(self, identity, subnet):
        self.identity, self.subnet = identity, subnet
        self.bridge, self.table = f"tsq{identity}", f"tracseq_{identity}"

    @property
    def host(self):
        return f"{self.subnet}.1"

    def address(self, node):
        return f"{self.subnet}.{10 + node}"

    def namespace(self, node):
        return f"tracseq-{self.identity}-{node}"

    def inside(self, node):
        """What to put before a command to run it in a node's namespace, in the same process."""
        return ["nsenter", f"--net=/run/netns/{self.namespace(node)}", "--"]

    def create(self):
        """The bridge. Failed if somebody else has taken the addresses meanwhile."""
        with open(LOCK, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_free(self.subnet):
                raise Failed(f"the addresses {self.subnet}.0/24 are in use on this machine by now")
            call("ip", "link", "add", self.bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0")
            call("ip", "address", "add", f"{self.host}/24", "dev", self.bridge)
            call("ip", "link", "set", self.bridge, "up")

    def add(self, node):
        """A namespace for a node, on the bridge."""
        if node > 200:
            raise Failed("there are addresses for 200 nodes")
        name, outside, inner = self.namespace(node), f"tsq{self.identity}n{node}", f"tsq{self.identity}p{node}"
        call("ip", "netns", "add", name)
        call("ip", "link", "add", outside, "type", "veth", "peer", "name", inner, "netns", name)
        call("ip", "link", "set", outside, "master", self.bridge, "up")
        call("ip", "netns", "exec", name, "ip", "-batch", "-", words="\n".join([
            "link set lo up", f"link set {inner} name eth0", f"address add {self.address(node)}/24 dev eth0",
            "link set eth0 up", f"route add default via {self.host}"]))

    def has(self, node):
        return self.namespace(node) in _namespaces()

    def cut(self, flows):
        """Replaces all cuts: (match, percent) each, where `match` is what nftables has to say of a packet."""
        lines = [f"table bridge {self.table}", f"delete table bridge {self.table}"]
        if flows:
            # Packets that are lost at random are lost before anything counts them as delivered.
            rules = "\n".join(f"    {match} " + ("" if percent >= 100 else f"numgen random mod 100 < {percent} ") + "drop"
                              for match, percent in flows)
            chains = "\n".join(f"  chain {hook} {{\n    type filter hook {hook} priority 0; policy accept;\n{rules}\n  }}"
                               for hook in ("forward", "input", "output"))
            lines.append(f"table bridge {self.table} {{\n{chains}\n}}")
        call("nft", "-f", "-", words="\n".join(lines) + "\n")

    def processes(self):
        """Those that run in one of its namespaces, whoever started them."""
        return [int(pid) for name in _namespaces() if name.startswith(f"tracseq-{self.identity}-")
                for pid in call("ip", "netns", "pids", name).split()]

    def remove(self):
        """Everything that carries the id. Never fails: what is not there needs no removing."""
        for name in _namespaces():
            if name.startswith(f"tracseq-{self.identity}-"):
                self._quietly("ip", "netns", "delete", name)
        with contextlib.suppress(Failed, ValueError):
            for link in json.loads(call("ip", "-json", "link", "show")):
                if re.fullmatch(rf"tsq{self.identity}([np]\d+)?", link["ifname"]):
                    self._quietly("ip", "link", "delete", link["ifname"])
        self._quietly("nft", "delete", "table", "bridge", self.table)

    @staticmethod
    def _quietly(*command):
        with contextlib.suppress(OSError):
            subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
