"""What depends on how much history there is: replay, verify, restart, memory, growth."""
import shutil
import time

from common import json_line, median, run, say, timed
from load import wrk
from node import Node
from peers import Kafka

FIGURES = ("replay", "replay_vs_raw", "verify", "restart", "restart_kafka", "memory", "growth")


def make_history(place, log, *wish):
    """Writes a history; its totals."""
    say(f"  writing a history: {' '.join(map(str, wish[:2]))}")
    return json_line(run([place.program("bench_make_history"), log, *wish], timeout_s=1800))


def repeats(place):
    return 1 if place.quick else 3


def measure_reading(place, names, report, data, made):
    """Replay, the raw loop and verify by turns, over the same log."""
    seen, cpu = {}, {}

    def one(name, count, *command):
        took, used = timed(command)
        seen.setdefault(name, []).append(count / took)
        cpu.setdefault(name, []).append(1e6 * used / count)

    for _ in range(repeats(place)):
        if {"replay", "replay_vs_raw"} & names:
            place.remove("replayed")
            one("replay", made["events"], place.program("tracseq"), "replay", "--data", data, "--into",
                place.path("replayed"))
            written = sum(file.stat().st_size for file in place.path("replayed").rglob("*") if file.is_file())
            place.remove("replayed")
        if "replay_vs_raw" in names:
            one("raw", made["events"], place.program("bench_raw_replay"), data / "log", place.path("raw.out"),
                written / made["bytes"])
            place.path("raw.out").unlink()
        if "verify" in names:
            one("verify", made["records"], place.program("tracseq"), "audit", "verify", "--data", data)
    size = f"{made['events']:,} events"
    if "replay" in names:
        report.add("replay", median(seen["replay"]), f"tracseq replay of {size}, start and end of the process included")
    if "replay_vs_raw" in names:
        report.add("replay_vs_raw", median(seen["replay"]) / median(seen["raw"]),
                   f"{median(seen['raw']):,.0f} events/s, one loop that reads, decodes and writes as many bytes "
                   f"({written / made['events']:,.0f} for an event)")
    if "verify" in names:
        report.add("verify", median(seen["verify"]), f"tracseq audit verify of {made['records']:,} records")
    for name, values in seen.items():
        report.detail(name, median(values), "/s", values)
        report.detail(name + " cpu", median(cpu[name]), "µs", cpu[name])


def restarts_s(place, node, ids):
    """Seconds from start to ready after kill -9 under load."""
    node.start()
    took = []
    for _ in range(repeats(place) + 1):
        wrk(node.port, "mixed", 1, 8, node.token, ids)
        node.kill()
        took.append(node.start())
    return took


def measure_restart(place, report, name, node, ids, made):
    took = restarts_s(place, node, ids)
    node.kill()
    report.add(name, median(took), f"{made['events']:,} events, kill -9 under load, until /readyz says 200")
    report.detail(name, median(took), "s", took)


def measure_one_history(place, names, report):
    """One history serves replay, verify and restart."""
    node, ids = Node(place, "history"), place.path("history.ids")
    events = 100_000 if place.quick else 1_000_000
    node.data.mkdir()
    made = make_history(place, node.data / "log", "--events", events, "--ids", ids)
    if {"replay", "replay_vs_raw", "verify"} & names:
        measure_reading(place, names, report, node.data, made)
    if "restart" in names:
        measure_restart(place, report, "restart", node, ids, made)
    shutil.rmtree(node.data)


def measure_restart_kafka(place, report):
    kafka = Kafka(place).start()
    topic, ids = kafka.fresh_topic(), place.path("kafka.ids")
    made = make_history(place, topic, "--events", 100_000 if place.quick else 1_000_000, "--ids", ids)
    measure_restart(place, report, "restart_kafka", Node(place, "on-kafka", topic), ids, made)
    kafka.stop()


def measure_memory(place, report):
    samples, live = (100_000, 10_000) if place.quick else (1_000_000, 10_000)
    node, ids = Node(place, "known"), place.path("known.ids")
    node.data.mkdir()
    make_history(place, node.data / "log", "--registered", samples, "--ids", ids)
    ids.write_text("".join(ids.read_text().splitlines(keepends=True)[:live]))
    node.start()
    node.stop()
    node.start()  # as it is in daily work: the first start read the whole history
    touched = 0
    while touched < 2 * live:
        touched += wrk(node.port, "touch", 2, 16, node.token, ids).requests
    resident = node.resident_mib()
    report.add("memory", resident,
               f"{samples:,} samples known, {live:,} of them live, resident after {touched:,} commands")
    node.kill()
    shutil.rmtree(node.data)


def same_number(few, many):
    """As many samples of the long history, spread over all of it, as the short one has: what is compared is the
    length of the history, not how many samples are in use."""
    wanted = len(few.read_text().splitlines())
    ids = many.read_text().splitlines(keepends=True)
    many.write_text("".join(ids[i * len(ids) // wanted] for i in range(min(wanted, len(ids)))))


def settle(node, patience_s=120):
    """Waits until a node that read its history has put it in order: its processors are at rest."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        before = node.cpu_s()
        time.sleep(1)
        if node.cpu_s() - before < 0.05:
            return


def measure_growth(place, report):
    few, many = (50_000, 500_000) if place.quick else (50_000, 5_000_000)
    seconds, rounds = (2, 3) if place.quick else (5, 5)
    nodes = {}
    for size in (few, many):
        node = nodes[size] = Node(place, f"grown-{size}")
        node.data.mkdir()
        make_history(place, node.data / "log", "--events", size, "--ids", place.path(f"{size}.ids"))
        node.start()
        settle(node)
    same_number(place.path(f"{few}.ids"), place.path(f"{many}.ids"))
    wall, cpu = {few: [], many: []}, {few: [], many: []}
    for number in range(-1, rounds):
        for size, node in nodes.items():
            before = node.cpu_s()
            seen = wrk(node.port, "mixed", seconds, 64, node.token, place.path(f"{size}.ids"))
            if number >= 0:
                wall[size].append(1e6 / seen.per_s)
                cpu[size].append(1e6 * (node.cpu_s() - before) / seen.requests)
    report.add("growth", median(wall[many]) / median(wall[few]),
               f"{median(wall[many]):,.0f} µs a command at {many:,} events over {median(wall[few]):,.0f} µs at "
               f"{few:,}; of processor time {median(cpu[many]):,.0f} over {median(cpu[few]):,.0f} µs")
    for size in (few, many):
        report.detail(f"command at {size:,} events", median(wall[size]), "µs", wall[size])
    for node in nodes.values():
        node.kill()
        shutil.rmtree(node.data)


def groups(place, names, report):
    """(what, its figures, how to measure it)"""
    names = set(names)
    reading = names & {"replay", "replay_vs_raw", "verify", "restart"}
    if reading:
        yield "replay, verify, restart", reading, lambda: measure_one_history(place, names, report)
    for name, what, action in (("restart_kafka", "restart on Kafka", measure_restart_kafka),
                               ("memory", "memory", measure_memory), ("growth", "growth", measure_growth)):
        if name in names:
            yield what, [name], lambda action=action: action(place, report)
