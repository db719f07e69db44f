#!/usr/bin/env python3
"""The Kafka broker is killed and stopped under load, again and again; the node is not touched.

    tests/crash/bounce_test.py [--bounces N] [--clients N] [--seed N]

While the broker is away every command gets a clear answer in bounded time: not done, or outcome unknown,
and that it can be repeated. When it is back the node goes on by itself. Then the history is judged as
after kill -9 (crash_test.py): what was acknowledged is there, once.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import support  # noqa: E402
from support import Node, case, check, check_words  # noqa: E402
from crash_test import Book, Client, examine, furnish  # noqa: E402

RESUMES_S = 30
DEADLINE_MS = 2_000  # of a command; the default is longer than a test wants to wait


class Broker:
    """A broker of this test alone; the others keep theirs."""

    def __init__(self):
        self.folder, self.port = support.new_folder("broker") / "kafka", support.free_port()

    def tool(self, *words):
        done = subprocess.run([support.PROJECT / "tools" / "kafka", *words, "--dir", self.folder, "--port",
                               str(self.port), "--quiet"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=180)
        if done.returncode != 0:
            raise RuntimeError(f"tools/kafka {words[0]}: {done.stderr.strip()[-600:]}")

    def start(self):
        self.tool("start", "--heap", "384", "--for", str(os.getpid()))


def load(book, clients, round_number):
    book.stop.clear()
    threads = [Client(book, n, round_number) for n in range(clients)]
    for thread in threads:
        thread.start()
    return threads


def first_write_after(book, key):
    """Seconds until the node acknowledges again, and the slowest answer until then."""
    api, began, slowest = book.api("first"), time.monotonic(), 0.0
    while time.monotonic() - began < 2 * RESUMES_S:
        asked = time.monotonic()
        ok = api.post("/samples", dict(name=f"BACK-{key}", type="DNA"), key=f"back-{key}").ok
        slowest = max(slowest, time.monotonic() - asked)
        if ok:
            break
        time.sleep(0.1)
    return time.monotonic() - began, slowest


def bounce(bounces, clients, seed):
    draw, broker = random.Random(seed), Broker()
    broker.start()
    try:
        node = Node(support.new_folder() / "data", f"kafka://127.0.0.1:{broker.port}/bounce",
                    env=dict(TRACSEQ_ENGINE_COMMAND_DEADLINE_MS=str(DEADLINE_MS)))
        node.start(timeout_s=90)
        boot = node.process.pid
        book = Book(node, seed)
        book.token = node.token()
        book.boxes = furnish(book.api())
        resumed, slowest = 0.0, 0.0
        for number in range(bounces):
            threads = load(book, clients, number)
            time.sleep(draw.uniform(0.5, 1.5))
            broker.tool(draw.choice(["kill", "stop"]))
            # At times shorter than a command's deadline, at times longer.
            time.sleep(draw.choice([0.2, 2.5 * DEADLINE_MS / 1000]))
            broker.start()
            took, slow = first_write_after(book, f"{seed}-{number}")
            resumed, slowest = max(resumed, took), max(slowest, slow)
            book.stop.set()
            for thread in threads:
                thread.join(60)
        print(f"        {bounces} bounces, {len(book.acknowledged)} acknowledged, {len(book.refused)} refused, "
              f"{book.resolved} asked again, {len(book.unresolved)} never answered; writes go on after at "
              f"most {resumed:.1f} s, slowest answer {slowest:.1f} s", flush=True)
        check(f"writes go on within {RESUMES_S} s, by themselves", resumed < RESUMES_S, f"{resumed:.1f} s")
        check("the node was not restarted", node.process.poll() is None and node.process.pid == boot)
        check("no answer was late", slowest < 15, f"{slowest:.1f} s")
        check("who got no result was told that it can be repeated", not book.unclear, book.unclear[:3])
        check("the load was real", len(book.acknowledged) > 10 * bounces, len(book.acknowledged))
        examine(node, book)
        an_absence_while_nobody_works(node, broker)
        node.stop()
    finally:
        broker.tool("kill")


def readiness_within(node, status, seconds):
    """The answer of /readyz once it is `status`; the last one if it never is."""
    api, until = node.api(), time.monotonic() + seconds
    while True:
        answer = api.get("//readyz")
        if answer.status == status or time.monotonic() > until:
            return answer
        time.sleep(0.1)


def an_absence_while_nobody_works(node, broker):
    readiness_within(node, 200, RESUMES_S)
    before = len(node.words())
    broker.tool("kill")
    answer = readiness_within(node, 503, 30)
    check("an absent broker is noticed though nobody works", answer.status == 503, answer.body)
    check_words("in words", str(answer.body), "the log does not answer", f"127.0.0.1:{broker.port}")
    began = time.monotonic()
    node.api().must("GET", "/system")
    check("the system page does not wait for it", time.monotonic() - began < 3, time.monotonic() - began)
    broker.start()
    answer = readiness_within(node, 200, RESUMES_S)
    check("nor is its return missed", answer.status == 200, answer.body)
    time.sleep(0.5)
    told = node.words()[before:]
    check("the node's own log says once that it was away", told.count("the log does not answer") == 1, told)
    check_words("and that it is back", told, "ready again")


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bounces", type=int, default=int(os.environ.get("TRACSEQ_BOUNCES", "10")))
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2 ** 32))
    given = options.parse_args()
    print(f"seed {given.seed} (repeat with --seed {given.seed})", flush=True)

    def scenario():
        bounce(given.bounces, given.clients, given.seed)
    scenario.__name__ = f"{given.bounces} bounces of the broker under load"
    case(scenario)
    support.finish()


if __name__ == "__main__":
    main()
