"""A cluster that is cut in pieces, in every shape, under load."""
import itertools
import json
import time

import network
from faults import NODES_FOR, SHAPES, island_says_so, served_everywhere
from lab import ClusterLab
from report import percentile
from scene import figures_of, measured
from support import check

NAME, UNIT, EACH = "T10-partition", "partitions", 5
ABOUT = ("nodes cut off from each other, from Kafka or from both: halves, a bridge, a ring, one way, 30 % loss; every "
         "fourth cluster speaks TLS everywhere")
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=2, nightly=40), ("kafka",), 900, 60
OWN_BROKER = True

# A node that is silent is missed after 2 s, and the group gives its partitions away after 6.
LENGTHS_S = (1.0, 3.0, 9.0)
# What is promised of 99 in 100, and what is waited for.
HEALED_S, HEALED_MAX_S = 10, 60


def why_not():
    return network.missing()


def attack(seed, engine, number):
    over_tls = number % 4 == 1
    with ClusterLab(seed, nodes=3 if over_tls else 4, durable=True, tls=over_tls) as lab:
        shapes, healed = shapes_of(number, len(lab.cluster.nodes)), []
        print(f"        {len(lab.cluster.nodes)} nodes{', TLS between all' * over_tls}", flush=True)
        for one, name in enumerate(shapes):
            with lab.load():
                time.sleep(lab.draw.uniform(0.3, 0.8))
                words = SHAPES[name](lab, lab.draw)
                time.sleep(lab.draw.choice(LENGTHS_S))
                if name == "island":
                    island_says_so(lab, f"island-{seed}-{one}")
                lab.cluster.heal()
                healed.append(served_everywhere(lab, f"healed-{seed}-{one}", HEALED_MAX_S))
            measured("healed_s", healed[-1])
            print(f"        {name}: {words}; healed after {healed[-1]:.1f} s, "
                  f"{len(lab.book.acknowledged)} acknowledged", flush=True)
        print("noted " + json.dumps({"shapes": shapes}), flush=True)
        check(f"never later than {HEALED_MAX_S} s", max(healed) <= HEALED_MAX_S, healed)
        check("the load was real", len(lab.book.acknowledged) > 20 * EACH, len(lab.book.acknowledged))
        for value in lab.longest.values():
            measured("longest_refusal_s", value)
        lab.judge()


def shapes_of(number, nodes):
    """The next EACH of those for which there are nodes enough, from where the round before it ended: two rounds make
    every shape, though the second has no ring."""
    names = list(SHAPES)
    first = number * EACH % len(names)
    fit = (name for name in names[first:] + names[:first] if NODES_FOR.get(name, 3) <= nodes)
    return list(itertools.islice(fit, EACH))


def of_all(rounds):
    met = {name for one in rounds for name in one.get("noted", {}).get("shapes", [])}
    p99 = percentile(figures_of(rounds, "healed_s") or [HEALED_MAX_S], 0.99)
    words = f"healed after {p99:.1f} s (p99), promised are {HEALED_S} s; {len(met)} of {len(SHAPES)} shapes were made"
    return words, p99 <= HEALED_S and (len(rounds) < 2 or met == set(SHAPES))
