"""Three nodes on one Kafka: how long a dead one is missed, what polite changes cost, what forwarding costs.

All are on 127.0.0.1 and share the two cores with their broker and their clients.
"""
import statistics
import sys
import threading
import time
import uuid

from common import PROJECT, Failed, say
from load import wrk

sys.path[:0] = [str(PROJECT / "tools"), str(PROJECT / "tools" / "cluster.d"), str(PROJECT / "tests" / "verify")]
from client import Api  # noqa: E402
from cluster import Cluster  # noqa: E402
from traffic import PARTITIONS, OpenLoad, Traffic, home_of  # noqa: E402

FIGURES = ("kill_gap_p50", "kill_gap_p99", "polite_failed", "forward_vs_local", "three_nodes_vs_one")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Bench:
    def __init__(self, place, report):
        self.place, self.report = place, report
        self.quick = place.quick

    def new_cluster(self, name, nodes, **how):
        cluster = Cluster(self.place.path(name), nodes=nodes, isolated=False, program=self.place.program("tracseq"),
                          durable=True, **how)
        self.place.closers.append(lambda: cluster.down(delete=True))
        cluster.up()
        # All is served when the first node has it all; what is measured here is of nodes that share it.
        self.until_each_owns_some(cluster)
        return cluster

    @staticmethod
    def owners(cluster):
        view = Api(cluster.node_url(1), cluster.token()).must("GET", "/cluster")
        return {row["partition"]: row["owner"] for row in view["partitions"] if row["state"] == "open"}

    def until_each_owns_some(self, cluster):
        until = time.monotonic() + 60
        while len(owners := self.owners(cluster)) < PARTITIONS or len(set(owners.values())) < len(cluster.nodes):
            if time.monotonic() > until:
                raise Failed(f"after a minute not each of {len(cluster.nodes)} nodes owned a partition")
            time.sleep(0.2)

    def kills(self, cluster):
        kills, gaps = 6 if self.quick else 40, []
        for number in range(kills):
            victim = cluster.nodes[number % len(cluster.nodes)]
            self.until_each_owns_some(cluster)  # who owns nothing is missed by nobody
            # Commands alone: every node shows what it has, whoever owns it.
            with Traffic([cluster.node_url(n) for n in cluster.nodes if n != victim], cluster.token(), 8,
                         reads=False) as traffic:
                time.sleep(1)
                moment = time.monotonic()
                cluster.kill(victim)
                time.sleep(4)
            gaps.append(traffic.longest_since(moment))
            cluster.start(victim)
        self.report.add("kill_gap_p50", statistics.median(gaps), f"of {kills} kills of an owner under load: the longest "
                        "that a command waited or was refused")
        self.report.add("kill_gap_p99", percentile(gaps, 0.99), f"the longest of {kills}: {max(gaps):.2f} s")

    def polite(self, cluster):
        """Half of what three nodes can do through nginx, by requests that do not wait for each other; beside them some
        clients look at what they wrote."""
        def load(name, rate, seconds):
            return OpenLoad(cluster.url, cluster.token(), name, rate, seconds, 16)
        full = load("full", 0, 2 if self.quick else 5).figures()
        beside = load("half", full["accepted_per_s"] / 2, 25)
        with Traffic([cluster.url], cluster.token(), 4, 0.1) as traffic:
            time.sleep(1)
            for n in list(cluster.nodes):  # a rolling restart
                if not cluster.stop(n):
                    raise Failed(f"node {n} did not stop in good order")
                cluster.start(n)
            cluster.add()
            time.sleep(2)
        if beside.process.poll() is not None:
            raise Failed("the load was over before the last change")
        loaded = beside.figures()
        failed = loaded["sent"] - loaded["accepted"] + len(traffic.failed)
        self.report.add("polite_failed", failed, f"of {loaded['sent']:,} writes at {loaded['accepted_per_s']:,.0f}/s, half of what is "
                        f"done at most, and {len(traffic.done):,} writes and reads beside them, through nginx, while three nodes "
                        f"were stopped and started one by one and a fourth was added; p99 {loaded['accepted_p99_ms']:.0f} ms, the "
                        f"longest beside it {traffic.longest_since(0) * 1e3:.0f} ms")

    def forwards(self, cluster):
        owners, url, took = self.owners(cluster), cluster.node_url(1), {True: [], False: []}
        api, count = Api(url, cluster.token()), 600 if self.quick else 4000
        for number in range(count + 200):
            key = str(uuid.uuid4())
            local = owners[home_of(key)] == "node-1"
            began = time.perf_counter()
            answer = api.post("/samples", dict(name=f"F{number}", type="DNA"), key=key)
            if answer.status != 201:
                raise Failed(f"a registration: {answer.problem}")
            if number >= 200:
                took[local].append(time.perf_counter() - began)
        here, there = (statistics.median(took[which]) for which in (True, False))
        self.report.add("forward_vs_local", there / here, f"{there * 1e6:,.0f} µs at the node next door over {here * 1e6:,.0f} "
                        f"µs at the owner, medians of {len(took[False]):,} and {len(took[True]):,}, one connection")

    def throughput(self, cluster, alone):
        seconds, rounds = (3, 1) if self.quick else (8, 3)
        one, three = [], []
        for _ in range(rounds):
            one.append(self.posts(alone, seconds))
            three.append(self.posts(cluster, seconds))
        self.report.detail("one node post", statistics.median(one), "/s", one)
        self.report.detail("three nodes post", statistics.median(three), "/s", three)
        ratios = [b / a for a, b in zip(one, three)]
        self.report.add("three_nodes_vs_one", statistics.median(ratios),
                        f"{statistics.median(three):,.0f}/s over {statistics.median(one):,.0f}/s of one node, 63 connections")

    @staticmethod
    def posts(cluster, seconds):
        nodes, told = cluster.nodes[:3], {}

        def ask(n):
            port = int(cluster.node_url(n).rpartition(":")[2])
            try:
                told[n] = wrk(port, "post", seconds, 63 // len(nodes), cluster.token()).per_s
            except Exception as problem:  # told below
                told[n] = problem
        threads = [threading.Thread(target=ask, args=(n,)) for n in nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for value in told.values():
            if isinstance(value, Exception):
                raise value
        return sum(told.values())


def groups(place, names, report):
    """(what, its figures, how to measure it)"""
    if not names:
        return
    bench = Bench(place, report)
    clusters = {}

    def three():
        if "three" not in clusters:
            clusters["three"] = bench.new_cluster("three", 3)
        return clusters["three"]

    def alone():
        if "one" not in clusters:
            clusters["one"] = bench.new_cluster("one", 1, proxy=None)
        return clusters["one"]

    if "forward_vs_local" in names:
        yield "forwarded commands", ["forward_vs_local"], lambda: bench.forwards(three())
    if "three_nodes_vs_one" in names:
        yield "three nodes and one", ["three_nodes_vs_one"], lambda: bench.throughput(three(), alone())
    if "kill_gap_p50" in names or "kill_gap_p99" in names:
        yield "kills of an owner", ["kill_gap_p50", "kill_gap_p99"], lambda: bench.kills(three())
    if "polite_failed" in names:
        yield "polite changes", ["polite_failed"], lambda: bench.polite(three())
