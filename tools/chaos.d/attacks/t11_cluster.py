"""Nodes of a cluster stand still until the others have taken what was theirs; then they wake up."""
import time

from faults import served_everywhere
from lab import ClusterLab
from scene import fenced, measured, zombies_wrote
from support import check, eventually

# How many of the three nodes stand still at a time.
AT_ONCE = (2, 1, 2, 1, 2, 2)
NAME, UNIT, EACH = "T11-cluster", "zombies", sum(AT_ONCE)
ABOUT = "SIGSTOP of one or two nodes of three under load, with commands on the way to them; SIGCONT when others own " \
        "what was theirs"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=10), ("kafka",), 900, 110
OWN_BROKER = True

OWN_S, TAKEN_S, HEALED_MAX_S = 60, 60, 60
of_all = zombies_wrote


def why_not():
    return ""


def attack(seed, engine, number):
    with ClusterLab(seed, nodes=3, durable=True, isolated=False) as lab:
        for one, count in enumerate(AT_ONCE):
            victims = lab.draw.sample(lab.cluster.nodes, count)
            awake = next(n for n in lab.cluster.nodes if n not in victims)
            check("who will stand still owns something",
                  eventually(lambda: own_some(lab, awake, victims), OWN_S), victims)
            with lab.load():
                time.sleep(lab.draw.uniform(0.3, 0.8))
                began = time.monotonic()
                for n in victims:
                    lab.cluster.pause(n)
                check("what was theirs is taken", eventually(lambda: owns_all_but(lab, awake, victims), TAKEN_S))
                measured("taken_s", time.monotonic() - began)
                time.sleep(lab.draw.uniform(0, 1.5))
                for n in victims:
                    lab.cluster.resume(n)
                healed = served_everywhere(lab, f"awake-{seed}-{one}", HEALED_MAX_S)
            measured("healed_s", healed)
            print(f"        {victims} stood still; healed after {healed:.1f} s, "
                  f"{len(lab.book.acknowledged)} acknowledged", flush=True)
            check(f"all is served within {HEALED_MAX_S} s", healed <= HEALED_MAX_S, healed)
        check("the load was real", len(lab.book.acknowledged) > 20 * EACH, len(lab.book.acknowledged))
        lab.judge()
        measured("late_commits", fenced(lab.cluster.log))


def names_of(victims):
    return {f"node-{n}" for n in victims}


def own_some(lab, awake, victims):
    """Each of the victims owns an open partition, by who will be awake."""
    view = lab.api(awake).get("/cluster")
    return view.ok and names_of(victims) <= {p["owner"] for p in view.body["partitions"] if p["state"] == "open"}


def owns_all_but(lab, awake, victims):
    """No partition is a victim's any more, by who is awake."""
    view, names = lab.api(awake).get("/cluster"), names_of(victims)
    return view.ok and all(p["owner"] not in names and p["state"] == "open" for p in view.body["partitions"])
