"""Server-sent events: in order, resumed, filtered, alive; a client that is too slow is let go. And load
beyond what is taken."""
import concurrent.futures
import json
import re
import select
import socket
import statistics
import threading
import time

from support import Node, quote

from contract.lab import check, check_problem, fault_of, fresh, head, make_sample, read_answer, wait_for


class Stream:
    """One client of /events. Reads in a thread: `events` are (id, type, data), `beats` comments."""

    def __init__(self, node, query="", last=None, receive_bytes=None, read=True):
        self.events, self.beats, self.ids, self.ended = [], [], [], threading.Event()
        self.sock = socket.socket()
        if receive_bytes:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.sock.connect(("127.0.0.1", node.port))
        extra = [f"Last-Event-ID: {last}"] if last else []
        self.sock.sendall(head(node, f"GET /api/v1/events{query} HTTP/1.1", "Accept: text/event-stream", *extra))
        self.file = self.sock.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = dict(line.decode().rstrip().split(": ", 1) for line in iter(self.file.readline, b"\r\n"))
        self.thread = threading.Thread(target=self.read_all, daemon=True)
        if read:
            self.thread.start()

    def lines(self):
        """Lines of the body: chunks taken apart."""
        rest = b""
        while size := int(self.file.readline() or b"0", 16):
            rest += self.file.read(size)
            self.file.readline()
            while b"\n" in rest:
                line, rest = rest.split(b"\n", 1)
                yield line.decode()

    def read_all(self):
        now = {}
        try:
            for line in self.lines():
                if line.startswith(":"):
                    self.beats.append(line)
                elif line:
                    name, _, value = line.partition(": ")
                    now[name] = value
                else:
                    if "id" in now:
                        self.ids.append(now["id"])
                    if "data" in now:
                        self.events.append((now["id"], now["event"], json.loads(now["data"])))
                    now = {}
        except (OSError, ValueError):
            pass
        self.ended.set()

    def wait(self, count, timeout_s=10):
        return wait_for(lambda: len(self.events) >= count, timeout_s)

    def close(self):
        self.sock.close()


def written(api, count):
    return [api.must("POST", "/samples", dict(name=fresh("Told"), type="DNA"))["id"] for _ in range(count)]


def in_order_and_resumed(node):
    api = node.api()
    live = Stream(node, "?types=sample_registered")
    check("a stream of events", live.status == 200 and live.headers["Content-Type"] == "text/event-stream"
          and live.headers["Cache-Control"] == "no-store", live.headers)
    wait_for(lambda: live.ids)
    ids = written(api, 20)
    check("events come as they happen", live.wait(20), len(live.events))
    told = [data["subject"].removeprefix("sample/") for _, _, data in live.events]
    check("each once", sorted(told) == sorted(ids), len(told))
    check("as CloudEvents", all(d["specversion"] == "1.0" and d["type"] == kind for _, kind, d in live.events))
    seventh = live.events[6][0]
    live.close()
    more = written(api, 5)
    again = Stream(node, "?types=sample_registered", last=seventh)
    check("resumed with Last-Event-ID", again.wait(18), len(again.events))
    rest = [data["subject"].removeprefix("sample/") for _, _, data in again.events]
    check("what came behind it, once, nothing else", sorted(rest) == sorted(told[7:] + more), len(rest))
    again.close()
    after = Stream(node, f"?types=sample_registered&after={seventh}")
    check("or with after=", after.wait(18), len(after.events))
    after.close()
    page = api.must("GET", f"/events?types=sample_registered&after={seventh}&limit=500")
    check("the same as a page", [e["id"] for e in page["items"]] == [d["id"] for _, _, d in again.events])


def filtered(node):
    api = node.api()
    sample, other = make_sample(api, "registered"), make_sample(api, "registered")
    one = Stream(node, f"?stream=sample/{sample['id']}")
    kind = Stream(node, "?stream=storage_unit")
    wait_for(lambda: one.ids and kind.ids)
    for thing in (other, sample):
        api.must("POST", f"/samples/{thing['id']}:receive", {})
    api.must("POST", "/storage-units", dict(kind="box", name=fresh("Told")))
    one.wait(1), kind.wait(1)
    time.sleep(0.2)
    check("one thing's events alone", [d["subject"] for _, _, d in one.events] == [f"sample/{sample['id']}"],
          one.events)
    check("one kind's events alone", [re.sub("/.*", "", d["subject"]) for _, _, d in kind.events]
          == ["storage_unit"], kind.events)
    one.close(), kind.close()
    for last in ("nonsense", "1.2.3", "é"):
        try:
            answer = api.get("/events", **{"Accept": "text/event-stream", "Last-Event-ID": last.encode()})
        except UnicodeError:
            continue
        check_problem(f"Last-Event-ID: {last}", answer, 422, "invalid_argument", "position")
    ahead = api.must("GET", "/system")["position"]
    joint = next(c for c in ahead if not c.isdigit())
    beyond = joint.join(str(int(n) + 10**6) for n in ahead.split(joint))
    check_problem("a position beyond the end", api.get(f"/events?after={beyond}"), 422, "invalid_argument",
                  "beyond the end")


