#!/usr/bin/env python3
"""Nodes of a cluster are killed, stopped, paused, cut off and added under load; then the history is judged.

    tests/cluster/faults_test.py [--rounds N] [--seed N] [--fault NAME…]

What is held is what tests/crash/crash_test.py holds, for clients that ask every node by turns and demand the
position of the newest answer that any of them got: so that what one node acknowledged every other shows.
"""
import argparse
import os
import random
import time

from faults import FAULTS, NEEDS_CUTS, SERVED_S
from lab import ClusterLab, check, support
from support import case


def faults(rounds, seed, chosen):
    draw = random.Random(seed)
    with ClusterLab(seed, durable=True) as lab:
        usable = [name for name in chosen if lab.cluster.isolated or name not in NEEDS_CUTS]
        if len(usable) < len(chosen):
            print("        without root nothing can be cut off: the other faults alone", flush=True)
        for number in range(rounds):
            name = usable[number % len(usable)] if number < len(usable) else draw.choice(usable)
            n = draw.choice(lab.cluster.nodes)
            began, before = time.monotonic(), len(lab.book.acknowledged)
            with lab.load():
                time.sleep(draw.uniform(0.3, 1))
                FAULTS[name](lab, n, draw)
                time.sleep(1)
            waited_s = lab.longest_behind(began, but=n)
            print(f"        {name} of node {n}: {len(lab.book.acknowledged) - before} acknowledged in "
                  f"{time.monotonic() - began:.1f} s; another let wait for {waited_s:.2f} s at most", flush=True)
            if name in ("kill", "lose"):
                check(f"behind a kill nobody waits for {SERVED_S} s elsewhere", 0 < waited_s <= SERVED_S, waited_s)
        check("the load was real", len(lab.book.acknowledged) > 20 * rounds, len(lab.book.acknowledged))
        lab.judge()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=int(os.environ.get("TRACSEQ_FAULTS", "10")))
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2 ** 32))
    options.add_argument("--fault", nargs="*", choices=list(FAULTS), default=list(FAULTS))
    given = options.parse_args()
    print(f"seed {given.seed} (repeat with --seed {given.seed})", flush=True)

    def all_of_it():
        faults(given.rounds, given.seed, given.fault)
    all_of_it.__name__ = f"{given.rounds} faults under load"
    case(all_of_it)
    support.finish()


if __name__ == "__main__":
    main()
