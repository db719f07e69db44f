#!/usr/bin/env python3
"""Nodes are upgraded one at a time, under load, to a build that writes a newer version of an event.

The newer build is this tree with one event changed (next_build.py), and what is done to each node is what
docs/operations.md tells an operator to type, typed. What is held: no request through the nodes that are ready fails; a
node that is not upgraded says that it waits as soon as it meets what it cannot read, shows nothing wrong and decides
nothing on it; when all are upgraded nothing is parked, and the history verifies.
"""
import collections
import http.client
import itertools
import os
import re
import secrets
import shutil
import subprocess
import threading
import time

from members import Member, folder, members, support, wait_until
from next_build import PROJECT, VERSION, build_next
from support import case, check, check_words

CLIENTS = 3
# The first of them may have been sent to a node that was ready a moment ago: a proxy goes on to the next one.
TRIES = 40


class Upgradable(Member):
    """It runs a program file of its own, which can be replaced."""

    def __init__(self, name, topic):
        super().__init__(name, topic)
        self.program = folder / f"{name}-bin" / "tracseq"
        self.program.parent.mkdir()
        shutil.copy(support.PROGRAM, self.program)

    def command(self):
        return [str(self.program) if word == str(support.PROGRAM) else word for word in super().command()]

    def upgrade(self, program):
        """The block "upgrade" of docs/operations.md, line by line; what systemd does there is done here."""
        text = (PROJECT / "docs" / "operations.md").read_text()
        block = re.search(r"<!-- upgrade -->\n```sh\n(.*?)```\n<!-- end of upgrade -->", text, re.S)[1]
        said = ""
        for line in block.splitlines():
            if line == "systemctl stop tracseq":
                check(f"{self.name} stops in good order", self.stop(60) == 0)
            elif line == "systemctl start tracseq":
                self.launch()
            else:
                for there, here in (("./tracseq", program), ("/usr/bin/tracseq", self.program),
                                    ("127.0.0.1:8089", f"127.0.0.1:{self.port}"), ("/var/lib/tracseq", self.data)):
                    line = line.replace(there, str(here))
                done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=300,
                                      env={**os.environ, "PATH": f"{self.program.parent}:{os.environ['PATH']}"})
                check(f"$ {line}", done.returncode == 0, done.stdout[-500:] + done.stderr)
                said = done.stdout + done.stderr
        return said


class Client(threading.Thread):
    """Registers and receives samples at the nodes that are ready, as behind a proxy that asks /readyz."""

    def __init__(self, number, nodes):
        super().__init__(daemon=True)
        self.number, self.nodes, self.ends = number, nodes, threading.Event()
        self.failed, self.received, self.slowest_s = [], {}, 0

    def run(self):
        for count in itertools.count():
            if self.ends.is_set():
                return
            sample = self.ask(count, "/samples", dict(name=f"UP-{self.number}-{count}", type="DNA"))
            if sample:
                condition = f"frozen {self.number} {count}"
                if self.ask(count, f"/samples/{sample['id']}:receive", dict(condition=condition)):
                    self.received[sample["id"]] = condition

    def ask(self, count, path, body):
        key, words, began = secrets.token_hex(8), [], time.monotonic()
        for attempt in range(TRIES):
            node = self.nodes[(count + attempt) % len(self.nodes)]
            try:
                if not node.is_ready():
                    continue
                answer = node.api(30).post(path, body, key=key)
            except (OSError, RuntimeError, http.client.HTTPException) as problem:  # it ended in between
                words.append(f"{node.name}: {problem!r}")
                continue
            finally:
                time.sleep(0.02)
            if answer.ok:
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                return answer.body
            words.append(f"{node.name}: {answer.problem}")
            if not answer.body.get("retryable"):
                break
        self.failed.append((path, words))
        return None


