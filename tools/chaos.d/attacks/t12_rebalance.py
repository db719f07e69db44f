"""Nodes are stopped, started and added one by one while people work: nobody's request fails, and nobody notices."""
import time

import support
from lab import ClusterLab
from scene import measured, registered_once
from support import check, eventually
from traffic import OpenLoad, Traffic

NAME, UNIT, EACH = "T12-rebalance", "rebalances", 8
ABOUT = "a rolling restart, one node more and one less, at 80 % of what the cluster can do: no write and no read fails"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=7), ("kafka",), 600, 75
OWN_BROKER = True

# What the cluster can do is what so many connections get done that never wait. Beside the load some clients look at what they
# wrote, and write down all that they are told.
CONNECTIONS, LOAD, LASTS_S = 16, 0.8, 40
CLIENTS, PAUSE_S = 4, 0.1
SHARES_WITHIN_S, NOTICED_S = 60, 2


def why_not():
    import shutil
    return "" if shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") else "nginx is missing"


def attack(seed, engine, number):
    with ClusterLab(seed, nodes=3, durable=True, isolated=False, proxy="nginx") as lab:
        cluster = lab.cluster

        folder = support.new_folder("load")
        accepted, sent = folder / "accepted", folder / "sent"

        def load(name, rate, seconds):
            return OpenLoad(cluster.url, lab.token, f"{name}-{seed}", rate, seconds, CONNECTIONS, accepted, sent)

        began = time.monotonic_ns()
        full = load("full", 0, 5).figures()
        check("nothing fails before", set(full["statuses"]) == {"201"}, full)
        beside = load("beside", LOAD * full["accepted_per_s"], LASTS_S)
        with Traffic([cluster.url], lab.token, CLIENTS, PAUSE_S, connect=lambda url, name: lab.book.records.api(
                url, lab.token, name, 30, lab.position)) as polite:
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
            check("the load lasted", beside.process.poll() is None)
        loaded = beside.figures()
        measured("failed", len(polite.failed))
        measured("served_per_s", len(polite.done) / max(end_of(polite), 1e-9))
        for _, took in polite.done:
            measured("request_ms", took * 1e3)
        longest_s = polite.longest_since(0)
        measured("longest_ms", longest_s * 1e3)
        for name in ("accepted_per_s", "accepted_p50_ms", "accepted_p99_ms", "late_p99_ms"):
            measured(f"load_{name}", loaded[name])
        print(f"        {full['accepted_per_s']:.0f}/s at full load, {loaded['accepted_per_s']:.0f}/s at {LOAD:.0%} of "
              f"it; {len(polite.done)} requests beside it, {len(polite.failed)} refused", flush=True)
        check("no polite request fails", not polite.failed, polite.failed[:10])
        check("none of the load fails", set(loaded["statuses"]) == {"201"}, loaded)
        check(f"none takes {NOTICED_S} s, which a person would notice", longest_s < NOTICED_S, longest_s)
        check("the load was real", loaded["accepted_per_s"] >= 0.9 * LOAD * full["accepted_per_s"], (full, loaded))
        for name in sent.read_text().split():  # the oracle is told who asked, and not what was answered
            lab.book.records.write({"client": "load", "method": "POST", "path": "/samples", "call": began, "key": name,
                                    "body": dict(name=name, type="DNA"), "return": None, "status": 0})
        _, state = lab.judge()
        registered_once(state, accepted.read_text().split())


def owns_some(lab, added):
    """By another node, which forwards commands to it then."""
    view = lab.api(1).get("/cluster")
    return view.ok and any(p["owner"] == f"node-{added}" and p["state"] == "open" for p in view.body["partitions"])


def end_of(traffic):
    """Seconds from its first request to the end of its last."""
    return max(began + took for began, took in traffic.done) - min(began for began, _ in traffic.done)
