"""What goes wrong in a cluster under load. A fault takes (lab, n, draw), with n the node it is about, and leaves
a cluster that can mend itself. A shape of a cut takes (lab, draw), makes the cut and gives its words; it goes on until
lab.cluster.heal().
"""
import concurrent.futures
import contextlib
import http.client
import itertools
import time

from lab import check
from traffic import PARTITIONS, home_of

# Seconds; a node that is silent is missed after 2, and the group gives its partitions away after 6.
PAUSES = (1.0, 3.0, 9.0)
# Behind the end of a node. The figure itself is of tools/bench --cluster; here whatever machine has to keep it.
SERVED_S = 10


# ---- nodes

def kill(lab, n, draw):
    lab.cluster.kill(n)
    time.sleep(draw.uniform(0, 2))
    if draw.random() < 0.3:  # once more, while it recovers
        lab.cluster.start(n, wait=False)
        time.sleep(draw.uniform(0, 1))
        lab.cluster.kill(n)
    lab.cluster.start(n)


def lose(lab, n, draw):
    """It stays away until the others serve what was its."""
    lab.cluster.kill(n)
    took = served_everywhere(lab, f"lost-{lab.seed}-{lab.round}", SERVED_S, others(lab, n))
    print(f"        without node {n} all partitions are served after {took:.1f} s", flush=True)
    check(f"all partitions are served elsewhere within {SERVED_S} s", took <= SERVED_S, took)
    lab.cluster.start(n)


def stop(lab, n, draw):
    check("a node that is stopped ends in good order", lab.cluster.stop(n))
    time.sleep(draw.uniform(0, 1))
    lab.cluster.start(n)


def zombie(lab, n, draw):
    lab.cluster.pause(n)
    time.sleep(draw.choice(PAUSES))
    lab.cluster.resume(n)
    time.sleep(1)


def add(lab, n, draw):
    if len(lab.cluster.nodes) < 5:
        lab.cluster.add()


def broker(lab, n, draw):
    lab.cluster.kafka(draw.choice(["kill", "stop"]))
    time.sleep(draw.uniform(0, 2))
    lab.cluster.kafka("start")


# ---- cuts

def others(lab, n):
    return [m for m in lab.cluster.nodes if m != n]


def cut_off(lab, n, draw):
    lab.cluster.partition(n, others(lab, n), one_way=draw.random() < 0.3, loss=draw.choice([100, 100, 30]))


def cut_off_kafka(lab, n, draw):
    lab.cluster.partition(n, ["kafka"], one_way=draw.random() < 0.3)


def isolate(lab, n, draw):
    cut_off(lab, n, draw)
    time.sleep(draw.choice(PAUSES))
    lab.cluster.heal()


def off_kafka(lab, n, draw):
    cut_off_kafka(lab, n, draw)
    time.sleep(draw.choice(PAUSES))
    lab.cluster.heal()


FAULTS = dict(kill=kill, lose=lose, stop=stop, zombie=zombie, isolate=isolate, off_kafka=off_kafka, broker=broker,
              add=add)
NEEDS_CUTS = {"isolate", "off_kafka"}


def shuffled(lab, draw):
    nodes = list(lab.cluster.nodes)
    draw.shuffle(nodes)
    return nodes


def shape_isolate(lab, draw):
    n, *rest = shuffled(lab, draw)
    lab.cluster.partition(n, rest)
    return f"{n} from all other nodes"


