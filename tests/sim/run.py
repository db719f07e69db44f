#!/usr/bin/env python3
"""Seeds of the simulation, and that one seed is one run: what it prints it prints again, to the byte.

    run.py            TRACSEQ_SEEDS seeds from TRACSEQ_SEED (1) on

Closes with `N passed, N failed`: a seed is a case, and so is each promise about all of them.
"""
import os
import pathlib
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "tools" / "chaos.d"))
import sim  # noqa: E402

SEEDS = int(os.environ.get("TRACSEQ_SEEDS", "200"))
FIRST = int(os.environ.get("TRACSEQ_SEED", "1"))
TWICE = 10
PLACES_MIN_PERCENT = 95


def trace_of(seed):
    """In a process of its own: nothing of an earlier seed, and no address, may have a say."""
    done = subprocess.run([sim.PROGRAM, "--seed", str(seed)], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("seed ") and "trace " in line]
    return lines[0] if lines else f"no trace: {done.stderr[-300:]}"


def main():
    if not sim.PROGRAM.exists():
        sys.exit(f"{sim.PROGRAM} is not built: tools/build --tests")
    jobs = len(os.sched_getaffinity(0))
    twice = sim.run_seeds(FIRST, FIRST + TWICE - 1, jobs, ["--twice", "--keep-going"])
    same = not twice["failed"] and all(trace_of(seed) == trace_of(seed) for seed in range(FIRST, FIRST + 3))
    print(("ok   " if same else "FAIL ") + f"{TWICE} seeds come out the same twice in one process, 3 in two")
    figures = sim.run_seeds(FIRST, FIRST + SEEDS - 1, jobs, ["--keep-going"])
    share = sim.tell_places(figures)
    # A handful of seeds cannot reach everything.
    enough = share >= PLACES_MIN_PERCENT or SEEDS < 100
    print(("ok   " if enough else "FAIL ") + f"at least {PLACES_MIN_PERCENT} % of the fault points fired")
    # Of a hundred commands of a seed some are refused, and some ask what is there.
    judged = figures["refusals"] >= figures["seeds"] and figures["reads"] >= figures["seeds"]
    print(("ok   " if judged else "FAIL ") + f"{figures['refusals']} refusals and {figures['reads']} reads judged; "
          f"{figures['behind']} refusals came of rows that showed less than the log")
    print(f"{figures['operations']} operations, {figures['records']} records, {figures['seconds']:.0f} s of one core")
    failed = len(figures["failed"]) + (not same) + (not enough) + (not judged)
    print(f"{figures['seeds'] - len(figures['failed']) + same + enough + judged} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
