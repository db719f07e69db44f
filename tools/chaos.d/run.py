"""Attacks real processes and judges what is left: tests/crash, its second fold, and the oracle in Go.

    tools/chaos pr             every attack, a few rounds each: at most 15 minutes on two cores (CI=true: 4)
    tools/chaos nightly        rounds by turns until all are done, or --hours are over. Run again, it goes on
                               where it was: what is finished is in var/chaos/state.json
    tools/chaos sim …          the simulation of a cluster
    tools/chaos plants [NAME…] plants bugs into a copy of the source and says which suite found each
    tools/chaos list           the attacks

A round prints its attack, its number and its seed; `tools/chaos pr --only NAME --round N --seed S` repeats
it. The report is var/chaos/report.md, the words of each round are in var/chaos/rounds/. The exit code is 0 when
every promise was kept and every round was done, or as many as --minutes or --hours left time for.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "test.d"), str(PROJECT / "tests" / "system"),
                str(PROJECT / "tests" / "crash"), str(PROJECT / "tests" / "verify"), str(PROJECT / "tests" / "cluster"),
                str(HERE.parent / "cluster.d"), str(HERE.parent)]

import attacks  # noqa: E402
import plants  # noqa: E402
import rounds  # noqa: E402
import sim  # noqa: E402
from processes import adopt_orphans, end_descendants  # noqa: E402


def arguments():
    options = argparse.ArgumentParser(prog="tools/chaos", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True)
    for size in ("pr", "nightly"):
        one = commands.add_parser(size, help=f"the attacks, as many rounds as a {size} has")
        one.add_argument("--only", action="append", default=[], metavar="NAME", help="these attacks alone")
        one.add_argument("--without", action="append", default=[], metavar="NAME", help="all attacks but these")
        one.add_argument("--engine", choices=["embedded", "kafka", "both"], default="both")
        one.add_argument("--seed", type=int, help="from which every round's seed follows; of one round with --round")
        one.add_argument("--round", type=int, help="this round alone")
        one.add_argument("--minutes" if size == "pr" else "--hours", type=float, dest="budget",
                         help="no round begins that would end later; what is left then is no failure")
        one.add_argument("--no-build", action="store_true", help="with what was built before")
        one.add_argument("--fresh", action="store_true", help="forget what is finished")
    sim.add_arguments(commands.add_parser("sim", help="the simulation of a cluster"))
    plants.add_arguments(commands.add_parser("plants", help="planted bugs, and who finds them"))
    commands.add_parser("list", help="the attacks, and the rounds that each has")
    one = commands.add_parser("round")  # for ourselves: one round in a process of its own
    for name in ("attack", "engine", "number", "seed"):
        one.add_argument(name)
    return options


def prepare(build, kafka):
    """Installs and builds what the attacks need."""
    groups = ["build", "test"] + (["kafka", "cluster"] if kafka else [])
    if subprocess.run([PROJECT / "tools" / "install-packages", *groups], stdin=subprocess.DEVNULL).returncode:
        raise SystemExit("tools/chaos: packages are missing")
    if build and subprocess.run([PROJECT / "tools" / "build", "--no-page"], stdin=subprocess.DEVNULL).returncode:
        raise SystemExit("tools/chaos: the build failed")
    env = dict(os.environ, CCACHE_BASEDIR=str(PROJECT), CCACHE_NOHASHDIR="1")
    if build and subprocess.run(["ninja", "-C", str(PROJECT / "build"), "--quiet", "simulate"], env=env,
                                stdin=subprocess.DEVNULL).returncode:
        raise SystemExit("tools/chaos: the simulation cannot be built")


def show_list():
    hours = {size: sum(a.ROUNDS[size] * a.USUAL_S * len(a.ENGINES) for a in attacks.load()) / 3600
             for size in ("ci", "pr", "nightly")}
    for attack in attacks.load():
        counts = ", ".join(f"{size} {n * attack.EACH}" for size, n in attack.ROUNDS.items())
        print(f"{attack.NAME:<14} {attack.ABOUT}\n{'':<14} {attack.UNIT}: {counts}; on {' and '.join(attack.ENGINES)}"
              + (f"\n{'':<14} not here: {why}" if (why := attack.why_not()) else ""))
    print("\nOne after the other on two cores: " + ", ".join(f"{size} {h:.2f} hours" for size, h in hours.items())
          + "; two at a time, not much more than half of that.")
    return 0


def stop_by_signal(_number, _frame):
    raise KeyboardInterrupt


def main():
    options = arguments().parse_args()
    signal.signal(signal.SIGTERM, stop_by_signal)
    # Begun in the background by a script, all that it starts would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if options.command == "list":
        return show_list()
    if options.command == "round":
        return rounds.do_one(options.attack, options.engine, int(options.number), int(options.seed))
    if options.command == "sim":
        return sim.run(options)
    adopt_orphans()
    try:
        if options.command == "plants":
            return plants.run(options)
        known = attacks.load()
        chosen = [a for a in known if a.NAME not in options.without and (not options.only or a.NAME in options.only)]
        if unknown := {*options.only, *options.without} - {a.NAME for a in known}:
            print(f"tools/chaos: there is no {', '.join(sorted(unknown))}; tools/chaos list names the attacks",
                  file=sys.stderr)
            return 2
        kafka = options.engine != "embedded" and any("kafka" in a.ENGINES for a in chosen)
        if not os.environ.get("TRACSEQ_TEST_KAFKA") or not options.no_build:
            prepare(not options.no_build, kafka)
        return rounds.run(options, chosen)
    except KeyboardInterrupt:
        print("\ntools/chaos: stopped; run it again to go on", file=sys.stderr)
        return 130
    finally:
        end_descendants()


if __name__ == "__main__":
    sys.exit(main())
