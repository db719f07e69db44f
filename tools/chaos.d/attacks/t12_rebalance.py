"""Nodes are stopped, started and added one by one while people work: nobody's request fails, and nobody notices."""
import time

from lab import ClusterLab
from scene import measured
from support import check, eventually
from traffic import Traffic

NAME, UNIT, EACH = "T12-rebalance", "rebalances", 8
ABOUT = "a rolling restart, one node more and one less, at 80 % of what the cluster can do: no write and no read fails"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=7), ("kafka",), 600, 70
OWN_BROKER = True

CLIENTS, LOAD = 8, 0.8
SHARES_WITHIN_S, NOTICED_S = 60, 2


def why_not():
    import shutil
    return "" if shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") else "nginx is missing"


def attack(seed, engine, number):
    with ClusterLab(seed, nodes=3, durable=True, isolated=False, proxy="nginx") as lab:
        cluster = lab.cluster

        def traffic(pause_s=0.0):
            return Traffic([cluster.url], lab.token, CLIENTS, pause_s, connect=lambda url, name: lab.book.records.api(
                url, lab.token, name, 30, lab.position))
        with traffic() as full:
            time.sleep(3)
        check("nothing fails before", not full.failed, full.failed[:5])
        # A client that waits a quarter of the time that it is served for asks 80 % as often as one that never waits.
        with traffic((1 / LOAD - 1) * full.busy_s()) as polite:
            time.sleep(1)
            for n in lab.draw.sample(cluster.nodes, 3):
                check("a node that is stopped ends in good order", cluster.stop(n))
                time.sleep(lab.draw.uniform(0, 1))
                cluster.start(n)
            added = cluster.add()
            check("a node that is added takes its share", eventually(lambda: owns_some(lab, added), SHARES_WITHIN_S))
            time.sleep(2)
            check("it, too, ends in good order", cluster.stop(added))
            time.sleep(2)
        measured("failed", len(polite.failed))
        measured("served_per_s", len(polite.done) / max(end_of(polite), 1e-9))
        for _, took in polite.done:
            measured("request_ms", took * 1e3)
        longest_s = polite.longest_since(0)
        measured("longest_ms", longest_s * 1e3)
        print(f"        {len(full.done)} requests at full load, {len(polite.done)} at {LOAD:.0%} of it, "
              f"{len(polite.failed)} refused", flush=True)
        check("no polite request fails", not polite.failed, polite.failed[:10])
        check(f"none takes {NOTICED_S} s, which a person would notice", longest_s < NOTICED_S, longest_s)
        check("the load was real", len(polite.done) > 100, len(polite.done))
        lab.judge()


def owns_some(lab, added):
    """By another node, which forwards commands to it then."""
    view = lab.api(1).get("/cluster")
    return view.ok and any(p["owner"] == f"node-{added}" and p["state"] == "open" for p in view.body["partitions"])


def end_of(traffic):
    """Seconds from its first request to the end of its last."""
    return max(began + took for began, took in traffic.done) - min(began for began, _ in traffic.done)