def pages_reach_the_end(node):
    """Page by page all that happened comes once: a page that is not full is the last."""
    api = node.api()
    ids = written(api, 30)
    for limit in (7, 500):
        told, after, short = [], "", 0
        while short == 0:
            page = api.must("GET", f"/events?types=sample_registered&limit={limit}{after}")
            told += [event["subject"].removeprefix("sample/") for event in page["items"]]
            after = "&after=" + quote(page["position"])
            short = limit - len(page["items"])
        check(f"limit={limit}: all that was written", set(ids) <= set(told), len(set(ids) - set(told)))
        check(f"limit={limit}: each once", len(told) == len(set(told)), len(told) - len(set(told)))
        last = api.must("GET", f"/events?types=sample_registered{after}")
        check(f"limit={limit}: nothing comes behind the last page", last["items"] == [], last["items"][:2])


def a_slow_client_is_let_go(node):
    """It reads nothing; the node keeps a bounded number of bytes for it, and tells the others in time."""
    small = Node(node.data.parent / "slow-stream", extra=["--http-stream-queue-bytes-max", "262144"]).start()
    slow = Stream(small, receive_bytes=4096, read=False)
    quick = Stream(small, "?types=sample_registered")
    wait_for(lambda: quick.ids)

    def write(count):
        api = small.api()
        for _ in range(count):
            api.must("POST", "/samples", dict(name=fresh("Long"), type="DNA", notes="n" * 9_900))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [400] * 2))
    check("the others get all", quick.wait(800, 20), len(quick.events))
    dropped = wait_for(lambda: metric(small, "sse_dropped_total"), 20)
    check("the slow one is let go, and counted", dropped == 1, dropped)
    quick_dropped = quick.ended.is_set()
    check("the quick one stays", not quick_dropped)
    slow.thread.start()
    check("its connection has ended", slow.ended.wait(10))
    if check("it has seen a beginning", slow.ids, slow.ids):
        back = Stream(small, "?types=sample_registered", last=slow.ids[-1])
        missing = 800 - len([1 for _, kind, _ in slow.events if "sample_registered" in kind])
        check("it comes back and misses nothing", back.wait(missing, 20), (len(back.events), missing))
        back.close()
    quick.close()
    small.stop()


def metric(node, word):
    for line in node.api().get("//metrics").raw.decode().splitlines():
        if word in line and not line.startswith("#"):
            return float(line.split()[-1])
    return None


class Heartbeat:
    """Begun early and judged late, so that nobody waits for it."""

    def __init__(self, node):
        self.stream, self.began = Stream(node, "?types=run_failed"), time.monotonic()

    def judge(self, _node):
        """A stream without news says that it is alive, and where it stands."""
        left = 17 - (time.monotonic() - self.began)
        check("a heartbeat within 17 s", wait_for(lambda: any("beat" in b for b in self.stream.beats), max(left, 1)),
              self.stream.beats)
        check("with a position to resume from", len(self.stream.ids) >= 2, self.stream.ids)
        self.stream.close()


def overload(node):
    """Beyond its bounds the node says so at once, with a time to come again; then it serves again."""
    tight = Node(node.data.parent / "tight", extra=[
        "--engine-in-flight-max", "2", "--log-partitions", "1", "--http-connections-max", "40"]).start()
    api = tight.api()
    sample = make_sample(api, "registered")
    waits, refused, done, wrong = [], [], [], []

    def hurry(n):
        mine = tight.api()
        for k in range(20):
            began = time.monotonic()
            answer = mine.post(f"/samples/{sample['id']}:correct", dict(volume_ul=n * 100 + k))
            if answer.status == 503:
                waits.append(time.monotonic() - began)
                refused.append(answer)
            else:
                (done if answer.ok else wrong).append(answer)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        list(pool.map(hurry, range(30)))
    check("some are told to come again", refused and done and not wrong, (len(refused), len(done), len(wrong)))
    faults = {f for f in (fault_of(a, 503, "overloaded", ["try again"]) for a in refused) if f}
    check("in the words of overload", not faults, list(faults)[:2])
    # Of the median: one of thirty threads on two cores may wait for a core.
    check("at once", waits and statistics.median(waits) < 1, sorted(waits)[-3:])
    version = api.must("GET", f"/samples/{sample['id']}")["version"]
    check("what was refused did not happen", version == 1 + len(done), (version, len(done)))
    crowd = [socket.create_connection(("127.0.0.1", tight.port), timeout=5) for _ in range(60)]
    over = wait_for(lambda: len(told := select.select(crowd, [], [], 0)[0]) >= 19 and told) or []
    # More than that where the node has not yet seen all of the thirty go.
    check("a connection too many is told so", 19 <= len(over) < len(crowd), len(over))
    if over:
        check_problem("in words", read_answer(over[0]), 503, "overloaded", "too many connections", instance="/")
    for one in crowd:
        one.close()
    api.close()
    check("it serves again", wait_for(lambda: served(tight)))
    tight.stop()


def served(node):
    try:
        return node.api(2).get("/samples").ok
    except OSError:
        return False


CASES = (in_order_and_resumed, filtered, pages_reach_the_end, a_slow_client_is_let_go, overload)
