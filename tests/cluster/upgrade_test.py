#!/usr/bin/env python3
"""Nodes are upgraded one at a time, under load, to a build that writes a newer version of an event.

The newer build is this tree with one event changed, built in var/next. What is held: no request through the nodes that
are ready fails; a node that is not upgraded says that it waits as soon as it meets what it cannot read, shows nothing wrong and
decides nothing on it; when all are upgraded nothing is parked, and the history verifies.
"""
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import threading
import time

from members import Member, members, support, wait_until
from support import PROJECT, case, check, check_words

NEXT = PROJECT / "var" / "next"
SOURCES = ("CMakeLists.txt", "cmake", "events", "actors", "projections", "node")
BEFORE = """struct received {
  static constexpr event_type type{101, 2, "sample_received"};
  std::string condition;                    ///< on arrival: "frozen", "thawed", …; may be empty
  std::optional<double> temperature_celsius;  ///< measured on arrival
  using previous = received_v1;
  [[nodiscard]] static received from(received_v1 const& old) { return {old.note, std::nullopt}; }
"""
AFTER = """struct received_v2 {
  std::string condition;
  std::optional<double> temperature_celsius;
  using previous = received_v1;
  [[nodiscard]] static received_v2 from(received_v1 const& old) { return {old.note, std::nullopt}; }
};
BOOST_DESCRIBE_STRUCT(received_v2, (), (condition, temperature_celsius))

struct received {
  static constexpr event_type type{101, 3, "sample_received"};
  std::string condition;
  std::optional<double> temperature_celsius;
  std::string courier = "unknown";
  using previous = received_v2;
  [[nodiscard]] static received from(received_v2 const& old) { return {old.condition, old.temperature_celsius, "none"}; }
"""
DESCRIBED = "BOOST_DESCRIBE_STRUCT(received, (), (condition, temperature_celsius"


def build_next():
    """The program of the next version. Built without optimisation: in a third of the time."""
    wanted = {pathlib.Path("tests/CMakeLists.txt"): b""}
    for name in SOURCES:
        for path in [PROJECT / name, *(PROJECT / name).rglob("*")]:
            if path.is_file():
                wanted[path.relative_to(PROJECT)] = path.read_bytes()
    header = pathlib.Path("events/sample.hpp")
    text = wanted[header].decode()
    if BEFORE not in text or DESCRIBED not in text:
        raise RuntimeError("events/sample.hpp is not as this test knows it")
    wanted[header] = text.replace(BEFORE, AFTER).replace(DESCRIBED, DESCRIBED + ", courier").encode()
    source = NEXT / "source"
    for path in [p for p in source.rglob("*") if p.is_file() and p.relative_to(source) not in wanted]:
        path.unlink()
    for name, content in wanted.items():  # what has not changed keeps its time, and is not built again
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    env = {**os.environ, "CCACHE_BASEDIR": str(NEXT), "CCACHE_NOHASHDIR": "1"}
    for command in (["cmake", "-S", source, "-B", NEXT / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g0"],
                    ["ninja", "-C", NEXT / "build", "tracseq"]):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=env)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-2000:]}")
    return NEXT / "build" / "tracseq"


class Upgradable(Member):
    program = None

    def command(self):
        line = super().command()
        return [str(self.program) if word == str(support.PROGRAM) and self.program else word for word in line]


class Load(threading.Thread):
    """Registers and receives samples at the nodes that are ready, as a proxy that asks /readyz would."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.ends, self.failed, self.received = nodes, threading.Event(), [], []

    def run(self):
        count = 0
        while not self.ends.is_set():
            count += 1
            sample = self.ask(count, "/samples", dict(name=f"UP-{count}", type="DNA"))
            if sample and self.ask(count, f"/samples/{sample['id']}:receive", dict(condition="frozen")):
                self.received.append(sample["id"])

    def ask(self, count, path, body):
        key = secrets.token_hex(8)
        for attempt in range(20):  # as a proxy: the next node when one is not there
            node = self.nodes[(count + attempt) % len(self.nodes)]
            try:
                if node.process is None or node.process.poll() is not None or not node.is_ready():
                    continue
                answer = node.api(20).post(path, body, key=key)
            except (OSError, RuntimeError, support.Refused, Exception) as problem:  # it ended in between
                words = repr(problem)
                continue
            if answer.ok:
                return answer.body
            words = answer.problem
            if answer.status != 503:
                break
        self.failed.append(words)
        return None


def one_by_one():
    program = build_next()
    topic = support.fresh_topic("upgrade")
    nodes = [Upgradable(f"node-{n}", topic) for n in (1, 2, 3)]
    with members(*nodes):
        load = Load(nodes)
        load.start()
        time.sleep(2)
        for number, node in enumerate(nodes):
            check(f"{node.name} stops in good order", node.stop() == 0)
            node.program = program
            node.start(timeout_s=90)
            time.sleep(3)
            if number < 2:
                waiting = nodes[number + 1:]
                if number == 0:
                    check("those that are not upgraded say that they wait",
                          wait_until(lambda: all(not one.is_ready() for one in waiting), 40))
                    for one in waiting:
                        words = one.api().get("//readyz").body["why"]
                        check_words(f"{one.name} says why", words, "newer TracSeq", "Upgrade this node")
                    status = support.run("cluster", "status", "--url", node.url, "--data", node.data)
                    check_words("so does the command line of the upgraded one", status.stdout + status.stderr, "newer TracSeq")
                    check("what they owned is served by the upgraded one", wait_until(
                        lambda: all(row["owner"] == node.name and row["state"] == "open"
                                    for row in node.view()["partitions"]), 60), node.view()["partitions"])
                    old_view(waiting[0], node, load)
        time.sleep(2)
        load.ends.set()
        load.join(60)
        check("no request failed at the nodes that were ready", not load.failed, load.failed[:3])
        check("the load was real", len(load.received) > 30, len(load.received))
        for node in nodes:
            check(f"{node.name} is ready again", wait_until(node.is_ready, 60))
            check(f"{node.name} has nothing parked", not node.api().must("GET", "/projections/parked")["items"])
            states = {node.api().must("GET", f"/samples/{one}")["state"] for one in load.received}
            check(f"{node.name} shows every sample as received", states == {"received"}, states)
        audit = subprocess.run([str(program), "audit", "verify", "--log", topic], capture_output=True, text=True)
        check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)


def old_view(old, new, load):
    """What an old node shows of what it cannot read: what was before, and that it waits. It decides nothing on it."""
    parked = old.api().must("GET", "/projections/parked")["items"]
    check("it lists what it cannot read", bool(parked))
    streams = {one["stream"].partition("/")[2] for one in parked if one["stream"].startswith("sample/")}
    for sample in list(streams)[:3]:
        state = old.api().must("GET", f"/samples/{sample}")["state"]
        check("of such a sample it shows what it knew", state == "registered", state)
        answer = old.api().post(f"/samples/{sample}:accept", {}, key=secrets.token_hex(8))
        check("a command on it goes to who can read it, or is refused", answer.ok or answer.status >= 500, answer.problem)
    check("the upgraded one shows them all", {new.api().must("GET", f"/samples/{one}")["state"]
                                             for one in load.received} <= {"received", "accepted"})


if shutil.which("ninja") is None:
    print("ninja is missing: tools/install-packages build", file=sys.stderr)
    sys.exit(1)
assert pathlib.Path(PROJECT / "CMakeLists.txt").exists()
case(one_by_one)
support.finish()
