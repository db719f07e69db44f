"""A real cluster on one machine: Kafka, nodes, a proxy in front, and what can go wrong with them.

    cluster = Cluster(folder, nodes=3)      # nothing happens yet
    cluster.up()                            # Kafka, nodes 1 to 3, nginx; returns when all are ready
    cluster.url, cluster.node_url(2), cluster.token()
    cluster.kill(2); cluster.start(2); cluster.pause(1); cluster.resume(1)
    cluster.partition(1, [2, 3]); cluster.partition(1, ["kafka"], loss=30); cluster.heal()
    cluster.down(delete=True)

With root every node has a network namespace of its own and can be cut off; without, all share 127.0.0.1. All
that is known lies in the folder, so that another process (tools/cluster) may look and act, too; several
clusters run side by side. Failed says in words what a person can do.
"""
import base64
import contextlib
import http.client
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import sys
import time

import brokers as kafka_brokers
import cuts
import network
import program as node_program
import proxies
import running
from network import Failed, Network
from program import PROGRAM, supports
from state import State

HERE = pathlib.Path(__file__).resolve().parent
READY_S, STOP_S = 120, 40
MADE_HERE = r"node-\d+(\.log)?|kafka|proxy|tls|cluster\.secret|state\.(json|new)|watch\.log|lock"