def shape_halves(lab, draw):
    nodes = shuffled(lab, draw)
    left, right = nodes[:len(nodes) // 2], nodes[len(nodes) // 2:]
    for n in left:
        lab.cluster.partition(n, right)
    return f"{left} from {right}"


def shape_bridge(lab, draw):
    """Two parts, and one node that both of them reach."""
    between, *rest = shuffled(lab, draw)
    left, right = rest[:len(rest) // 2], rest[len(rest) // 2:]
    for n in left:
        lab.cluster.partition(n, right)
    return f"{left} from {right}, {between} reaches all"


def shape_ring(lab, draw):
    """Each reaches its two neighbours alone."""
    nodes = shuffled(lab, draw)
    for at, n in enumerate(nodes):
        far = [nodes[to] for to in range(at + 2, len(nodes)) if (at, to) != (0, len(nodes) - 1)]
        if far:
            lab.cluster.partition(n, far)
    return f"a ring of {nodes}"


def shape_one_way(lab, draw):
    n, *rest = shuffled(lab, draw)
    lab.cluster.partition(n, rest, one_way=True)
    return f"what {n} sends to other nodes"


def shape_loss(lab, draw):
    """30 % of all packets, between nodes and to Kafka."""
    nodes = lab.cluster.nodes
    for n in nodes:
        lab.cluster.partition(n, [m for m in nodes if m > n] + ["kafka"], loss=30)
    return "30 % of all packets"


def shape_off_kafka(lab, draw):
    n = draw.choice(lab.cluster.nodes)
    lab.cluster.partition(n, ["kafka"], one_way=draw.random() < 0.3)
    return f"{n} from Kafka"


def shape_island(lab, draw):
    """Off everything but its clients: it can write nothing, and does not know what the others write."""
    n, *rest = shuffled(lab, draw)
    lab.cluster.partition(n, [*rest, "kafka"])
    lab.island = n
    return f"{n} from everything"


SHAPES = dict(isolate=shape_isolate, halves=shape_halves, bridge=shape_bridge, ring=shape_ring, one_way=shape_one_way,
              loss=shape_loss, off_kafka=shape_off_kafka, island=shape_island)
NODES_FOR = dict(ring=4)  # of the others three will do


# ---- and what holds then

def asks(lab, n, name):
    return lab.book.records.api(lab.cluster.node_url(n), lab.token, name, 20, lab.position)


def until_answered(ask, until):
    """The first answer that is none of "not now"; None if there is none in time."""
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = ask()
            if answer.status < 500 and answer.status != 429:
                return answer
        time.sleep(0.05)
    return None


def key_at(partition, label):
    return next(key for number in itertools.count() if home_of(key := f"{label}-{number}") == partition)


def served_everywhere(lab, label, within_s, nodes=None):
    """Seconds until each node has taken a command for each partition, and shown what another one took; more than
    `within_s` if that has not come about by then."""
    began = time.monotonic()
    nodes = nodes or lab.cluster.nodes

    def by(n):
        api, sample = asks(lab, n, f"{label}-{n}"), None
        for partition in range(PARTITIONS):
            key = key_at(partition, f"{label}-{n}-{partition}")
            answer = until_answered(lambda: api.post("/samples", dict(name=key, type="DNA"), key=key), began + within_s)
            if answer is None:
                return None
            check("a probe is taken", answer.ok, answer.problem)
            sample = answer.body.get("id", sample)
        api.close()
        return sample

    def shows(n, sample):
        api = asks(lab, n, f"{label}-{n}-reads")
        answer = until_answered(lambda: api.get(f"/samples/{sample}"), began + within_s)
        api.close()
        return answer is not None and check("it is shown elsewhere", answer.ok, answer.problem)
    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        samples = list(pool.map(by, nodes))
        if None in samples or not all(pool.map(shows, nodes, samples[1:] + samples[:1])):
            return within_s + 1
    return time.monotonic() - began


def island_says_so(lab, label):
    """A node that reaches nothing takes no command, and does not deny what was written elsewhere meanwhile."""
    n = lab.island
    there = asks(lab, draw_other(lab, n), f"{label}-there")
    key = f"{label}-there"
    written = until_answered(lambda: there.post("/samples", dict(name=key, type="DNA"), key=key), time.monotonic() + 40)
    if not check("the others go on", written is not None and written.ok):
        return
    here = asks(lab, n, f"{label}-here")
    for what, ask in (("a command", lambda: here.post("/samples", dict(name=f"{label}-here", type="DNA"),
                                                      key=f"{label}-here")),
                      ("a read of what it cannot know", lambda: here.get(f"/samples/{written.body['id']}"))):
        try:
            answer = ask()
            check(f"an island answers {what} with 503", answer.status == 503, f"{answer.status} {answer.problem}")
            check(f"and says that {what} can be repeated", answer.body.get("retryable") is True, answer.body)
        except (OSError, http.client.HTTPException) as problem:
            check(f"an island answers {what}", False, problem)


def draw_other(lab, n):
    return next(m for m in lab.cluster.nodes if m != n)
