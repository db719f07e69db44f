"""A cluster that is cut in pieces, in every shape, under load."""
import statistics
import time

import network
from faults import NODES_FOR, SHAPES, island_says_so, served_everywhere
from lab import ClusterLab
from scene import measured
from support import check

NAME, UNIT, EACH = "T10-partition", "partitions", 5
ABOUT = ("nodes cut off from each other, from Kafka or from both: halves, a bridge, a ring, one way, 30 % loss; every "
         "fourth cluster speaks TLS everywhere")
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=2, nightly=40), ("kafka",), 900, 60
OWN_BROKER = True

# A node that is silent is missed after 2 s, and the group gives its partitions away after 6.
LENGTHS_S = (1.0, 3.0, 9.0)
# In the middle, and at worst on a machine that others use, too.
HEALED_S, HEALED_MAX_S = 10, 60


def why_not():
    return network.missing()


def attack(seed, engine, number):
    over_tls = number % 4 == 1
    with ClusterLab(seed, nodes=3 if over_tls else 4, durable=True, tls=over_tls) as lab:
        shapes = [name for name in SHAPES if NODES_FOR.get(name, 3) <= len(lab.cluster.nodes)]
        healed = []
        print(f"        {len(lab.cluster.nodes)} nodes{', TLS between all' * over_tls}", flush=True)
        for one in range(EACH):
            name = shapes[(number * EACH + one) % len(shapes)]  # a round goes on where the one before it ended
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
        check(f"healed within {HEALED_S} s, in the middle", statistics.median(healed) <= HEALED_S, healed)
        check(f"never later than {HEALED_MAX_S} s", max(healed) <= HEALED_MAX_S, healed)
        check("the load was real", len(lab.book.acknowledged) > 20 * EACH, len(lab.book.acknowledged))
        for value in lab.longest.values():
            measured("longest_refusal_s", value)
        lab.judge()