class Cluster:
    """The cluster whose state lies in `folder`. What is given here counts for a new one; one that is there already
    keeps what it was begun with.

    nodes          how many `up` starts
    brokers        of Kafka: 1, or 3 that lose nothing with one of them
    kafka          "kafka://host:port" of brokers that run already, instead
    isolated       True: namespaces, or Failed; False: 127.0.0.1; None: namespaces where they can be had
    proxy, port    "nginx", "haproxy" or None; and its port (another one on 127.0.0.1 if that is taken)
    tls            certificates for Kafka and, if the program speaks TLS between nodes, for the nodes
    serve          further arguments of every node; `serve_of` {2: [...]} of one
    env            further environment of the nodes
    durable        brokers write to disk before they acknowledge
    owner          a process with whose end everything ends, too (for tests)
    say            called with words about progress
    """

    def __init__(self, folder, nodes=3, brokers=1, kafka="", isolated=None, proxy="nginx", port=8089, tls=False,
                 serve=(), serve_of=None, env=None, durable=False, owner=None, program=PROGRAM, say=None):
        self.folder = pathlib.Path(folder).resolve()
        self.say, self.owner = say or (lambda words: None), owner
        self._wanted, self._state = nodes, State(self.folder)
        self._wishes = dict(
            brokers=0 if kafka else brokers, kafka=kafka.rstrip("/"), isolated=isolated, proxy=proxy, port=port, tls=tls,
            serve=list(map(str, serve)), serve_of={str(n): list(map(str, v)) for n, v in (serve_of or {}).items()},
            env=dict(env or {}), durable=durable, program=str(pathlib.Path(program).resolve()))

    # ---- what is known

    def known(self, n=None):
        """The state. Failed if there is no cluster, or no node `n` in it."""
        state = self._state.read()
        if not state:
            raise Failed(f"there is no cluster in {self.folder}; start one with: tools/cluster up")
        if n is not None and str(n) not in state["nodes"]:
            raise Failed(f"there is no node {n}; there are {', '.join(state['nodes'])}")
        return state

    @property
    def isolated(self):
        """Whether each node has a network of its own."""
        return bool(self.known()["subnet"])

    @property
    def nodes(self):
        """The numbers of all nodes, also of those that do not run."""
        return sorted(map(int, self.known()["nodes"]))

    @property
    def url(self):
        """The address behind the proxy, or of node 1 if there is none."""
        state = self.known()
        return f"http://{state['host']}:{state['port']}" if state["proxy"] else self.node_url(1)

    def node_url(self, n):
        node = self.known(n)["nodes"][str(n)]
        return f"http://{node['address']}:{node['port']}"

    def data(self, n):
        return self.folder / f"node-{n}"

    def output(self, n):
        """The file with the words of a node."""
        return self.folder / f"node-{n}.log"

    @property
    def log(self):
        """The address of the history, for --log and for `tracseq audit verify`."""
        return kafka_brokers.log_address(self.folder, self.known())

    def token(self, n=None):
        """The operator's token: of node `n`, or of the first that has one."""
        for number in [n] if n else self.nodes:
            with contextlib.suppress(OSError):
                return (self.data(number) / "operator.token").read_text().strip()
        return ""

    def pid(self, n):
        """The process of a node, or None."""
        pids = running.of_part(self.folder, f"node-{n}")
        return pids[0] if pids else None

    def inside(self, n, command):
        """A command, as it is run in the network of a node."""
        net = self._network(self.known(n))
        return [*(net.inside(n) if net else []), *map(str, command)]

    def ready(self, n, timeout_s=2):
        """Whether /readyz of a node says 200."""
        node = self.known(n)["nodes"][str(n)]
        connection = http.client.HTTPConnection(node["address"], node["port"], timeout=timeout_s)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def status(self):
        """Everything, as `tools/cluster status --json` gives it."""
        state, parts = self.known(), running.find(self.folder)
        return {
            "folder": str(self.folder), "running": bool(parts), "isolated": bool(state["subnet"]), "url": self.url,
            "log": self.log, "token": self.token(),
            "proxy": {"kind": state["proxy"], "running": "proxy" in parts.values()},
            "brokers": [{"broker": number, "address": f"{state['host']}:{port}",
                         "running": kafka_brokers.listening(state["host"], port)}
                        for number, port in enumerate(kafka_brokers.ports(state), 1)] if state["brokers"] else [],
            "nodes": [self._status_of(n, state, parts) for n in self.nodes],
            "cuts": state["cuts"],
        }

    def _status_of(self, n, state, parts):
        pid = next((pid for pid, part in parts.items() if part == f"node-{n}"), None)
        word = "down" if pid is None else "paused" if running.state_of(pid) == "T" else \
            "ready" if self.ready(n) else "not ready"
        net = self._network(state)
        return {"node": n, "state": word, "pid": pid, "url": self.node_url(n), "data": str(self.data(n)),
                "log": str(self.output(n)), "namespace": net.namespace(n) if net else None}

    @staticmethod
    def _network(state):
        return Network(state["id"], state["subnet"]) if state.get("subnet") else None

    # ---- up

    def up(self, wait=True):
        """Starts everything. Failed if it runs already, or if a node does not get ready."""
        with self._state.changing() as state:
            if parts := sorted(set(running.find(self.folder).values())):
                raise Failed(f"the cluster in {self.folder} runs already ({', '.join(parts)}); see: tools/cluster status")
            self._settle(state)
            self._state.write(state)  # before anything is made, so that `down` finds it whatever happens
            try:
                self._start_all(state)
            except BaseException:
                self._end_all(state, quick=True)
                raise
        if wait:
            self._wait_for_all(state)
        return self

    def _settle(self, state):
        """Who lies where. A cluster that was there before keeps its addresses."""
        for name, value in self._wishes.items():
            state.setdefault(name, value)
        state.setdefault("id", secrets.token_hex(2))
        if "subnet" not in state:
            why = network.missing() if state["isolated"] is not False else ""
            if why and state["isolated"]:
                raise Failed(f"there is no network of its own for each node: {why}")
            if why:
                self.say(f"All nodes share 127.0.0.1, so none can be cut off: {why}.")
            state["subnet"] = "" if why or state["isolated"] is False else network.free_subnet()
        net = self._network(state)
        if net:
            net.remove()  # what a crash left
        state["host"], state["cuts"] = net.host if net else "127.0.0.1", []
        nodes = state.setdefault("nodes", {})
        for n in range(1, max(self._wanted, len(nodes)) + 1):
            self._place(state, n)
        if state["proxy"] and not net and not kafka_brokers.is_free(state["port"]):
            state["port"] = kafka_brokers.free_port()
        if not (secret := self.folder / "cluster.secret").exists():
            with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
                out.write(base64.b64encode(os.urandom(32)).decode() + "\n")

    def _place(self, state, n):
        if str(n) not in state["nodes"]:
            net = self._network(state)
            state["nodes"][str(n)] = dict(address=net.address(n), port=8089, cluster_port=8090) if net else dict(
                address="127.0.0.1", port=kafka_brokers.free_port(), cluster_port=kafka_brokers.free_port())

    def _start_all(self, state):
        if self.owner:
            running.launch([sys.executable, HERE / "command.py", "--dir", self.folder, "watch", self.owner],
                           self.folder, "watch", "/", self.folder / "watch.log")
        if net := self._network(state):
            self.say(f"Making a network ({state['subnet']}.0/24) …")
            net.create()
            for n in map(int, state["nodes"]):
                net.add(n)
        if state["tls"]:
            kafka_brokers.certify(self.folder, state, "kafka", *(f"node-{n}" for n in state["nodes"]))
        if state["brokers"]:
            self.say(f"Starting Kafka ({state['brokers']} brokers) …" if state["brokers"] > 1 else "Starting Kafka …")
            state["kafka"] = kafka_brokers.start(self.folder, state)
        for n in map(int, state["nodes"]):
            self._launch(state, n)
        self._start_proxy(state)

    def _launch(self, state, n, extra=()):
        self.say(f"Starting node {n} …")
        self.data(n).mkdir(exist_ok=True)
        net, log = self._network(state), kafka_brokers.log_address(self.folder, state)
        line = [*node_program.arguments(self.folder, state, n, log), *map(str, extra)]
        running.launch([*(net.inside(n) if net else []), *line], self.folder, f"node-{n}", "/", self.output(n), state["env"])

    def _start_proxy(self, state):
        """Starts it, or has it know all nodes of now."""
        kind, folder = state["proxy"], self.folder / "proxy"
        if not kind:
            return
        if shutil.which(kind) is None:
            raise Failed(f"{kind} is missing; install it with: tools/install-packages cluster (or --proxy none)")
        proxies.write(kind, folder, f"{state['host']}:{state['port']}",
                      [(f"node-{n}", f"{node['address']}:{node['port']}") for n, node in state["nodes"].items()])
        pids = running.of_part(self.folder, "proxy")
        if pids and kind == "nginx":
            running.send([int((folder / "nginx.pid").read_text())], signal.SIGHUP)
            return
        self.say(f"Starting {kind} …")
        process = running.launch(proxies.command(kind, folder, pids), self.folder, "proxy", folder, folder / "output.log")
        until = time.monotonic() + 10
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((state["host"], state["port"]), 1):
                return
            time.sleep(0.05)
        raise Failed(f"{kind} does not start: {(folder / 'output.log').read_text(errors='replace').strip()[-400:]}")

    def _wait_for_all(self, state):
        alone = len(state["nodes"]) > 1 and not supports("--cluster-address", state["program"])
        if alone:
            self.say("This program knows nothing of a cluster: its nodes take the history from each other.")
        for n in self.nodes:
            try:
                self.wait_ready(n, 20 if alone else READY_S)
            except Failed:
                if not alone:
                    raise

    def wait_ready(self, n, timeout_s=READY_S):
        """Until a node takes commands. Failed if it ended, or is not ready in time."""
        began, shown = time.monotonic(), 0
        while (passed := time.monotonic() - began) < timeout_s:
            if self.ready(n):
                return
            if self._has_ended(n):
                raise Failed(f"node {n} ended by itself: {self._last_words(n)}")
            if passed - shown > 5:
                shown = passed
                self.say(f"Waiting for node {n} … {passed:.0f} s")
            time.sleep(0.1)
        raise Failed(f"node {n} is not ready after {timeout_s} s: {self._last_words(n)}")

    def _has_ended(self, n):
        """A process that begins another program has no environment for a moment, so that one look proves nothing."""
        for _ in range(6):
            if self.pid(n) is not None:
                return False
            time.sleep(0.1)
        return True

    def _last_words(self, n):
        with contextlib.suppress(OSError, IndexError):
            return self.output(n).read_text(errors="replace").strip().splitlines()[-1][-500:]
        return "it said nothing"

    # ---- down

    def down(self, delete=False, quick=False):
        """Stops everything and takes the network away. `quick`: SIGKILL, for who does not need good order; `delete`:
        no data is left either. Does what is left to do after a crash, too, and nothing if nothing is."""
        if not self.folder.exists():
            return
        with self._state.changing() as state:
            self._end_all(state, quick or delete)
            if delete:
                state.clear()
        if delete:
            for path in self.folder.iterdir():
                if re.fullmatch(MADE_HERE, path.name):
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self.folder.rmdir()

    def _end_all(self, state, quick):
        parts = running.find(self.folder)
        if not quick:
            self.say("Stopping …")
            running.end([pid for pid, part in parts.items() if part == "proxy"], 3)
            running.end([pid for pid, part in parts.items() if part.startswith("node-")], STOP_S)
            if state.get("brokers") and (self.folder / "kafka").exists():
                with contextlib.suppress(Failed):
                    kafka_brokers.kafka(self.folder, "stop")
        # More than once: a process may have started another while it was looked at.
        while left := list(running.find(self.folder)):
            running.end(left)
        if net := self._network(state):
            net.remove()
        if state:
            state["cuts"] = []

    # ---- single nodes

    def kill(self, n):
        """SIGKILL, as a power cut."""
        running.end(self._pids(n))

    def stop(self, n):
        """SIGTERM. True if it ended in good order, and in time."""
        return running.end(self._pids(n), STOP_S)

    def start(self, n, wait=True, extra=(), program=None):
        """Starts a node that does not run, with its data. `extra` arguments for this once; `program` from now on."""
        self.known(n)
        with self._state.changing() as state:
            if self.pid(n) is not None:
                raise Failed(f"node {n} runs already")
            self._check_runs()
            if program:
                state.setdefault("program_of", {})[str(n)] = str(pathlib.Path(program).resolve())
            self._launch(state, n, extra)
        if wait:
            self.wait_ready(n)

    def add(self, wait=True, serve=()):
        """One more node, known to the proxy, too; its number."""
        self.known()
        with self._state.changing() as state:
            self._check_runs()
            n = max(map(int, state["nodes"])) + 1
            self._place(state, n)
            state["serve_of"][str(n)] = list(map(str, serve))
            if net := self._network(state):
                net.add(n)
            if state["tls"]:
                kafka_brokers.certify(self.folder, state, f"node-{n}")
            self._launch(state, n)
            self._start_proxy(state)
        if wait:
            self.wait_ready(n)
        return n

    def pause(self, n):
        """SIGSTOP: it is there, and does nothing."""
        running.send(self._pids(n), signal.SIGSTOP)

    def resume(self, n):
        """SIGCONT."""
        running.send(self._pids(n), signal.SIGCONT)

    def _pids(self, n):
        self.known(n)
        if not (pids := running.of_part(self.folder, f"node-{n}")):
            raise Failed(f"node {n} does not run")
        return pids

    def _check_runs(self):
        if not running.find(self.folder):
            raise Failed(f"the cluster in {self.folder} does not run; start it with: tools/cluster up")

    # ---- brokers and cuts

    def kafka(self, *words):
        """tools/kafka for the brokers of this cluster: kafka("kill", 2), kafka("start", 2). Its output."""
        if not self.known()["brokers"]:
            raise Failed("the brokers of this cluster are not its own")
        return kafka_brokers.kafka(self.folder, *words)

    def partition(self, one, others, one_way=False, loss=100):
        """Cuts `one` off from each of `others`: numbers of nodes, "kafka", "kafka-2" or "clients" (whoever speaks
        HTTP with it). `one_way`: what `one` sends is lost, what it is sent arrives. `loss`: that many percent of
        the packets. It goes on until `heal`; a further cut between the same two replaces the first."""
        with self._cutting() as state:
            fresh = cuts.make(state, one, others, one_way, loss)
            pairs = [{cut["from"], cut["to"]} for cut in fresh]
            state["cuts"] = [cut for cut in state["cuts"] if {cut["from"], cut["to"]} not in pairs] + fresh

    def heal(self, one=None):
        """Mends all cuts, or those of one end."""
        with self._cutting() as state:
            end = None if one is None else cuts.check_end(state, one)
            state["cuts"] = [cut for cut in state["cuts"] if end is not None and end not in (cut["from"], cut["to"])]

    @contextlib.contextmanager
    def _cutting(self):
        if not self.known()["subnet"]:
            raise Failed("nothing can be cut: all nodes share 127.0.0.1. Cuts need root, and `up` run by it")
        with self._state.changing() as state:
            before = state["cuts"]
            try:
                yield state
                self._network(state).cut(cuts.flows(state))
            except BaseException:
                state["cuts"] = before
                raise
