"""A cluster under load whose clients write down what they are told, and its judgement.

    with ClusterLab(seed) as lab:
        with lab.load():
            lab.cluster.kill(2)
            ...
        lab.judge()
"""
import pathlib
import random
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system"), str(HERE.parent.parent / "tools" / "cluster.d")]
import support  # noqa: E402
from cluster import Cluster  # noqa: E402
from support import check  # noqa: E402

import crash_test  # noqa: E402


class Position:
    """The newest position that any client was told: what all of them demand, so that each reads what happened
    before, at whatever node."""

    def __init__(self):
        self.lock, self.offsets = threading.Lock(), []

    def seen(self, text):
        offsets = [int(o) for o in text.split(".")] if text else []
        with self.lock:
            if len(self.offsets) != len(offsets):
                self.offsets = self.offsets or offsets
            self.offsets = [max(pair) for pair in zip(self.offsets, offsets)] or self.offsets

    def header(self):
        with self.lock:
            return {"X-TracSeq-Position": ".".join(map(str, self.offsets))} if self.offsets else {}


class Everywhere:
    """Asks the nodes by turns, as a person behind a proxy does; those that are down answer nothing."""

    def __init__(self, lab, name, timeout_s):
        self.lab, self.name, self.timeout_s, self.apis, self.turn = lab, name, timeout_s, {}, hash(name) % 97

    def request(self, method, path, body=None, key=None, headers=None, raw=None):
        nodes = self.lab.asked()
        self.turn += 1
        n = nodes[self.turn % len(nodes)]
        if n not in self.apis:
            # A session of one client reads what it read before: the position sees to that, at every node.
            self.apis[n] = self.lab.book.records.api(self.lab.cluster.node_url(n), self.lab.token, self.name,
                                                     self.timeout_s, self.lab.position)
        asked = time.monotonic()
        answer = self.apis[n].request(method, path, body, key, headers, raw)
        self.lab.told(n, answer, asked)
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=None, key=None):
        return self.request("POST", path, body if body is not None else {}, key)

    def close(self):
        for api in self.apis.values():
            api.close()


class Client(crash_test.Client):
    def connect(self):
        return Everywhere(self.book.lab, f"{self.round_number}-{self.number}", 20)

    def wait_behind(self, answer):
        if answer is None:
            time.sleep(0.02)
        elif answer.status >= 500:
            time.sleep(0.05)  # as Retry-After asks, only sooner


class Book(crash_test.Book):
    """The book of a cluster: `node` is whichever is asked."""

    def __init__(self, lab, seed):
        super().__init__(None, seed)
        self.lab = lab

    def api(self, client="main", timeout_s=30):
        return self.records.api(self.lab.cluster.node_url(self.lab.cluster.nodes[0]), self.lab.token, client, timeout_s)


