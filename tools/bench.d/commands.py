"""Commands and reads over HTTP, against their peers and floors, in interleaved rounds."""
import json

from common import median, say
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
        self.seen = {}

    def note(self, name, value):
        self.seen.setdefault(name, []).append(value)

    def __call__(self, name):
        return median(self.seen[name])

    def start(self):
        wants_kafka = self.names & {"post_kafka", "post_kafka_p50_vs_floor"}
        self.node = Node(self.place, "node")
        self.node.start()
        self.probe()
        self.kafka = Kafka(self.place).start() if wants_kafka else None
        if self.kafka:
            self.kafka_node = Node(self.place, "kafka-node", self.kafka.fresh_topic())
            self.kafka_node.start()
        self.pg = Postgres(self.place).start() if "post_vs_pg" in self.names else None

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

    def one_round(self):
        names, node = self.names, self.node
        if self.pg:
            self.note("pg", self.pg.transactions_per_s(self.seconds))
            pause()
        if names & {"post_vs_pg", "post_vs_http", "post_kafka"}:
            self.note("post", wrk(node.port, "post", self.seconds, token=node.token).per_s)
            pause()
        if "post_vs_http" in names:
            self.note("bare post", wrk(self.bare_post.port, "post", self.seconds).per_s)
        if "get_vs_http" in names:
            self.note("get", wrk(node.port, "get", self.seconds, token=node.token, ids=self.ids).per_s)
            self.note("bare get", wrk(self.bare_get.port, "get", self.seconds, ids=self.ids).per_s)
        if "post_p50_vs_floor" in names:
            self.note("p50", wrk(node.port, "post", self.seconds, 1, node.token).p50_us)
            self.note("floor", synced_write_us(self.place, self.record_bytes, self.single))
        if self.kafka:
            self.kafka_round()

    def kafka_round(self):
        node = self.kafka_node
        if "post_kafka" in self.names:
            self.note("kafka post", wrk(node.port, "post", self.seconds, token=node.token).per_s)
            pause()
        if "post_kafka_p50_vs_floor" in self.names:
            self.note("kafka p50", wrk(node.port, "post", self.seconds, 1, node.token).p50_us)
            self.note("kafka floor", self.kafka.round_trip_us(self.record_bytes, self.single))


def measure(place, names, report):
    now = Rounds(place, names)
    now.run()
    if "post_vs_pg" in names:
        report.add("post_vs_pg", now("post") / now("pg"),
                   f"{now('post'):,.0f}/s over {now('pg'):,.0f}/s, PostgreSQL {now.pg.version}, both with 64 clients")
    if "post_vs_http" in names:
        report.add("post_vs_http", now("post") / now("bare post"),
                   f"{now('post'):,.0f}/s over {now('bare post'):,.0f}/s, a bare Beast server, 64 connections")
    if "get_vs_http" in names:
        report.add("get_vs_http", now("get") / now("bare get"),
                   f"{now('get'):,.0f}/s over {now('bare get'):,.0f}/s, a bare Beast server, 64 connections")
    if "post_p50_vs_floor" in names:
        report.add("post_p50_vs_floor", now("p50") / now("floor"),
                   f"{now('p50'):,.0f} µs over {now('floor'):,.0f} µs, one synced RocksDB write of "
                   f"{now.record_bytes} bytes")
    if "post_kafka" in names:
        report.add("post_kafka", now("kafka post") / now("post"),
                   f"{now('kafka post'):,.0f}/s on Kafka over {now('post'):,.0f}/s embedded, both synced")
    if "post_kafka_p50_vs_floor" in names:
        report.add("post_kafka_p50_vs_floor", now("kafka p50") / now("kafka floor"),
                   f"{now('kafka p50'):,.0f} µs over {now('kafka floor'):,.0f} µs, one synced acks=all produce of "
                   f"{now.record_bytes} bytes and its read")
    for name, unit in (("post", "/s"), ("get", "/s"), ("pg", "/s"), ("bare post", "/s"), ("bare get", "/s"),
                       ("kafka post", "/s"), ("p50", "µs"), ("floor", "µs"), ("kafka p50", "µs"),
                       ("kafka floor", "µs")):
        if name in now.seen:
            report.detail(name, now(name), unit, now.seen[name])
    for one in (now.node, getattr(now, "kafka_node", None)):
        if one:
            one.stop()
