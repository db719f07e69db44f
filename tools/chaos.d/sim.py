"""The simulation: a cluster, its log and its network in one process, in an order that a seed decides.

    tools/chaos sim --seed 7 --trace        one seed, and its story
    tools/chaos sim --seeds 1..2000         many, on all cores; closes with what the fault points did
    tools/chaos sim --seeds 1..20 --twice   each two times, to be the same to the byte

What a seed found is found again by the same seed, as long as the source is the same.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = PROJECT / "build" / "tests" / "sim" / "simulate"
SEEDS_A_SHARE = 250


def add_arguments(parser):
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, metavar="S", help="one seed")
    which.add_argument("--seeds", metavar="A..B", help="all seeds from A to B")
    parser.add_argument("--jobs", type=int, metavar="N", default=len(os.sched_getaffinity(0)),
                        help="processes side by side (default: one for each core)")
    parser.add_argument("--trace", action="store_true", help="of one seed: tell the story")
    parser.add_argument("--twice", action="store_true", help="run each twice, and compare")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first that fails")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM, help="(default: build/tests/sim/simulate)")


def shares(first, last):
    """Ranges of seeds, each for one process."""
    return [(low, min(low + SEEDS_A_SHARE - 1, last)) for low in range(first, last + 1, SEEDS_A_SHARE)]


def run_share(program, share, flags):
    """(what it said, its closing figures); a program that dies is a failure of the seeds it was given."""
    done = subprocess.run([program, "--seeds", f"{share[0]}..{share[1]}", *flags], capture_output=True, text=True)
    *said, closing = done.stdout.strip().splitlines() or [""]
    try:
        return said, json.loads(closing)
    except ValueError:
        why = f"seeds {share[0]}..{share[1]}: the simulation ended with {done.returncode}: {done.stderr.strip()[-500:]}"
        return [*said, closing, why], {**nothing(), "failed": [share[0]]}


SUMS = ("seeds", "records", "operations", "refusals", "behind", "reads", "seconds")


def nothing():
    return {**{name: 0 for name in SUMS}, "failed": [], "slowest_heal_s": 0.0, "places": {}}


def add_up(all_figures):
    total = nothing()
    for one in all_figures:
        for name in ("failed", *SUMS):
            total[name] += one[name]
        total["slowest_heal_s"] = max(total["slowest_heal_s"], one["slowest_heal_s"])
        for place, (reached, fired) in one["places"].items():
            before = total["places"].get(place, [0, 0])
            total["places"][place] = [before[0] + reached, before[1] + fired]
    return total


def run_seeds(first, last, jobs, flags, program=PROGRAM, say=print):
    """Runs them all, or up to the first share with a failure; gives the figures of all together."""
    keep_going = "--keep-going" in flags
    figures = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = [pool.submit(run_share, program, share, flags) for share in shares(first, last)]
        for one in waiting:
            if one.cancelled():
                continue
            said, closing = one.result()
            for line in said:
                say(line)
            figures.append(closing)
            if closing["failed"] and not keep_going:
                for rest in waiting:
                    rest.cancel()
    return add_up(figures)


def tell_places(figures, say=print):
    """Share of the fault points that did something, and the names of the others."""
    places = figures["places"]
    asleep = sorted(name for name, (_, fired) in places.items() if fired == 0)
    share = 100 * (len(places) - len(asleep)) / len(places) if places else 0.0
    say(f"fault points: {len(places)}, of which {len(places) - len(asleep)} fired ({share:.0f} %)"
        + (f"; not: {', '.join(asleep)}" if asleep else ""))
    return share


def run(options):
    if not options.program.exists():
        sys.exit(f"{options.program} is not built: tools/build --tests")
    flags = [name for name, wanted in (("--twice", options.twice), ("--keep-going", options.keep_going)) if wanted]
    if options.seed is not None:
        flags += ["--trace"] if options.trace else []
        return subprocess.run([options.program, "--seed", str(options.seed), *flags], check=False).returncode
    try:
        first, last = (int(word) for word in options.seeds.split(".."))
    except ValueError:
        sys.exit(f"--seeds wants A..B, for example 1..2000, and not {options.seeds}")
    figures = run_seeds(first, last, options.jobs, flags, options.program)
    print(f"{figures['seeds']} seeds, {len(figures['failed'])} failed; {figures['operations']} operations, "
          f"{figures['refusals']} refusals and {figures['reads']} reads judged, {figures['behind']} refusals of an "
          f"owner that had been overtaken, {figures['records']} records; agreed at the latest {figures['slowest_heal_s']:.0f} s after the faults")
    tell_places(figures)
    return 1 if figures["failed"] else 0