class ClusterLab:
    """`nodes` nodes, one broker, `clients` clients. What else is given goes to Cluster."""

    def __init__(self, seed, nodes=3, clients=9, **how):
        self.seed, self.clients, self.round = seed, clients, 0
        self.draw = random.Random(seed)
        how.setdefault("proxy", None)
        self.cluster = Cluster(support.new_folder("cluster"), nodes=nodes, owner=None, **how)
        self.position, self.book, self.token = Position(), None, ""
        self.lock, self.refused, self.longest = threading.Lock(), {}, {}
        self.waits = []  # (node, since when, until when): for an answer, and for one that is no refusal

    def __enter__(self):
        self.cluster.up()
        self.token = self.cluster.token()
        self.book = Book(self, self.seed)
        self.book.token = self.token
        self.book.boxes = self.furnish()
        return self

    def furnish(self, tries=5):
        """As it is told to whoever asks, what is under way for too long on a busy machine is asked for again."""
        for left in reversed(range(tries)):
            try:
                return crash_test.furnish(self.book.api())
            except support.Refused as refused:
                if not left or refused.answer.body.get("retryable") is not True:
                    raise

    def __exit__(self, *_):
        if self.book:
            self.book.stop.set()
        self.cluster.down(delete=True)

    def asked(self):
        return self.cluster.nodes

    def told(self, node, answer, asked):
        """How long each node went on refusing: from its first 5xx to its next answer. And how long it kept waiting."""
        at = time.monotonic()
        with self.lock:
            self.waits.append((node, asked, at))
            if answer.status >= 500:
                self.refused.setdefault(node, at)
            elif node in self.refused:
                since = self.refused.pop(node)
                self.longest[node] = max(self.longest.get(node, 0), at - since)
                self.waits.append((node, since, at))

    def longest_behind(self, moment, but):
        """The longest wait behind `moment` for an answer that is no refusal, at whatever node but `but`."""
        with self.lock:
            going_on = [(node, since, time.monotonic()) for node, since in self.refused.items()]
            return max((until - max(since, moment) for node, since, until in self.waits + going_on if node != but),
                       default=0)

    def load(self):
        """Clients work as long as the block runs."""
        clients = [Client(self.book, n, self.round) for n in range(self.clients)]
        self.round += 1
        return crash_test.at_work(clients, self.book, 60)

    def settle(self, timeout_s=60):
        """Every node runs, every partition is open, no process is under way."""
        cluster = self.cluster
        for n in cluster.nodes:
            if cluster.pid(n) is None:
                cluster.start(n, wait=False)
        for n in cluster.nodes:
            cluster.wait_ready(n, 120)
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            views = [self.api(n).must("GET", "/cluster") for n in cluster.nodes]
            if all(p["state"] == "open" for view in views for p in view["partitions"]) and len(
                    {tuple((p["boot_id"], p["claim"]) for p in view["partitions"]) for view in views}) == 1:
                return True
            time.sleep(0.1)
        return False

    def api(self, n):
        return support.Api(self.cluster.node_url(n), self.token)

    def judge(self):
        """The history at rest, by the second fold, the oracle and the program; and what every node shows of it. Behind
        it no node runs."""
        check("who got no result was told that it can be repeated", not self.book.unclear, self.book.unclear[:3])
        check("the nodes agree on who owns what, and all is open", self.settle())
        check("every process came to its end",
              all(support.wait_quiet(self.api(n)) for n in self.cluster.nodes[:1]) and self.quiet_everywhere())
        path = support.export(self.cluster.log, support.new_folder("export") / "log.ndjson")
        history, state = crash_test.judge_history(path)
        crash_test.check_promises(self.book, history, state)
        crash_test.ask_oracle(path, self.book.records, "", self.book)
        for n in self.cluster.nodes:
            crash_test.compare_with_api(self.api(n), state)
        self.compare_rows()
        print(f"        {len(self.book.acknowledged)} acknowledged, {len(self.book.refused)} refused, "
              f"{len(self.book.unresolved)} never answered, {len(self.book.imports)} imports begun, "
              f"{history.claims} claims, {history.skipped} skipped; longest refusal {max(self.longest.values(), default=0):.2f} s", flush=True)
        return history, state

    def compare_rows(self, tries=3):
        """What the nodes show, byte by byte, where it lies. They stand still at once, so that none reads what another
        writes when it ends; and are not started again."""
        for left in reversed(range(tries)):
            for n in self.cluster.nodes:
                self.cluster.pause(n)
            for n in self.cluster.nodes:
                self.cluster.kill(n)
            rows = {n: support.rows_of(self.cluster.data(n)) for n in self.cluster.nodes}
            if len({tuple(one["position"]) for one in rows.values()}) == 1 or not left:
                break
            self.settle()  # something was on its way to one of them
        check("the nodes stand at one position", len({tuple(one["position"]) for one in rows.values()}) == 1,
              {n: one["position"] for n, one in rows.items()})
        check("nothing is parked or being built", not any(one["parked"] or one["being_built"] for one in rows.values()))
        first = next(iter(rows.values()))["tables"]
        for n, one in rows.items():
            other = [(ours, theirs) for ours, theirs in zip(first, one["tables"]) if ours != theirs]
            check(f"the read models of node {n} are those of the first, to the byte",
                  first and len(one["tables"]) == len(first) and not other, other)

    def quiet_everywhere(self, timeout_s=60):
        """No node has a process under way: its owner counts it."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            bodies = [self.api(n).get("//metrics").body for n in self.cluster.nodes]
            if all("\ntracseq_processes_open 0\n" in body for body in bodies):
                return True
            time.sleep(0.1)
        return False
