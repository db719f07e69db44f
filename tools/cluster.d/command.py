"""Runs a real cluster on this machine: Kafka, nodes and a proxy in front; and lets things go wrong with it.

Usage: tools/cluster [--dir DIR] COMMAND [OPTIONS]

  up [N]            start Kafka, N nodes (default 3) and nginx, and say where they are
  status            what runs; exit code 0 if all nodes are ready, else 1. --json for a program
  down              stop everything; the data stays for the next `up`. --delete: it does not
  sweep             take away the networks of all clusters on this machine and end what runs in them, also
                    where the folder is gone

  kill N            SIGKILL a node, as a power cut
  stop N, start N   SIGTERM; start again with the same data, and with --program FILE from now on
                    with another program: an upgrade
  pause N, resume N SIGSTOP and SIGCONT
  add               one more node
  kafka WORDS…      tools/kafka for the cluster's brokers, as: kafka kill 2

  partition A B,C   cut A off from B and C: numbers of nodes, kafka, kafka-2, or clients (who speaks HTTP
                    with it, the proxy too). --one-way: only what A sends is lost. --loss 30: 30 % of the
                    packets are lost. Nobody is told: what is sent is silently gone. Needs root
  heal [A]          mend all cuts, or those of A

  logs N            the words of a node; -f follows them
  exec N COMMAND…   run something in the network of a node, as: exec 1 curl http://10.77.3.12:8089/readyz

Options of up
  --brokers 1..5    Kafka brokers (default 1); three lose nothing with one of them
  --kafka ADDRESS   brokers that run already, kafka://host:port[,host:port]
  --proxy KIND      nginx (default), haproxy or none
  --port N          of the proxy (default 8089; another if that is taken)
  --tls             certificates for Kafka and between the nodes
  --shared-network  all nodes on 127.0.0.1, also with root
  --serve-arg=ARG   a further argument of every node; 2:ARG of node 2. May be given several times
  --durable         brokers write to disk before they acknowledge
  --program FILE    default build/tracseq

Every command takes --dir DIR, where the cluster lies (default var/cluster). With root each node has a network
namespace of its own on a bridge (10.x.y.11, .12 …; Kafka and the proxy at 10.x.y.1); without, ports of 127.0.0.1.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import network  # noqa: E402
from cluster import Cluster, Failed  # noqa: E402
from program import PROGRAM, PROJECT  # noqa: E402


def say(words):
    print(words, file=sys.stderr, flush=True)


class Reader(argparse.ArgumentParser):
    def error(self, message):
        print(f"tools/cluster: {message}\nTry: tools/cluster --help", file=sys.stderr)
        sys.exit(2)


def read_arguments(words):
    reader = Reader(prog="tools/cluster", add_help=False, allow_abbrev=False)
    reader.add_argument("--dir", default=PROJECT / "var" / "cluster")
    commands = reader.add_subparsers(dest="command", required=True, parser_class=Reader)

    def command(name, *numbers):
        one = commands.add_parser(name, add_help=False, allow_abbrev=False)
        one.add_argument("--dir", default=argparse.SUPPRESS)
        for number in numbers:
            one.add_argument(number, type=int)
        return one

    up = command("up")
    up.add_argument("nodes", type=int, nargs="?", default=3)
    up.add_argument("--brokers", type=int, default=1, choices=(1, 2, 3, 4, 5))
    up.add_argument("--kafka", default="")
    up.add_argument("--proxy", default="nginx", choices=("nginx", "haproxy", "none"))
    up.add_argument("--port", type=int, default=8089)
    for flag in ("--tls", "--shared-network", "--durable"):
        up.add_argument(flag, action="store_true")
    up.add_argument("--serve-arg", action="append", default=[])
    up.add_argument("--program", default=PROGRAM)
    command("status").add_argument("--json", action="store_true")
    down = command("down")
    down.add_argument("--delete", action="store_true")
    command("sweep")
    for name in ("kill", "stop", "pause", "resume"):
        command(name, "node")
    command("start", "node").add_argument("--program")
    command("add").add_argument("--serve-arg", action="append", default=[])
    cut = command("partition")
    cut.add_argument("one")
    cut.add_argument("others")
    cut.add_argument("--one-way", action="store_true")
    cut.add_argument("--loss", type=int, default=100)
    command("heal").add_argument("one", nargs="?")
    command("logs", "node").add_argument("-f", action="store_true")
    for name, numbers in (("exec", ["node"]), ("kafka", [])):
        command(name, *numbers).add_argument("words", nargs=argparse.REMAINDER)
    command("watch", "pid")  # started by a Cluster with an owner
    wanted = reader.parse_args(words)
    if wanted.command == "up" and not 1 <= wanted.nodes <= 200:
        reader.error(f"a cluster has 1 to 200 nodes, not {wanted.nodes}")
    return wanted


# ---- what is shown

def show(cluster, as_json=False):
    """Prints what runs; whether all nodes are ready."""
    status = cluster.status()
    if as_json:
        print(json.dumps(status, indent=2))
    else:
        row = "  {:<10} {:<10} {}".format
        if status["proxy"]["kind"]:
            print(row(status["proxy"]["kind"], "runs" if status["proxy"]["running"] else "down", status["url"]))
        for node in status["nodes"]:
            print(row(f"node {node['node']}", node["state"], node["url"]))
        for broker in status["brokers"]:
            print(row(f"broker {broker['broker']}", "runs" if broker["running"] else "down", broker["address"]))
        for cut in status["cuts"]:
            arrow = "→" if cut["one_way"] else "↔"
            print(row("cut", f"{cut['loss']} %", f"{cut['from']} {arrow} {cut['to']}"))
        print(row("history", "", status["log"]))
        print(row("token", "", status["token"] or "none yet"))
    return all(node["state"] == "ready" for node in status["nodes"])


def up(cluster):
    cluster.up()
    show(cluster)
    folder = "" if cluster.folder == PROJECT / "var" / "cluster" else f" --dir {cluster.folder}"
    say(f"\nOpen {cluster.url}/#token={cluster.token()}\nStop it with: tools/cluster down{folder}")
    return 0


def logs(cluster, n, follow):
    cluster.known(n)
    return subprocess.run(["tail", *(["-n", "50", "-F"] if follow else ["-n", "+1"]), str(cluster.output(n))]).returncode


def sweep():
    """For networks that no folder knows any more."""
    for identity in network.ids_on_this_machine():
        say(f"Removing the network of cluster {identity} …")
        net = network.Network(identity, "")
        for pid in net.processes():
            os.kill(pid, signal.SIGKILL)
        net.remove()


def watch(cluster, pid):
    """Waits until a process has ended, and ends the cluster with it."""
    while pathlib.Path(f"/proc/{pid}").exists():
        time.sleep(0.5)
    cluster.down(quick=True)
    return 0


# ---- commands

def check_program(program):
    if not os.access(program, os.X_OK):
        raise Failed(f"{program} is not there yet; run tools/build")


def make(wanted):
    if wanted.command != "up":
        return Cluster(wanted.dir, say=say)
    of_one = {}
    for argument in wanted.serve_arg:
        if match := re.match(r"(\d+):(.*)", argument):
            of_one.setdefault(int(match[1]), []).append(match[2])
    check_program(wanted.program)
    return Cluster(wanted.dir, nodes=wanted.nodes, brokers=wanted.brokers, kafka=wanted.kafka, port=wanted.port,
                   proxy=None if wanted.proxy == "none" else wanted.proxy, tls=wanted.tls, durable=wanted.durable,
                   isolated=False if wanted.shared_network else None, serve_of=of_one, program=wanted.program, say=say,
                   serve=[argument for argument in wanted.serve_arg if not re.match(r"\d+:", argument)])


def act(wanted):
    cluster, name = make(wanted), wanted.command
    if name == "up":
        return up(cluster)
    if name == "status":
        return 0 if show(cluster, wanted.json) else 1
    if name == "logs":
        return logs(cluster, wanted.node, wanted.f)
    if name == "exec":
        return subprocess.run(cluster.inside(wanted.node, wanted.words)).returncode
    if name == "kafka":
        print(cluster.kafka(*wanted.words))
    elif name == "watch":
        return watch(cluster, wanted.pid)
    elif name == "down":
        cluster.down(delete=wanted.delete)
    elif name == "sweep":
        sweep()
    elif name == "partition":
        cluster.partition(wanted.one, wanted.others.split(","), wanted.one_way, wanted.loss)
    elif name == "heal":
        cluster.heal(wanted.one)
    elif name == "start":
        if wanted.program:
            check_program(wanted.program)
        cluster.start(wanted.node, program=wanted.program)
    elif name == "add":
        n = cluster.add(serve=wanted.serve_arg)
        print(f"node {n}: {cluster.node_url(n)}")
    else:
        done = getattr(cluster, name)(wanted.node)
        if name == "stop" and not done:
            raise Failed(f"node {wanted.node} did not stop in time, and was ended")
    return 0


def stop_by_signal(number, _frame):
    raise KeyboardInterrupt(f"signal {number}")


def main(words):
    at = words.index("exec") if "exec" in words else len(words)
    if not words or any(word in ("--help", "-h") for word in words[:at]):
        print(__doc__.strip())
        return 0 if words else 2
    signal.signal(signal.SIGTERM, stop_by_signal)
    try:
        return act(read_arguments(words))
    except Failed as problem:
        say(f"tools/cluster: {problem}")
        return 1
    except KeyboardInterrupt:
        say("\ntools/cluster: interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
