#!/usr/bin/env python3
"""The world around a cluster is not what it should be: clocks that differ, another protocol, a line that crawls, a
topic that somebody changes, a broker that is slow or stands still. A clear word where a person has to act, in the
node's figures too; and the rest goes on."""
import contextlib
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from members import STARTS_S, Member, folder, members, status_of, support, takes_commands, wait_until, why_not_ready
from preload import Clock
from support import PROJECT, case, check, check_words

HEAD = struct.Struct("<4sBI")
HELLO = 1


class Relay(threading.Thread):
    """Stands before a node's port for others. `change` sees each frame of the dialling side (kind, body) and gives
    the body to pass on; `pause_s` lies between two bytes of a greeting."""

    def __init__(self, port, change=lambda kind, body: body, pause_s=0.0):
        super().__init__(daemon=True)
        self.target, self.change, self.pause_s = port, change, pause_s
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.greetings = self.listener.getsockname()[1], 0

    def run(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                line.close()
                continue
            there.settimeout(None)
            threading.Thread(target=self.forth, args=(line, there), daemon=True).start()
            threading.Thread(target=self.back, args=(there, line), daemon=True).start()

    def forth(self, here, there):
        try:
            while True:
                head = exactly(here, HEAD.size)
                magic, kind, length = HEAD.unpack(head)
                body = self.change(kind, exactly(here, length))
                frame = HEAD.pack(magic, kind, len(body)) + body
                if kind == HELLO:
                    self.greetings += 1
                    for byte in frame if self.pause_s else ():
                        there.sendall(bytes([byte]))
                        time.sleep(self.pause_s)
                    if self.pause_s:
                        continue
                there.sendall(frame)
        except OSError:
            close(here, there)

    def back(self, there, here):
        try:
            while part := there.recv(65536):
                here.sendall(part)
        except OSError:
            pass
        close(here, there)


def exactly(line, size):
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        if not part:
            raise ConnectionResetError
        got += part
    return got


def close(*lines):
    for line in lines:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def behind(relay):
    """Settings of a node whose port others reach through `relay`."""
    return ["--cluster-advertise", f"127.0.0.1:{relay.port}"]


def clocks_that_differ():
    topic = support.fresh_topic("clocks")
    clock = Clock(folder, 3_600)
    ahead = Member("node-2", topic, env=clock.env)
    with members(Member("node-1", topic), ahead) as (first, second):
        for node, word in ((first, "The clock of node-2 is 3"), (second, "The clock of node-1 is 3")):
            check(f"{node.name} says that clocks differ",
                  wait_until(lambda: any(word in w and "time server" in w for w in node.view()["warnings"])),
                  node.view()["warnings"])
        status = support.run("cluster", "status", "--check", "--url", first.url, "--data", first.data)
        check("the command line finds it wrong", status.returncode == 6, status.returncode)
        check_words("and says it", status.stdout + status.stderr, "clock of node-2")
        check("it is a figure", 3_500 < first.metric("tracseq_cluster_clock_difference_seconds") < 3_700)
        check("warnings are counted", first.metric("tracseq_cluster_warnings") >= 1)
        check("both take commands", takes_commands(first, "CLOCK-1") and takes_commands(second, "CLOCK-2"))
        clock.step(0)
        second.stop()
        second.start()
        check("once mended it is not said any more",
              wait_until(lambda: first.metric("tracseq_cluster_clock_difference_seconds") < 5
                         and not any("clock" in w for w in first.view()["warnings"])), first.view()["warnings"])


def another_protocol():
    topic = support.fresh_topic("protocol")

    def newer(kind, body):
        return struct.pack("<I", 99) + body[4:] if kind == HELLO else body
    second = Member("node-2", topic)
    relay = Relay(second.cluster_port, newer)
    relay.start()
    second.extra += behind(relay)
    with members(Member("node-1", topic)) as (first,):
        second.launch()
        try:
            words = "speaks version 99 of the protocol between nodes"
            check("who dials is told", wait_until(lambda: any(words in w for w in first.view()["warnings"])),
                  first.view()["warnings"])
            check("who is dialled counts a stranger",
                  wait_until(lambda: (second.metric("tracseq_cluster_strangers_total") or 0) > 0))
            status = support.run("cluster", "status", "--url", first.url, "--data", first.data)
            check_words("so says the command line", status.stdout + status.stderr, words, "upgrade the older one")
            time.sleep(10)  # longer than any line is waited for, and than the group waits
            owners = {row["owner"] for row in first.view()["partitions"]}
            check("it gets no partitions", owners == {"node-1"}, owners)
            check("the first goes on", wait_until(lambda: takes_commands(first, f"PROTOCOL-{secrets.token_hex(3)}")),
                  first.view()["partitions"])
        finally:
            second.kill()
            relay.listener.close()


def a_line_that_crawls():
    topic = support.fresh_topic("crawls")
    second = Member("node-2", topic)
    relay = Relay(second.cluster_port, pause_s=0.002)
    relay.start()
    second.extra += behind(relay)
    with members(Member("node-1", topic), second) as (first, _):
        check("a greeting that comes byte by byte is one", wait_until(
            lambda: {n["state"] for n in first.view()["nodes"]} == {"here", "reachable"}), first.view()["nodes"])
        check("it came so", relay.greetings > 0)
        check("commands pass", takes_commands(first, "CRAWL-1") and takes_commands(second, "CRAWL-2"))
    relay.listener.close()


@contextlib.contextmanager
def own_broker(name):
    """(its folder, its address without a topic)"""
    place, port = folder / name, support.free_port()
    started = support.tool("kafka", "start", "--quiet", "--dir", place, "--port", port, "--for", os.getpid())
    check("a broker of our own runs", started.returncode == 0, started.stderr[-500:])
    try:
        yield place, f"kafka://127.0.0.1:{port}"
    finally:
        support.tool("kafka", "kill", "--quiet", "--dir", place)
        support.tool("kafka", "reset", "--quiet", "--dir", place)


def a_group_that_cannot_be_joined():
    """Somebody else is in it, who divides partitions in another way."""
    with own_broker("group-kafka") as (place, address):
        kafka = [PROJECT / "tools" / "kafka", "--dir", place, "tool"]
        foreigner = subprocess.Popen(
            [*kafka, "console-consumer", "--topic", "group", "--group", "tracseq-shards.group", "--consumer-property",
             "partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor", "--consumer-property",
             "session.timeout.ms=6000"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        node, words = Member("node-1", f"{address}/group"), "the group of nodes cannot be joined"
        try:
            check("somebody is in the group", wait_until(lambda: "Stable" in subprocess.run(
                [*kafka, "groups", "--describe", "--state", "--group", "tracseq-shards.group"], capture_output=True,
                text=True).stdout, 90))
            node.launch()
            check("the node says why it gets no partitions",
                  wait_until(lambda: (node.metric("tracseq_cluster_warnings") or 0) > 0, 90), node.words()[-800:])
            check_words("in words", " ".join(node.view()["warnings"]), words)
            code, told = status_of(node, "--check")
            check("its command line finds it wrong", code == support.UNAVAILABLE, code)
            check_words("and says it", told, words, "Inconsistent group protocol")
            check("what nobody else serves it serves", wait_until(lambda: takes_commands(node, "GROUP-0"), 40))
            os.killpg(foreigner.pid, signal.SIGTERM)
            check("when the other one has left, all is well", wait_until(lambda: status_of(node, "--check")[0] == 0, 90),
                  status_of(node, "--check"))
            check("and works", takes_commands(node, "GROUP-1"))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(foreigner.pid, signal.SIGKILL)
            foreigner.wait()
            if node.process and node.process.poll() is None:
                node.kill()


@contextlib.contextmanager
def slowed(broker, stands_s=3, runs_s=0.25):
    """It stands still most of the time."""
    over = threading.Event()

    def slow():
        while not over.is_set():
            os.kill(broker, signal.SIGSTOP)
            over.wait(stands_s)
            os.kill(broker, signal.SIGCONT)
            over.wait(runs_s)
    thread = threading.Thread(target=slow)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def a_broker_that_is_slow():
    with own_broker("lazy-kafka") as (place, address):
        with members(Member("node-1", f"{address}/lazy"), Member("node-2", f"{address}/lazy")) as nodes:
            with slowed(int((place / "pid").read_text())):
                for node in nodes:
                    says(node, "the log answers slowly", "Look at the broker's disk", more_than=0)
                    check("how slowly is a figure", node.metric("tracseq_log_answer_seconds") > 0.2)
                    done = node.api(60).post("/samples", dict(name=f"LAZY-{node.name}", type="DNA"), key=f"lazy-{node.name}")
                    check("it works, as slowly", done.status == 201, done.status)
                    check("and reads go on", node.api().get("/samples?limit=1").ok)
            falls_silent(nodes, "the log answers slowly")


def a_topic_that_somebody_changes():
    """While the nodes use it: a retention, and more partitions."""
    with own_broker("changed-kafka") as (place, address):
        def kafka(tool, *words):
            subprocess.run([PROJECT / "tools" / "kafka", "--dir", place, "tool", tool, *words], stdin=subprocess.DEVNULL,
                           check=True, capture_output=True)
        topic = ["--entity-type", "topics", "--entity-name", "changed", "--alter", "--add-config"]
        with members(Member("node-1", f"{address}/changed"), Member("node-2", f"{address}/changed")) as nodes:
            first, second = nodes
            calm = first.metric("tracseq_warnings")
            kafka("configs", *topic, "retention.ms=604800000")
            for node in nodes:
                says(node, "retention.ms is 604800000", f"kafka-configs.sh --bootstrap-server {address[8:]}", more_than=calm)
                check("and works", takes_commands(node, f"RETENTION-{node.name}"))
            kafka("configs", *topic, "retention.ms=-1")
            falls_silent(nodes, "retention.ms")
            kafka("topics", "--alter", "--topic", "changed", "--partitions", "30")
            for node in nodes:
                says(node, "has 30 partitions, and 12 hold the history", "?partitions=12", more_than=calm)
            second.stop()
            check("the group divides them anew, and the added ones are nobody's", wait_until(lambda: {
                (row["owner"], row["state"]) for row in first.view()["partitions"]} == {("node-1", "open")}, 60),
                first.view()["partitions"])
            check("all of them take commands", all(takes_commands(first, f"MORE-{n}") for n in range(40)))
            code, words = second.expect_refusal(STARTS_S)
            check("who starts is refused", code not in (0, None), code)
            check_words("and told what to do", words, "belongs to a log with 12 partitions", "?partitions=12")
            second.log += "?partitions=12"
            second.start(STARTS_S)
            check("as it is told it works", wait_until(lambda: takes_commands(second, "AS-TOLD")))
            check("and all are served", wait_until(lambda: all(row["state"] == "open" for row in second.view()["partitions"])),
                  second.view()["partitions"])
            first.kill()
            check("by who is left, too", wait_until(lambda: all(takes_commands(second, f"LEFT-{n}") for n in range(40)), 60),
                  second.view()["partitions"])


def falls_silent(nodes, words):
    check("once mended it is not said any more",
          wait_until(lambda: not any(words in status_of(node)[1] for node in nodes), 90), [status_of(node) for node in nodes])


def says(node, *words, more_than):
    check(f"{node.name} says {words[0]}", wait_until(lambda: words[0] in status_of(node)[1], 90), status_of(node))
    check_words("with all that is to be known", status_of(node)[1], *words)
    check("it is a figure", node.metric("tracseq_warnings") > more_than)
    check("and in its own log", wait_until(lambda: words[0] in node.words()), node.words()[-800:])


def a_broker_that_stands_still():
    with own_broker("slow-kafka") as (place, address):
        still(f"{address}/still", int((place / "pid").read_text()))


@contextlib.contextmanager
def watched(nodes):
    """Whether they lose each other, and how long a look at their figures takes, as long as the block runs."""
    over, lost, looks = threading.Event(), [], []

    def watch():
        while not over.wait(0.2):
            for node in nodes:
                lost.extend((node.name, n["name"], n["state"]) for n in node.view()["nodes"]
                            if n["state"] not in ("here", "reachable"))
                began = time.monotonic()
                node.metric("tracseq_log_end_offset")
                looks.append(time.monotonic() - began)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lost, looks
    finally:
        over.set()
        watcher.join()


def nobody_is_told(node, number):
    answer = node.api(60).post("/samples", dict(name=f"STILL-{number}", type="DNA"), key=f"still-{number}")
    check("who asks meanwhile is not told that it was done", answer.status in (503, 504), answer.status)
    check("reads go on", node.api().get("/samples?limit=1").ok)
    return answer


def says_why(node):
    check(f"{node.name} says why", wait_until(lambda: "the log does not answer" in why_not_ready(node), 60),
          why_not_ready(node))
    check("and in figures", node.metric("tracseq_ready") == 0)
    words = f"{node.name} is not ready: the log does not answer"
    check("its command line says it", wait_until(lambda: words in status_of(node, "--check")[1], 30),
          status_of(node, "--check"))
    check("and finds it wrong", status_of(node, "--check")[0] == support.UNAVAILABLE)


def still(topic, broker):
    with members(Member("node-1", topic), Member("node-2", topic)) as nodes:
        for number, node in enumerate(nodes):
            check("it works", takes_commands(node, f"BEFORE-{number}"))
        os.kill(broker, signal.SIGSTOP)
        began = time.monotonic()
        try:
            with watched(nodes) as (lost, looks):
                told = [nobody_is_told(node, number) for number, node in enumerate(nodes)]
                for node in nodes:
                    says_why(node)
        finally:
            os.kill(broker, signal.SIGCONT)
        check("they never lose each other", not lost, lost[:3])
        check("a look at the figures waits for no broker", max(looks) < 5, max(looks))
        print(f"        it stood still for {time.monotonic() - began:.1f} s; asked were told "
              f"{[answer.body.get('code') for answer in told]}", flush=True)
        for number, node in enumerate(nodes):
            check("the same command has its one answer behind it", wait_until(
                lambda: node.api().post("/samples", dict(name=f"STILL-{number}", type="DNA"), key=f"still-{number}").ok, 90))
            check("and was done once", wait_until(
                lambda: sum(s["name"] == f"STILL-{number}" for s in node.api().everything("/samples")) == 1))
        check("both are ready", all(wait_until(node.is_ready, 60) for node in nodes))
        check("and find all well", all(wait_until(lambda: status_of(node, "--check")[0] == 0, 60) for node in nodes),
              [status_of(node, "--check") for node in nodes])


def a_node_that_comes_later():
    """It never met the one that is dead, and is not to say that all is well."""
    topic = support.fresh_topic("later")
    first, second, third = (Member(f"node-{n}", topic) for n in (1, 2, 3))
    with members(first, second, third):
        dead = f"127.0.0.1:{third.cluster_port}"
        third.kill()
        check("who knew it misses it", wait_until(lambda: any(
            n["name"] == "node-3" and n["state"] == "unreachable" for n in first.view()["nodes"])), first.view()["nodes"])
        second.stop()
        second.start(90)

        def told():
            return any(dead in w and "not reached" in w for w in second.view()["warnings"])
        check("who comes later is told of it", wait_until(told), second.view())
        until, silent = time.monotonic() + 12, 0  # longer than it takes to forget an address
        while time.monotonic() < until:
            silent += not told()
            time.sleep(0.02)
        check("and goes on to say so", silent == 0, silent)
        third.start(90)
        check("until it is back", wait_until(lambda: not told()), second.view()["warnings"])
        third.stop()
        check("who left in good order is not missed", wait_until(lambda: any(
            n["name"] == "node-3" and n["leaving"] for n in first.view()["nodes"])), first.view()["nodes"])
        second.stop()
        second.start(90)
        time.sleep(2)
        check("not by who comes later, either", not told(), second.view()["warnings"])


for test in (clocks_that_differ, another_protocol, a_line_that_crawls, a_group_that_cannot_be_joined,
             a_topic_that_somebody_changes, a_broker_that_is_slow, a_broker_that_stands_still, a_node_that_comes_later):
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        case(test)
support.finish()