def one_by_one():
    program = build_next()
    if not program:
        raise RuntimeError("TRACSEQ_NEXT=no leaves nothing to upgrade to")
    topic = support.fresh_topic("upgrade")
    nodes = [Upgradable(f"node-{n}", topic) for n in (1, 2, 3)]
    with members(*nodes):
        clients = [Client(number, nodes) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(3)
        for number, node in enumerate(nodes):
            said = node.upgrade(program)
            check_words(f"{node.name} is the newer one now", said, f"{node.name} * ", VERSION)
            if number == 0:
                first_is_newer(node, nodes[1:], clients)
            time.sleep(3)
        received = end(clients)
        check("the load was real", len(received) > 30, len(received))
        print(f"        {len(received)} samples received; the slowest answer took "
              f"{max(client.slowest_s for client in clients):.1f} s", flush=True)
        for node in nodes:
            check(f"{node.name} is ready", wait_until(node.is_ready, 60))
            reads_all(node, received)
            status = subprocess.run([node.program, "cluster", "status", "--check", "--plain", "--url", node.url,
                                     "--data", node.data], capture_output=True, text=True)
            check(f"{node.name} finds all well", status.returncode == 0, status.stdout + status.stderr)
        versions = collections.Counter(one["version"] for one in nodes[0].view()["nodes"])
        check("all run the newer version", versions == {VERSION: 3}, versions)
        audit = subprocess.run([program, "audit", "verify", "--log", topic], capture_output=True, text=True)
        check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
        older = support.run("audit", "verify", "--log", topic)
        check("the older program says what it cannot read of it", older.returncode != 0, older.stdout + older.stderr)
        check_words("in words", older.stdout + older.stderr, "newer")


def end(clients):
    for client in clients:
        client.ends.set()
    for client in clients:
        client.join(120)
    failed = [problem for client in clients for problem in client.failed]
    check("no request failed at the nodes that were ready", not failed, failed[:3])
    return {sample: condition for client in clients for sample, condition in client.received.items()}


def first_is_newer(newer, older, clients):
    check("those that are not upgraded say that they wait",
          wait_until(lambda: all(not one.is_ready() for one in older), 60))
    for one in older:
        words = one.api().get("//readyz").body["why"]
        check_words(f"{one.name} says why", words, "newer TracSeq", "Upgrade this node")

    def status():  # what a node says of itself is at the others half a second later
        return subprocess.run([newer.program, "cluster", "status", "--url", newer.url, "--data", newer.data],
                              capture_output=True, text=True).stdout
    check("so does the command line of the upgraded one", wait_until(lambda: "newer TracSeq" in status(), 30), status())
    check("what they owned is served by the upgraded one", wait_until(
        lambda: all(row["owner"] == newer.name and row["state"] == "open" for row in newer.view()["partitions"]), 60),
        newer.view()["partitions"])
    before = {sample: condition for client in clients for sample, condition in dict(client.received).items()}
    time.sleep(2)  # and the load goes on at the one
    asked = set()
    for one in older:
        asked |= shows_what_it_knows(one, before, asked)
    check("the upgraded one shows them all", wait_until(lambda: {
        newer.api().must("GET", f"/samples/{one}")["state"] for one in before} <= {"received", "accepted"}, 30))


def shows_what_it_knows(old, received, asked):
    """What an old node shows of what it cannot read: what was before, and that it waits. It decides nothing on it. Gives
    the samples that were accepted, other than those that were `asked` for before."""
    parked = old.api().must("GET", "/projections/parked")["items"]
    check(f"{old.name} lists what it cannot read", bool(parked))
    streams = {one["stream"].partition("/")[2] for one in parked if one["stream"].startswith("sample/")}
    check("those are samples that were received", bool(streams & set(received)), streams)
    samples = sorted((streams & set(received)) - asked)[:3]
    for sample in samples:
        shown = old.api().must("GET", f"/samples/{sample}")
        check("of such a sample it shows what it knew", shown["state"] == "registered" and not shown.get("condition"), shown)
        answer = old.api().post(f"/samples/{sample}:accept", {}, key=secrets.token_hex(8))
        check("a command on it goes to who can read it, or is refused as one to be repeated",
              answer.ok or answer.status == 503, answer.problem)
    return set(samples)


def reads_all(node, received):
    """No sample is shown other than it is."""
    check(f"{node.name} has nothing parked",
          wait_until(lambda: not node.api().must("GET", "/projections/parked")["items"], 30))

    def wrong():
        shown = {one["id"]: one for one in node.api().everything("/samples")}
        return [shown.get(sample) for sample, condition in received.items()
                if sample not in shown or shown[sample].get("condition") != condition
                or shown[sample]["state"] not in ("received", "accepted")]
    check(f"{node.name} shows every sample as it is", wait_until(lambda: not wrong(), 30), wrong()[:2])


case(one_by_one)
support.finish()
