"""The simulation of a cluster, seed by seed: tests/sim."""
import json

import sim
from scene import measured
from support import check

NAME, UNIT, EACH = "T14-sim", "seeds", 500
ABOUT = "three nodes, their log, network and disks in one process, and everything that can go wrong, by seeds"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=4, nightly=200), ("embedded",), 1200, 15

FIRED_MIN_PERCENT, SEEDS_FOR_IT = 95, 2000


def why_not():
    return "" if sim.PROGRAM.exists() else "the simulation is not built (tools/build --tests)"


def attack(seed, engine, number):
    # By the round's number, too: whatever the run's seed is, none is counted twice.
    first = seed // 1_000_000 * 1_000_000 + number * EACH + 1
    said, figures = sim.run_share(sim.PROGRAM, (first, first + EACH - 1), ["--keep-going"])
    print("\n".join(said), flush=True)
    print(f"        seeds {first} to {first + EACH - 1}", flush=True)
    check("every seed keeps every promise", not figures["failed"], f"tools/chaos sim --seed {figures['failed'][:5]}")
    check("all were run", figures["seeds"] == EACH, figures["seeds"])
    measured("agreed_s", figures["slowest_heal_s"])
    measured("operations", figures["operations"])
    print("noted " + json.dumps({"places": figures["places"]}), flush=True)


def of_all(rounds):
    """What holds of all rounds together: words if it does not."""
    fired = {}
    for one in rounds:
        for place, (_, count) in one.get("noted", {}).get("places", {}).items():
            fired[place] = fired.get(place, 0) + count
    asleep = sorted(place for place, count in fired.items() if not count)
    share = 100 * (len(fired) - len(asleep)) / max(len(fired), 1)
    words = f"{share:.0f} % of the {len(fired)} fault points fired" + (f", not: {', '.join(asleep)}" if asleep else "")
    return words, share >= FIRED_MIN_PERCENT or len(rounds) * EACH < SEEDS_FOR_IT
