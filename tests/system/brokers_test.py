#!/usr/bin/env python3
"""tools/kafka with several brokers and over TLS, and tools/certificates; one broker of three lost under load."""
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time

import support
from support import Node, case, check, check_words, eventually, tool
from crash_test import Book, Client, at_work, examine, furnish

folder = support.new_folder("brokers")
RESUMES_S = 60
CLIENTS = 8


# ---- certificates

def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def certificates():
    ours, theirs = folder / "tls", folder / "stranger"
    made = tool("certificates", ours, "kafka", "node-1", "--ip", "10.9.8.7", "--days", "30")
    check("certificates are made", made.returncode == 0, made.stderr)
    for name in ("kafka", "node-1", "kafka-client"):
        check(f"{name} is signed", openssl("verify", "-CAfile", ours / "ca.crt", ours / f"{name}.crt").returncode == 0)
        check(f"the key of {name} is its owner's", (ours / f"{name}.key").stat().st_mode & 0o777 == 0o600)
    check("so is the authority's", (ours / "ca.key").stat().st_mode & 0o777 == 0o600)
    words = openssl("x509", "-in", ours / "node-1.crt", "-noout", "-text").stdout
    check_words("it says what it is for", words, "DNS:node-1", "DNS:localhost", "IP Address:127.0.0.1",
                "IP Address:10.9.8.7", "TLS Web Server Authentication", "TLS Web Client Authentication")
    check("it ends when it was told to", openssl("x509", "-in", ours / "node-1.crt", "-noout", "-checkend",
                                                 31 * 86400).returncode == 1)
    before, key = (ours / "node-1.crt").read_bytes(), (ours / "ca.key").read_bytes()
    again = tool("certificates", ours, "node-1", "node-2")
    check("what is there stays", (ours / "node-1.crt").read_bytes() == before and "there already" in again.stderr)
    check("what is new is made", (ours / "node-2.crt").exists())
    tool("certificates", ours, "node-1", "--renew")
    check("--renew makes it anew", (ours / "node-1.crt").read_bytes() != before)
    check("by the same authority", (ours / "ca.key").read_bytes() == key
          and openssl("verify", "-CAfile", ours / "ca.crt", ours / "node-1.crt").returncode == 0)
    check("a stranger is made", tool("certificates", theirs, "kafka", "--ca-name", "Stranger").returncode == 0)
    check("a stranger is not ours", openssl("verify", "-CAfile", ours / "ca.crt",
                                            theirs / "kafka.crt").returncode != 0)
    for arguments, words in (([ours], "name at least one"), ([ours, "a/b"], "letters, digits"),
                             ([ours, "x", "--days", "0"], "--days is a number"),
                             ([ours, "x", "--ca-name", "Other"], "is called 'TracSeq cluster'"), ([ours, "ca"], "authority's")):
        done = tool("certificates", *arguments)
        check(f"certificates {arguments[1:]}: refused", done.returncode in (1, 2), done.returncode)
        check_words(f"certificates {arguments[1:]}: words", done.stderr, words)


# ---- brokers

@contextlib.contextmanager
def kafka(*options):
    """tools/kafka on brokers of this test, as a function."""
    place = support.new_folder("brokers") / "kafka"

    def run(*words, good=True):
        done = tool("kafka", "--quiet", "--dir", place, *words)
        if good and done.returncode != 0:
            raise RuntimeError(f"tools/kafka {words}: {done.stderr[-600:]}")
        return done
    try:
        run("start", "--for", str(os.getpid()), *options)
        yield run
    finally:
        run("kill", good=False)
        run("reset", good=False)


def write(api, name, seconds=RESUMES_S):
    """Registers a sample, again and again with the same key until it is acknowledged."""
    return eventually(lambda: api.post("/samples", {"name": name, "type": "DNA"}, key=f"key-{name}").ok, seconds)


def first_port(count):
    """The first of `count` free ports in a row."""
    while True:
        first = support.free_port()
        with contextlib.suppress(OSError, OverflowError), contextlib.ExitStack() as held:
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


def narrow_topic(run, address):
    """A topic with fewer replicas than there are brokers: it is said, and over when it was mended as it says."""
    node = Node(support.new_folder() / "data", f"{address}/narrow?replication=1").start(120)
    check("a write to one replica", write(node.api(), "NARROW-1"))
    words = " ".join(node.api().must("GET", "/system")["warnings"])
    check_words("one replica among three brokers is warned of", words,
                "The Kafka topic narrow has 1 replica, and there are 3 brokers", "kafka-reassign-partitions.sh",
                "--add-config min.insync.replicas=2")
    node.stop()
    wider = folder / "wider.json"
    wider.write_text(json.dumps(dict(version=1, partitions=[
        dict(topic="narrow", partition=p, replicas=[1 + (p + n) % 3 for n in range(3)]) for p in range(12)])))
    run("tool", "reassign-partitions", "--reassignment-json-file", wider, "--execute")
    run("tool", "configs", "--alter", "--entity-type", "topics", "--entity-name", "narrow",
        "--add-config", "min.insync.replicas=2")
    check("it is mended", eventually(lambda: "ReplicationFactor: 3" in run(
        "tool", "topics", "--describe", "--topic", "narrow").stdout, 90))
    check("when the node starts again", node.start(120) is not None)
    check("it warns no more, and has all", "replica" not in str(node.api().must("GET", "/system")["warnings"])
          and [s["name"] for s in node.api().everything("/samples")] == ["NARROW-1"],
          node.api().must("GET", "/system")["warnings"])
    node.stop()


