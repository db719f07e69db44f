#!/usr/bin/env python3
"""tools/cluster: networks of their own, cuts, nodes that come and go, and the proxies in front of them."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import support
from support import PROJECT, Api, case, check, check_words, eventually, tool

sys.path.insert(0, str(PROJECT / "tools" / "cluster.d"))
import proxies  # noqa: E402
import running  # noqa: E402
from cluster import Cluster, Failed  # noqa: E402

folder = support.new_folder("cluster-tools")
IS_ROOT = os.geteuid() == 0


def write(api, name, seconds=60):
    """Registers a sample, again and again with the same key until it is acknowledged."""
    return eventually(lambda: api.post("/samples", {"name": name, "type": "DNA"}, key=f"key-{name}").ok, seconds)


# ---- networks and cuts

def left_of(identity, place):
    """What a cluster left on this machine."""
    found = [f"process {part} {pid}" for pid, part in running.find(place).items()]
    if IS_ROOT:
        words = "".join(subprocess.run(c, capture_output=True, text=True).stdout
                        for c in (["ip", "netns", "list"], ["ip", "link", "show"], ["nft", "list", "ruleset"]))
        found += re.findall(rf"\S*(?:tracseq[-_]{identity}|tsq{identity})\S*", words)
    return found + subprocess.run(["pgrep", "-af", f"serve --data {place}/"], capture_output=True, text=True).stdout.split("\n")[:-1]


TCP = """import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 2.5)"""
# Counts until a line is typed and nothing is waiting any more. There is room for all that is sent (33 is
# SO_RCVBUFFORCE, which root may do).
COUNT = """import select, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)
s.bind((sys.argv[1], 7777)); print("listening", flush=True); seen = 0
while s in (ready := select.select([s, sys.stdin], [], [])[0]): seen += len(s.recv(100))
print(seen)"""
SEND = """import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[2])): s.sendto(b"x", (sys.argv[1], 7777))"""


def python_in(cluster, n, code, *arguments, **how):
    return subprocess.Popen(cluster.inside(n, [sys.executable, "-c", code, *arguments]), stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, **how)


def connects(cluster, n, host, port):
    """Whether a TCP connection can be made from the network of a node."""
    return python_in(cluster, n, TCP, host, str(port)).wait(60) == 0


def arrives(cluster, source, target, count=20):
    """How many of `count` datagrams from one node arrive at another."""
    host = cluster.known()["nodes"][str(target)]["address"]
    counter = python_in(cluster, target, COUNT, host, stdin=subprocess.PIPE)
    counter.stdout.readline()
    check("all were sent", python_in(cluster, source, SEND, host, str(count)).wait(60) == 0)
    return int(counter.communicate("enough\n", timeout=60)[0])


ECHO = """import socket, sys
with socket.create_server((sys.argv[1], 7778)) as s:
    print("listening", flush=True); c, _ = s.accept()
    while got := c.recv(100): c.sendall(got)"""
HOLD = """import socket, sys
s = socket.create_connection((sys.argv[1], 7778), 10); print("open", flush=True)
input(); s.sendall(b"sent"); s.settimeout(1)
try: print(s.recv(100), flush=True)
except TimeoutError: print("silent", flush=True)
s.settimeout(90); print(s.recv(100), flush=True)"""


@contextlib.contextmanager
def open_connection(cluster, source, target):
    """A connection from one node's network to another's, which sends when it is told to."""
    host = cluster.known()["nodes"][str(target)]["address"]
    server = python_in(cluster, target, ECHO, host)
    server.stdout.readline()
    client = python_in(cluster, source, HOLD, host, stdin=subprocess.PIPE)
    try:
        check("a connection is open", client.stdout.readline() == "open\n")
        yield client
    finally:
        for process in (client, server):
            process.kill()
            process.communicate()


def cuts(cluster):
    at = {n: (node["address"], node["port"]) for n, node in cluster.known()["nodes"].items()}
    host, port = cluster.known()["host"], 9092
    check("everyone reaches everyone", connects(cluster, 1, *at["2"]) and connects(cluster, 2, *at["1"])
          and connects(cluster, 1, host, port))
    check("the machine reaches the nodes", Api(cluster.node_url(1)).get("//livez").status == 200)
    with open_connection(cluster, 1, 2) as open_one:
        cluster.partition(1, [2])
        cluster.partition(2, ["clients"])
        check("a cut holds in both directions", not connects(cluster, 1, *at["2"])
              and not connects(cluster, 2, *at["1"]))
        check("for clients, too", not answers(cluster.node_url(2)) and answers(cluster.node_url(1)))
        check("and for nobody else", connects(cluster, 1, host, port))
        open_one.stdin.write("now\n")
        open_one.stdin.flush()
        check("an open connection is silent, and not told", open_one.stdout.readline() == "silent\n")
        check("status names the cuts", {(cut["from"], cut["to"]) for cut in cluster.status()["cuts"]}
              == {("1", "2"), ("2", "clients")})
        cluster.heal("clients")
        check("one end is healed, the other not", answers(cluster.node_url(2)) and not connects(cluster, 1, *at["2"]))
        cluster.heal()
        check("after healing, what was sent arrives", open_one.stdout.readline() == "b'sent'\n")
    check("a healed cut is none", connects(cluster, 1, *at["2"]) and connects(cluster, 2, *at["1"]))
    check("healed, nothing is lost", arrives(cluster, 1, 2) == 20)
    cluster.partition(1, [2], one_way=True)
    check("one way: what the first sends is lost", arrives(cluster, 1, 2) == 0)
    check("one way: what it is sent arrives", arrives(cluster, 2, 1) == 20)
    cluster.partition(1, [2], one_way=True, loss=30)
    got = arrives(cluster, 1, 2, 2000)
    check("a loss of 30 % is about that", 1200 <= got <= 1600, got)
    cluster.heal()
    cluster.partition(1, ["kafka"])
    check("cut off from Kafka", not connects(cluster, 1, host, port))
    check("and from nothing else", connects(cluster, 1, *at["2"]) and Api(cluster.node_url(1)).get("//livez").status == 200)
    check("the other keeps its Kafka", connects(cluster, 2, host, port))
    cluster.heal()
    check("healed, Kafka is there again", connects(cluster, 1, host, port))
    for arguments, said in (((1, [9]), "no node"), ((1, [1]), "from itself"), ((1, ["kafka-2"]), "no broker 2"),
                            ((1, [2], False, 0), "percent"), (("kafka", ["clients"]), "machine itself")):
        try:
            cluster.partition(*arguments)
            check(f"partition {arguments}: refused", False)
        except Failed as problem:
            check_words(f"partition {arguments}: words", str(problem), said)


def state_of(cluster, n):
    return next(node["state"] for node in cluster.status()["nodes"] if node["node"] == n)


def comes_and_goes(cluster, n):
    """Every way a node can go, and come back."""
    pid = cluster.pid(n)
    cluster.pause(n)
    check("paused", eventually(lambda: state_of(cluster, n) == "paused"))
    cluster.resume(n)
    check("resumed, and the same", state_of(cluster, n) != "paused" and cluster.pid(n) == pid)
    cluster.kill(n)
    check("killed", state_of(cluster, n) == "down" and not running.is_there(pid))
    cluster.start(n, wait=False)
    check("started again", eventually(lambda: cluster.pid(n)) and cluster.pid(n) != pid)
    check("it answers", eventually(lambda: answers(cluster.node_url(n)), 60))
    check("stopped in good order", cluster.stop(n) and state_of(cluster, n) == "down")
    for action in (cluster.stop, cluster.kill, cluster.pause):
        try:
            action(n)
            check("what does not run cannot be stopped", False)
        except Failed as problem:
            check_words("words", str(problem), f"node {n} does not run")
    cluster.start(n, wait=False)
    check("it answers again", eventually(lambda: answers(cluster.node_url(n)), 60))


def answers(url):
    with contextlib.suppress(OSError):
        return Api(url, timeout_s=3).get("//livez").status == 200
    return False


# ---- proxies

def next_event(url, token, ready):
    """Reads the stream of events until one comes; how it begins. Sets `ready` when the stream is open."""
    with socket.create_connection(tuple_of(url), 10) as stream:
        stream.settimeout(20)
        stream.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {token}\r\n"
                       "Accept: text/event-stream\r\n\r\n".encode())
        text = b""
        while b"\ndata:" not in text:
            got = stream.recv(4096)
            if not got:
                break
            text += got
            if b"\r\n\r\n" in text:
                ready.set()
        return text.decode(errors="replace")


def tuple_of(url):
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


def in_front(url, cluster, kind, victim):
    """A proxy in front of real nodes, some of which say 503, or are gone, or do not answer."""
    api, before = Api(url, cluster.token()), len(list(Api(url, cluster.token()).everything("/samples")))
    answer = api.post("/samples", {"name": f"{kind}-0", "type": "DNA"})
    check(f"{kind}: a write passes", answer.status == 201, answer.problem)
    key = answer.headers.get("Idempotency-Key", "")
    check(f"{kind}: a write without a key gets one from the proxy",
          re.fullmatch(r"[0-9a-f]{32}" if kind == "nginx" else r"[0-9a-f]{8}-[0-9a-f]{4}-4.*", key), key)
    mine = api.post("/samples", {"name": f"{kind}-1", "type": "DNA"}, key=f"{kind}-mine")
    check(f"{kind}: a key of the client stays", mine.headers.get("Idempotency-Key") == f"{kind}-mine", dict(mine.headers))

    def twelve(name, again=False):
        """Writes; `again`: repeated with their key, as clients do, while a shard finds its next owner."""
        bad = [i for i in range(12)
               if not (write(api, f"{kind}-{name}-{i}") if again else
                       api.post("/samples", {"name": f"{kind}-{name}-{i}", "type": "DNA"}).ok)]
        check(f"{kind}: writes go on while {name}", not bad, bad)
    twelve("all is well")
    cluster.kill(victim)
    twelve("a node is gone", again=True)
    cluster.start(victim, wait=False)
    check(f"{kind}: the killed one answers again", eventually(lambda: answers(cluster.node_url(victim)), 60))
    twelve("it comes back", again=True)
    done = 0

    def all_shown():  # a node that was started again may show the last of them a moment later
        nonlocal done
        done = len(list(api.everything("/samples"))) - before
        return done >= 38
    check(f"{kind}: each write was done once", eventually(all_shown, 30) and done == 38, done)
    ready, got = threading.Event(), []
    reader = threading.Thread(target=lambda: got.append(next_event(url, cluster.token(), ready)))
    reader.start()
    ready.wait(20)
    time.sleep(0.3)
    write(api, f"{kind}-event")
    reader.join(25)
    check(f"{kind}: an event passes as it comes", got and "data:" in got[0], got)
    large = api.request("POST", "/imports", raw=b"x" * 21_000_000, headers={"Content-Type": "text/csv"}) \
        if kind == "nginx" else None
    check(f"{kind}: what is too large is refused", large is None or large.status == 413, large and large.status)
    check(f"{kind}: figures of a node are not shown to everyone", api.get("//metrics").status == 404)


@contextlib.contextmanager
def haproxy(cluster):
    """HAProxy with config/haproxy.cfg in front of the nodes of a cluster; its address."""
    place, port = support.new_folder("haproxy") / "proxy", support.free_port()
    proxies.write("haproxy", place, f"127.0.0.1:{port}",
                  [(f"node-{n}", f"{node['address']}:{node['port']}") for n, node in cluster.known()["nodes"].items()])
    with open(place / "output.log", "wb") as out:
        process = subprocess.Popen(proxies.command("haproxy", place), stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        check("HAProxy starts", eventually(lambda: answers(f"http://127.0.0.1:{port}")),
              (place / "output.log").read_text())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def who_may_go(cluster):
    """A node that is not needed for writes: one that says it is not ready, or any."""
    return next((n for n in cluster.nodes if not cluster.ready(n)), cluster.nodes[0])


def nobody_is_there(cluster, *urls):
    """A proxy speaks as a node would when there is none."""
    for n in cluster.nodes:
        if cluster.pid(n):
            cluster.kill(n)
    for url in urls:
        answer = Api(url, cluster.token()).post("/samples", {"name": "NOBODY", "type": "DNA"})
        check("without nodes: 503, to be repeated", answer.status == 503 and answer.body["retryable"]
              and answer.headers["Retry-After"] == "1", answer.problem)


def a_cluster():
    place = folder / "cluster"
    # Cuts are tried where they can be; the rest everywhere.
    cluster = Cluster(place, nodes=2, owner=os.getpid(), isolated=IS_ROOT, port=support.free_port())
    try:
        cluster.up()
        identity = cluster.known()["id"]
        check("nodes have networks of their own", cluster.isolated == IS_ROOT)
        status = tool("cluster", "--dir", place, "status", "--json")
        shown = json.loads(status.stdout)
        check("status in JSON", shown["url"] == cluster.url and len(shown["nodes"]) == 2 and shown["token"]
              and shown["proxy"] == {"kind": "nginx", "running": True}, status.stdout)
        again = tool("cluster", "--dir", place, "up")
        check("a second up says that it runs", again.returncode == 1 and "runs already" in again.stderr, again.stderr)
        nowhere = tool("cluster", "--dir", place, "start", "1", "--program", place / "nowhere")
        check("a program that is not there starts nothing", nowhere.returncode == 1
              and "nowhere is not there" in nowhere.stderr and cluster.known().get("program_of") is None, nowhere.stderr)
        check("the nodes' secret is theirs", (place / "cluster.secret").stat().st_mode & 0o777 == 0o600)
        if IS_ROOT:
            cuts(cluster)
        third = cluster.add(wait=False)
        check("one more", third == 3 and eventually(lambda: answers(cluster.node_url(3)), 60))
        check("somebody is ready", eventually(lambda: any(map(cluster.ready, cluster.nodes)), 60))
        comes_and_goes(cluster, who_may_go(cluster))
        check("somebody is ready (2)", eventually(lambda: any(map(cluster.ready, cluster.nodes)), 60))
        in_front(cluster.url, cluster, "nginx", who_may_go(cluster))
        with haproxy(cluster) as url:
            in_front(url, cluster, "haproxy", who_may_go(cluster))
            nobody_is_there(cluster, cluster.url, url)
        owned_by_the_dead(cluster)
        done = tool("cluster", "--dir", place, "down")
        check("down", done.returncode == 0, done.stderr)
        check("down leaves nothing", not left_of(identity, place), left_of(identity, place))
        check("the data stays", (place / "node-1" / "operator.token").exists())
        check("down twice is none", tool("cluster", "--dir", place, "down").returncode == 0)
    finally:
        cluster.down(delete=True)
    check("--delete leaves no data either", not place.exists(), list(place.glob("*")))


OWNED = """import sys; sys.path.insert(0, sys.argv[1])
from cluster import Cluster
import os
Cluster(sys.argv[2], nodes=1, kafka=sys.argv[3], owner=os.getpid(), proxy=None, isolated=sys.argv[4] == "yes").up(wait=False)
print("up", flush=True); input()"""


def owned_by_the_dead(other):
    """A test that is killed takes its cluster with it."""
    place = folder / "owned"
    owner = subprocess.Popen([sys.executable, "-c", OWNED, PROJECT / "tools" / "cluster.d", place,
                              other.known()["kafka"], "yes" if IS_ROOT else "no"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    check("a cluster of another process, beside ours", owner.stdout.readline() == "up\n")
    identity = Cluster(place).known()["id"]
    check("it is there", left_of(identity, place))
    owner.kill()
    owner.wait()
    owner.stdin.close(), owner.stdout.close()
    check("killed, nothing of it is left", eventually(lambda: not left_of(identity, place), 30), left_of(identity, place))


def a_tool_that_is_killed():
    """kill -9 in the middle of `up`; `down` finds what it left."""
    place = folder / "killed"
    begun = subprocess.Popen([PROJECT / "tools" / "cluster", "--dir", place, "up", "2"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check("it begins", eventually(lambda: "kafka" in running.find(place).values(), 60))
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    identity = Cluster(place).known()["id"]
    check("it left something", left_of(identity, place))
    done = tool("cluster", "--dir", place, "down", "--delete")
    check("down takes it away", done.returncode == 0 and not left_of(identity, place), left_of(identity, place))
    time.sleep(1)
    check("for good", not left_of(identity, place) and not place.exists(), left_of(identity, place))


def without_root():
    """All nodes on 127.0.0.1; as every user may."""
    place = folder / "shared"
    cluster = Cluster(place, nodes=1, isolated=False, proxy=None, owner=os.getpid(), kafka="kafka://127.0.0.1:1")
    try:
        cluster.up(wait=False)  # no broker answers there, so the node leaves; the tool is asked, not the node
        check("no networks", not cluster.isolated and cluster.node_url(1).startswith("http://127.0.0.1:"))
        for command in (lambda: cluster.partition(1, ["kafka"]), cluster.heal):
            try:
                command()
                check("a cut is refused", False)
            except Failed as problem:
                check_words("a cut is refused", str(problem), "need root")
    finally:
        cluster.down(delete=True)
    done = tool("cluster", "--dir", place, "status")
    check("no cluster, no status", done.returncode == 1 and "tools/cluster up" in done.stderr, done.stderr)
    check("--help", "partition" in tool("cluster", "--help").stdout and tool("cluster", "--help").returncode == 0)
    for words in (["nope"], ["kill"], ["kill", "x"], ["up", "0"], ["partition", "1"]):
        check(f"cluster {words}: refused", tool("cluster", "--dir", place, *words).returncode == 2)
    if IS_ROOT:
        why = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-B", "-c",
                              "import os; os.geteuid() == 0 and exit(1)"], capture_output=True)
        check("another user can be tried", why.returncode == 0, why.stderr)


if not IS_ROOT:
    print("not root: what needs networks of one's own is left out", flush=True)
for test in (without_root, a_cluster, a_tool_that_is_killed):
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        case(test)
support.finish()
