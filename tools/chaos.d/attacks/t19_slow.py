"""Slow and silent clients by the hundred; an honest one is served as if they were not there."""
import contextlib
import socket
import time

import support
from scene import START_S, measured
from support import Node, check

NAME, UNIT, EACH = "T19-slow", "crowds", 1
ABOUT = "slow heads, slow bodies and readers who never read, 1,000 in all; an honest client among them"
ROUNDS, ENGINES, MAX_S = dict(ci=1, pr=1, nightly=20), ("embedded",), 300

HEADS, BODIES, READERS = 500, 300, 200
HONEST, TIMES_CALM, SLACK_MS, SHUT_S = 150, 2.0, 50, 30


def why_not():
    return ""


class Crowd:
    """Connections that drip a byte now and then, and never read more than they must."""

    def __init__(self, node):
        self.node, self.sockets = node, []

    def connect(self, count, first, drip):
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", self.node.port), timeout=10)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(first)
            one.setblocking(False)
            self.sockets.append((one, drip))

    def drip(self):
        for one, drip in self.sockets:
            if drip:
                with contextlib.suppress(OSError):
                    one.send(drip)

    def shut(self):
        """How many of them the node has closed, with or without a last word."""
        closed = 0
        for one, _ in self.sockets:
            try:
                while word := one.recv(65536):
                    del word
                closed += 1
            except BlockingIOError:
                pass
            except OSError:
                closed += 1
        return closed

    def close(self):
        for one, _ in self.sockets:
            one.close()


def latencies(api, count, name, between=lambda: None):
    taken = []
    for n in range(count):
        began = time.monotonic()
        ok = api.post("/samples", dict(name=f"{name}{n}", type="DNA")).ok and api.get("/samples?limit=5").ok
        taken.append((time.monotonic() - began) * 1000)
        check("an honest request succeeds", ok)
        if n % 10 == 0:
            between()
    taken.sort()
    return taken[len(taken) // 2], taken[int(0.99 * (len(taken) - 1))]


def attack(seed, engine, number):
    node = Node(support.new_folder("slow") / "data", env=dict(
        TRACSEQ_HTTP_CONNECTIONS_MAX="2000", TRACSEQ_HTTP_HEAD_TIMEOUT_S="10"))
    node.start(timeout_s=START_S)
    api, crowd = node.api(), Crowd(node)
    calm = latencies(api, HONEST, "calm")
    try:
        auth = f"Host: x\r\nAuthorization: Bearer {node.token()}\r\n".encode()
        began = time.monotonic()
        crowd.connect(HEADS, b"GET /api/v1/samples HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a")
        crowd.connect(BODIES, b"POST /api/v1/samples HTTP/1.1\r\n" + auth +
                      b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{", b" ")
        slow = list(crowd.sockets)
        crowd.connect(READERS, b"GET /api/v1/events HTTP/1.1\r\n" + auth + b"Accept: text/event-stream\r\n\r\n", b"")
        crowd_calm = latencies(api, HONEST, "crowd", crowd.drip)
        for which, values in (("calm", calm), ("crowd", crowd_calm)):
            measured(f"{which}_p50_ms", values[0])
            measured(f"{which}_p99_ms", values[1])
        check("the honest client is served nearly as before",
              crowd_calm[1] <= TIMES_CALM * calm[1] + SLACK_MS, (calm, crowd_calm))
        crowd.sockets = slow
        while crowd.shut() < len(slow) and time.monotonic() - began < SHUT_S + 30:
            crowd.drip()
            time.sleep(0.5)
        measured("slow_shut_s", time.monotonic() - began)
        check(f"whoever drips is shut out within {SHUT_S} s", time.monotonic() - began < SHUT_S,
              f"{crowd.shut()} of {len(slow)}")
        check("it still runs and serves", api.get("/samples?limit=1").ok)
    finally:
        crowd.close()
    node.stop()
