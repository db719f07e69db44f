"""The broker beneath a cluster goes and comes; of three brokers one goes, and nobody waits for it."""
import time

from faults import served_everywhere
from lab import ClusterLab
from report import percentile
from scene import figures_of, measured
from support import check, eventually

NAME, UNIT, EACH = "T9-cluster", "bounces", 2
ABOUT = "the broker of three nodes is killed or stopped under load; in odd rounds one of three brokers (replication 3)"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=2, nightly=20), ("kafka",), 900, 110
OWN_BROKER = True

# What is promised of 99 in 100, and what is waited for.
RESUMES_S, RESUMES_MAX_S = 30, 90


def why_not():
    return ""


def attack(seed, engine, number):
    with ClusterLab(seed, nodes=3, brokers=3 if number % 2 else 1, durable=True, isolated=False) as lab:
        bounce = one_of_three if number % 2 else the_only_one
        for one in range(EACH):
            with lab.load():
                time.sleep(lab.draw.uniform(0.3, 1))
                took = bounce(lab, f"bounce-{seed}-{one}", one)
            measured("resumes_s", took)
            print(f"        {bounce.__name__}: served again after {took:.1f} s, "
                  f"{len(lab.book.acknowledged)} acknowledged", flush=True)
            check(f"it is served again within {RESUMES_MAX_S} s", took <= RESUMES_MAX_S, took)
        check("the load was real", len(lab.book.acknowledged) > 20 * EACH, len(lab.book.acknowledged))
        lab.judge()


def the_only_one(lab, label, _):
    how = lab.draw.choice(["kill", "stop"])
    lab.cluster.kafka(how)
    # At times shorter than a command's deadline and the group's, at times longer.
    time.sleep(lab.draw.choice([0.2, 3, 12]))
    lab.cluster.kafka("start")
    return served_everywhere(lab, label, RESUMES_MAX_S)


def one_of_three(lab, label, one):
    """Two of three have every acknowledged record: it is served without the third."""
    gone = str(one % 3 + 1)
    lab.cluster.kafka("kill", gone)
    took = served_everywhere(lab, label, RESUMES_MAX_S)
    lab.cluster.kafka("start", gone)
    check("it catches up", eventually(lambda: not lab.cluster.kafka(
        "tool", "topics", "--describe", "--under-replicated-partitions").strip(), 120))
    return took


def of_all(rounds):
    p99 = percentile(figures_of(rounds, "resumes_s") or [RESUMES_MAX_S], 0.99)
    return f"served again after {p99:.1f} s (p99), promised are {RESUMES_S} s", p99 <= RESUMES_S
