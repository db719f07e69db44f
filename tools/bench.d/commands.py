"""Commands and reads over HTTP, against their peers and floors, in interleaved rounds."""
import json

from common import Failed, median, say
from load import wrk
from node import Node
from peers import BareHttp, Kafka, Postgres, log_totals, pause, synced_write_us

FIGURES = ("post_vs_pg", "post_vs_http", "post_p50_vs_floor", "post_kafka", "post_kafka_p50_vs_floor", "get_vs_http")
PROBES = 200  # registrations from which the bytes of one are known


class Rounds:
    """Every subject and peer is up from the beginning; a round asks each for a few seconds in turn."""

    def __init__(self, place, names):
        self.place, self.names = place, set(names)
        self.seconds, self.rounds = (2, 3) if place.quick else (6, 5)
        self.single = 1000 if place.quick else 3000  # round trips of a floor in one round
        self.seen, self.failed = {}, {}
        self.nodes, self.kafka, self.pg = [], None, None

    def ask(self, name, action):
        """One repeat of one side. A side that fails is left out from then on; the others go on."""
        if name in self.failed:
            return
        try:
            self.seen.setdefault(name, []).append(action())
        except Exception as problem:
            say(f"  {name}: {problem}")
            self.failed[name] = str(problem)
            self.seen.pop(name, None)

    def __call__(self, name):
        if name not in self.seen:
            raise Failed(self.failed.get(name, "it never ran"))
        return median(self.seen[name])

    def close(self):
        for one in self.nodes:
            one.stop()
        for peer in (self.kafka, self.pg):
            if peer:
                peer.stop()

    def new_node(self, name, log=""):
        self.nodes.append(Node(self.place, name, log))
        self.nodes[-1].start()
        return self.nodes[-1]

    def start(self):
        self.node = self.new_node("node")
        self.probe()
        if self.names & {"post_kafka", "post_kafka_p50_vs_floor"}:
            self.kafka = Kafka(self.place).start()
            self.kafka_node = self.new_node("kafka-node", self.kafka.fresh_topic())
        if "post_vs_pg" in self.names:
            self.pg = Postgres(self.place).start()

    def probe(self):
        """A few registrations: what one writes to the log, what the server answers, ids to read."""
        before = log_totals(self.place, self.node.data / "log")
        answers = [self.node.request("POST", "/samples", dict(
            name=f"S-probe-{i:010d}", type="DNA", project="PRJ-BENCH", submission="SUB-0001",
            organism="Homo sapiens", taxon_id=9606, collected_at="2026-01-20", concentration_ng_per_ul=25.5,
            volume_ul=50, requires_temperature=["-80"], custom={"plate": "P1", "well": "A1"}))
            for i in range(PROBES)]
        self.record_bytes = round((log_totals(self.place, self.node.data / "log")["bytes"] - before["bytes"]) / PROBES)
        self.ids = self.place.path("ids")
        self.ids.write_text("".join(one["id"] + "\n" for one in answers))
        body = json.dumps(answers[-1], separators=(",", ":")).encode()
        self.bare_post = BareHttp(self.place, "constant-post", body, 201)
        self.bare_get = BareHttp(self.place, "constant-get", body, 200)

    def run(self):
        self.start()
        for number in range(-1, self.rounds):
            say(f"  commands: round {number + 1} of {self.rounds}" if number >= 0 else "  commands: warming up")
            self.one_round()
            if number < 0:
                self.seen.clear()

    def post(self, node, name):
        """Registrations a second; what each costs the node's processors is noted beside it."""
        before = node.cpu_s()
        seen = wrk(node.port, "post", self.seconds, token=node.token)
        self.seen.setdefault(name + " cpu", []).append(1e6 * (node.cpu_s() - before) / seen.requests)
        return seen.per_s

    def one_round(self):
        names, node, seconds, ids = self.names, self.node, self.seconds, self.ids
        if self.pg:
            self.ask("pg", lambda: self.pg.transactions_per_s(seconds))
            pause()
        if names & {"post_vs_pg", "post_vs_http", "post_kafka"}:
            self.ask("post", lambda: self.post(node, "post"))
            pause()
        if "post_vs_http" in names:
            self.ask("bare post", lambda: wrk(self.bare_post.port, "post", seconds).per_s)
        if "get_vs_http" in names:
            self.ask("get", lambda: wrk(node.port, "get", seconds, token=node.token, ids=ids).per_s)
            self.ask("bare get", lambda: wrk(self.bare_get.port, "get", seconds, ids=ids).per_s)
        if "post_p50_vs_floor" in names:
            self.ask("p50", lambda: wrk(node.port, "post", seconds, 1, node.token).p50_us)
            self.ask("floor", lambda: synced_write_us(self.place, self.record_bytes, self.single))
        if self.kafka:
            self.kafka_round()

    def kafka_round(self):
        node = self.kafka_node
        if "post_kafka" in self.names:
            self.ask("kafka post", lambda: self.post(node, "kafka post"))
            pause()
        if "post_kafka_p50_vs_floor" in self.names:
            self.ask("kafka p50", lambda: wrk(node.port, "post", self.seconds, 1, node.token).p50_us)
            self.ask("kafka floor", lambda: self.kafka.round_trip_us(self.record_bytes, self.single))


def compare(now):
    """figure → (subject, peer, how both are told)"""
    def bare(a, b):
        return f"{a:,.0f}/s over {b:,.0f}/s, a bare Beast server, 64 connections"

    return {
        "post_vs_pg": ("post", "pg", lambda a, b: f"{a:,.0f}/s over {b:,.0f}/s, PostgreSQL {now.pg.version}, both "
                                                  "with 64 clients"),
        "post_vs_http": ("post", "bare post", bare),
        "get_vs_http": ("get", "bare get", bare),
        "post_p50_vs_floor": ("p50", "floor", lambda a, b: f"{a:,.0f} µs over {b:,.0f} µs, one synced RocksDB write "
                                                           f"of {now.record_bytes} bytes"),
        "post_kafka": ("kafka post", "post", lambda a, b: f"{a:,.0f}/s on Kafka over {b:,.0f}/s embedded, both synced"),
        "post_kafka_p50_vs_floor": ("kafka p50", "kafka floor", lambda a, b: f"{a:,.0f} µs over {b:,.0f} µs, one "
                                    f"synced acks=all produce of {now.record_bytes} bytes and its read"),
    }


DETAILS = (("post", "/s"), ("post cpu", "µs"), ("get", "/s"), ("pg", "/s"), ("bare post", "/s"), ("bare get", "/s"),
           ("kafka post", "/s"), ("kafka post cpu", "µs"), ("p50", "µs"), ("floor", "µs"), ("kafka p50", "µs"),
           ("kafka floor", "µs"))


def measure(place, names, report):
    now = Rounds(place, names)
    try:
        now.run()
    finally:
        now.close()
    for name, (subject, peer, words) in compare(now).items():
        if name in names:
            try:
                report.add(name, now(subject) / now(peer), words(now(subject), now(peer)))
            except Failed as problem:
                report.missing([name], str(problem))
    for name, unit in DETAILS:
        if name in now.seen:
            report.detail(name, now(name), unit, now.seen[name])
