"""The brokers of a cluster, by tools/kafka, and its certificates, by tools/certificates."""
import contextlib
import os
import pathlib
import random
import re
import socket
import subprocess

import running
from network import Failed

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
TOPIC = "tracseq"


def free_port(count=1):
    """The first of `count` ports of 127.0.0.1 that nobody listens on, below those that clients are given."""
    for _ in range(200):
        first = random.randrange(20000, 30000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as probes:
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise Failed("no free port between 20000 and 29999")


def is_free(port):
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _tool(folder, name, *words):
    done = subprocess.run([str(PROJECT / "tools" / name), *map(str, words)], capture_output=True, text=True, cwd="/",
                          stdin=subprocess.DEVNULL, env={**os.environ, **running.marks(folder, "kafka")})
    if done.returncode != 0:
        raise Failed(done.stderr.strip()[-600:] or f"tools/{name} failed")
    return done.stdout.strip()


def kafka(folder, *words):
    """tools/kafka for the brokers of this cluster; its output."""
    return _tool(folder, "kafka", "--quiet", "--dir", folder / "kafka", *words)


def start(folder, state):
    """Starts all of them; their address."""
    how = ["--listen", state["host"]]
    if not (folder / "kafka").exists():
        port = 9092 if state["subnet"] else free_port(state["brokers"])
        how += ["--brokers", state["brokers"], "--port", port, "--heap", 384 if state["brokers"] == 1 else 256]
        how += ["--durable"] if state["durable"] else []
        how += ["--tls", folder / "tls"] if state["tls"] else []
    kafka(folder, "start", *how)
    return kafka(folder, "address").splitlines()[-1]


def certify(folder, state, *names):
    """Certificates that hold for all addresses of the cluster; those that are there already stay."""
    addresses = {state["host"], *(node["address"] for node in state["nodes"].values())} - {"127.0.0.1"}
    _tool(folder, "certificates", folder / "tls", *names,
          *(word for address in sorted(addresses) for word in ("--ip", address)))


def log_address(folder, state):
    """What the nodes get as --log."""
    settings = f"?config={folder}/tls/kafka-client.properties" if state["tls"] and state["brokers"] else ""
    return f"{state['kafka']}/{TOPIC}{settings}"


def ports(state, number=None):
    """The ports of all brokers, or of one."""
    found = [int(port) for port in re.findall(r":(\d+)", state.get("kafka", ""))]
    if number is None:
        return found
    if not 1 <= number <= len(found):
        raise Failed(f"there is no broker {number}; there are {len(found)}")
    return [found[number - 1]]


def listening(host, port):
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False
