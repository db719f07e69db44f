"""Thousands of streams, and slow and silent clients by the hundred; an honest one is served as if there were none."""
import contextlib
import multiprocessing
import os
import resource
import select
import socket
import time

import support
from scene import START_S, busy_with_others, cpu_s, figures_judged, measured, verified
from support import Node, check

NAME, UNIT, EACH = "T19-slow", "crowds", 1
ABOUT = "5,000 streams of events, and 1,000 clients with slow heads, slow bodies or streams they never read; an " \
        "honest one among them"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=3), ("embedded",), 600, 70
ALONE = True

STREAMS, HEADS, BODIES, NEVER_READ = 5000, 500, 300, 200
HONEST, TIMES_CALM, SHUT_S = 1000, 2.0, 30
OTHERS_MAX, TRIES = 0.15, 3  # as of T18-overload
DRIP_S, COME_WITHIN_S = 0.3, 10
of_all = figures_judged


def why_not():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return "" if hard >= STREAMS + 2000 else f"only {hard} open files are allowed"


def crowd(port, token, ends, counts):
    """In a process of its own. These people sit at machines of theirs: here it gets what of the processor nobody else
    wants, so that it takes no time of who is measured. What it counts is in shared memory, so that it never waits for
    whoever reads it."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    auth = f"Host: x\r\nAuthorization: Bearer {token}\r\n"
    stream = f"GET /api/v1/events HTTP/1.1\r\n{auth}Accept: text/event-stream\r\n\r\n".encode()

    def connect(first):
        one = socket.create_connection(("127.0.0.1", port), timeout=30)
        one.sendall(first)
        one.setblocking(False)
        return one
    heads = b"GET /api/v1/samples HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"
    bodies = (f"POST /api/v1/samples HTTP/1.1\r\n{auth}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{{"
              ).encode(), b" "
    # They come one by one, as people do, and so their times are over one by one.
    coming = [heads, bodies] * min(HEADS, BODIES) + [heads if HEADS > BODIES else bodies] * abs(HEADS - BODIES)
    slow = []
    silent = []
    for _ in range(NEVER_READ):
        silent.append(connect(stream))
        silent[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    watch, streams, answered, got, cut = select.epoll(), {}, set(), 0, 0
    for _ in range(STREAMS):
        one = connect(stream)
        streams[one.fileno()] = one
        watch.register(one, select.EPOLLIN)
    next_drip, shut, oldest_s, began = 0, 0, 0.0, time.monotonic()
    while not ends.is_set():
        due = min(len(coming), int((time.monotonic() - began) / COME_WITHIN_S * len(coming)))
        for first, more in coming[len(slow):due]:
            slow.append((time.monotonic(), connect(first), first, more))
        for fd, _ in watch.poll(0.05):
            try:
                words = streams[fd].recv(65536)
            except OSError:
                words = b""
            if not words:
                watch.unregister(fd)
                streams.pop(fd).close()
                cut += 1
            elif fd not in answered and words.startswith(b"HTTP/1.1 200"):
                answered.add(fd)
            got += len(words)
        if time.monotonic() >= next_drip:
            next_drip = time.monotonic() + DRIP_S
            for at, (since, one, first, more) in enumerate(slow):
                oldest_s = max(oldest_s, time.monotonic() - since)
                if not drip(one, more):
                    shut += 1
                    slow[at] = time.monotonic(), connect(first), first, more  # the next one
        counts[:] = [len(answered), cut, got, shut, oldest_s]


def drip(one, byte):
    """Whether the node has left it open."""
    try:
        while word := one.recv(65536):
            del word
    except BlockingIOError:
        with contextlib.suppress(OSError):
            one.send(byte)
        return True
    except OSError:
        pass
    one.close()
    return False


def latencies(api, count, name, accepted):
    """(median, p99) in milliseconds of a write and a read behind it. The names of those that were acknowledged go to
    `accepted`."""
    taken = []
    for n in range(count):
        began = time.monotonic()
        written = api.post("/samples", dict(name=f"{name}{n}", type="DNA")).ok
        ok = written and api.get("/samples?limit=5").ok
        taken.append((time.monotonic() - began) * 1000)
        accepted += [f"{name}{n}"] * written
        check("an honest request succeeds", ok)
    taken.sort()
    return taken[len(taken) // 2], taken[int(0.99 * (len(taken) - 1))]


class Crowd:
    def __init__(self, node):
        how = multiprocessing.get_context("fork")
        self.ends, self.counts = how.Event(), how.Array("d", 5)
        self.process = how.Process(target=crowd, args=(node.port, node.token(), self.ends, self.counts), daemon=True)
        self.process.start()

    def look(self):
        return dict(zip(("streams", "cut", "bytes", "shut", "oldest_s"), self.counts[:]))

    @property
    def last(self):
        return self.look()

    def until(self, holds, seconds):
        return support.eventually(lambda: holds(self.look()), seconds)

    def end(self):
        self.ends.set()
        self.process.join(60)


def attack(seed, engine, number):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    node = Node(support.new_folder("slow") / "data", env=dict(
        TRACSEQ_HTTP_CONNECTIONS_MAX="8000", TRACSEQ_HTTP_HEAD_TIMEOUT_S="10"))
    node.start(timeout_s=START_S)
    api = node.api()
    accepted = []
    latencies(api, HONEST // 4, "warm", accepted)
    used = cpu_s(node.process.pid)
    calm = latencies(api, HONEST, "calm", accepted)
    measured("calm_processor_ms", (cpu_s(node.process.pid) - used) * 1e3 / HONEST)
    them = Crowd(node)
    try:
        check("all streams are answered", them.until(lambda now: now["streams"] >= STREAMS, 120), them.last)
        check("whoever drips is shut out", them.until(lambda now: now["shut"] >= HEADS + BODIES, 2 * SHUT_S), them.last)
        for one in range(TRIES):
            used = cpu_s(node.process.pid)
            with busy_with_others() as others:
                among = latencies(api, HONEST, f"crowd{one}-", accepted)
            if others() <= OTHERS_MAX:
                break
        # What the node did meanwhile, for each honest request: this does not depend on who else is at work.
        measured("crowd_processor_ms", (cpu_s(node.process.pid) - used) * 1e3 / HONEST)
        before = them.look()["bytes"]
        check("streams go on", them.until(lambda now: now["bytes"] > before, 30), them.last)
        measured("slow_shut_s", them.last["oldest_s"])
        check(f"nobody drips for more than {SHUT_S} s", them.last["oldest_s"] < SHUT_S, them.last)
        # The crowd gets what nobody else wants: where others want all, it reads too slowly, and is cut for that.
        check("no stream that is read is cut", them.last["cut"] == 0 or others() > OTHERS_MAX, them.last)
    finally:
        them.end()
    time.sleep(1)
    again = latencies(api, HONEST, "again", accepted)
    calm = max(calm[0], again[0]), max(calm[1], again[1])
    for which, values in (("calm", calm), ("crowd", among)):
        measured(f"{which}_p50_ms", values[0])
        measured(f"{which}_p99_ms", values[1])
    measured("crowd_over_calm_p99", among[1] / calm[1])
    measured("taken_by_others", others())
    measured("judged", others() <= OTHERS_MAX)
    if others() > OTHERS_MAX:
        print(f"        others took {others():.0%} of the machine: figures are not judged", flush=True)
    else:
        check("the honest client is served nearly as before", among[1] <= TIMES_CALM * calm[1],
              (calm, among))
    check("it still runs and serves", api.get("/samples?limit=1").ok)
    node.stop(120)
    verified(node, accepted)