def three_brokers_lose_one():
    port = first_port(3)
    with kafka("--brokers", "3", "--port", str(port), "--heap", "256") as run:
        address = f"kafka://127.0.0.1:{port},127.0.0.1:{port + 1},127.0.0.1:{port + 2}"
        check("the address names all three", run("address").stdout.strip() == address, run("address").stdout)
        narrow_topic(run, address)
        node = Node(support.new_folder() / "data", f"{address}/lab").start(120)
        topic = run("tool", "topics", "--describe", "--topic", "lab").stdout
        check_words("what nodes write has three replicas, two of which must have it", topic, "ReplicationFactor: 3",
                    "min.insync.replicas=2")
        seed = random.SystemRandom().randrange(2 ** 32)
        print(f"        seed {seed}", flush=True)
        book = Book(node, seed)
        book.token = node.token()
        book.boxes = furnish(book.api())
        api = book.api("probe")
        check("a write with all three", write(api, "ALL-3"))
        for number in (1, 2):
            before = len(book.acknowledged)
            with at_work([Client(book, n, number) for n in range(CLIENTS)], book):
                time.sleep(1)
                check("the clients are at work", len(book.acknowledged) > before + CLIENTS, len(book.acknowledged))
                run("kill", str(number))
                # Enough names to meet all partitions, so also those whose leader is gone.
                missed = [i for i in range(24) if not write(api, f"WITHOUT-{number}-{i}")]
                check(f"writes go on without broker {number}", not missed, f"{missed} {node.words()[-800:]}")
                without = len(book.acknowledged)
                check("so does the clients' work", eventually(
                    lambda: len(book.acknowledged) > without + CLIENTS, RESUMES_S), (len(book.acknowledged), without))
            status = run("status", good=False)
            check("status says that one is away", status.returncode == 1 and status.stdout.count("running at") == 2
                  and f"broker {number}: not running" in status.stdout, status.stdout)
            run("start", str(number))
            check("it comes back", run("status").returncode == 0)
            # It has to catch up before another one may go.
            check("and catches up", eventually(lambda: not run(
                "tool", "topics", "--describe", "--under-replicated-partitions").stdout.strip(), 90))
        run("stop", "3")
        check("stop, too, takes one number", "broker 3: not running" in run("status", good=False).stdout)
        names = [s["name"] for s in node.api().everything("/samples")]
        probes = ["ALL-3", *(f"WITHOUT-{number}-{i}" for number in (1, 2) for i in range(24))]
        check("every probe is there, once", all(names.count(one) == 1 for one in probes))
        check("who got no result was told that it can be repeated", not book.unclear, book.unclear[:3])
        print(f"        {len(book.acknowledged)} acknowledged, {len(book.refused)} refused, {book.resolved} asked again, "
              f"{len(book.unresolved)} never answered", flush=True)
        examine(node, book)  # what was acknowledged is there, and acted once
        node.stop()
        for words, said in ((["start", "--brokers", "2"], "has 3 brokers"), (["kill", "4"], "there is no broker 4"),
                            (["start", "--port", "1234"], "ports already"), (["status", "1", "2"], "unexpected word")):
            done = run(*words, good=False)
            check(f"kafka {words}: refused", done.returncode in (1, 2), done.returncode)
            check_words(f"kafka {words}: words", done.stderr, said)


def a_broker_behind_tls():
    port = first_port(1)
    with kafka("--port", str(port), "--tls", str(folder / "tls"), "--heap", "256") as run:
        check("status speaks TLS, too", run("status").returncode == 0)
        log = f"kafka://127.0.0.1:{port}/lab?timeout_ms=4000"
        node = Node(support.new_folder() / "data", f"{log}&config={folder}/tls/kafka-client.properties").start(60)
        check("a node with our certificate writes", write(node.api(), "TLS-1"))
        check("Kafka's own tools get in, too", "lab" in run("tool", "topics", "--list").stdout)
        node.stop()
        stranger = folder / "stranger" / "kafka-client.properties"
        half = folder / "half.properties"  # trusts us, and shows the certificate of somebody else
        half.write_text(stranger.read_text().replace("stranger/ca.crt", "tls/ca.crt"))
        for who, config in (("without a certificate", ""), ("a stranger", f"&config={stranger}"),
                            ("a stranger who trusts us", f"&config={half}")):
            code, words = Node(support.new_folder() / "data", log + config).expect_refusal()
            check(f"{who} is refused", code == support.UNAVAILABLE, f"{code} {words[-400:]}")


for test in (certificates, three_brokers_lose_one, a_broker_behind_tls):
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        case(test)
support.finish()
