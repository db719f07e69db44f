"""Planted bugs: a suite that does not find them is not to be trusted.

Each tools/chaos.d/plants/*.patch is one bug, with a line "Bug:" that says what it is and a line "Suite:" that
names who has to find it, each for itself where there are several. It is planted into a copy of the source, the
program is built, and the suite is run against it. Before the first plant of a suite the suite runs against the
program without one, and has to pass.

What became of each is kept with the patch's hash in var/chaos/plants, so that they need not be tried at one go;
the table of all is docs/reports/planted-bugs.md, with the commit that each was tried on.
"""
import filecmp
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import attacks
import report
import rounds

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
PLANTS = pathlib.Path(__file__).resolve().parent / "plants"
RESULTS = PROJECT / "var" / "chaos" / "plants"
KEPT = RESULTS / "results.json"
REPORT = PROJECT / "docs" / "reports" / "planted-bugs.md"
TREE = RESULTS / "tree"
TESTS = PROJECT / "tests"
SUITE_MAX_S = 900

# What a suite is: a script, or a target of the build that is run. Short forms of the parts of tools/test.
SUITES = {
    "races": [TESTS / "crash" / "race_test.py"],
    "http": [TESTS / "system" / "http_test.py"],
    "disk": [TESTS / "system" / "disk_test.py"],
    "tail": [TESTS / "system" / "tail_test.py"],
    "crash": [TESTS / "crash" / "crash_test.py", "--engine", "embedded", "--kills", "8", "--seed", "1"],
}
TARGETS = {
    "unit-events": ["test_events"],
    "unit-actors": ["test_actors"],
    "unit-projections": ["test_projections"],
    # The rest of it is about the other engine, or has bounds on time.
    "unit-log": ["test_log", "--source-file=*embedded_files*"],
    "unit-group": ["test_log", "--source-file=*kafka_group*"],
    "unit-runtime": ["test_runtime"],
    "unit-forwarder": ["test_node", "--source-file=*forwarder_test*"],
    "unit-links": ["test_node", "--source-file=*links_test*"],
    "unit-api": ["test_node", "--source-file=*api_test*"],
    "sim": ["sim/simulate", "--seeds", "1..400"],
}
ATTACK_ROUNDS = 3  # of a plant that an attack has to find
ENVIRONMENT = dict(TRACSEQ_TAIL_STEP="61", TRACSEQ_FLIPS="60", TRACSEQ_SEED="7")


class Plant:
    def __init__(self, path):
        text = path.read_text()
        self.path, self.name = path, path.stem
        self.hash = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.bug = re.search(r"^Bug: (.+)$", text, re.M)[1]
        self.suites = re.search(r"^Suite: (.+)$", text, re.M)[1].split(", ")


def all_plants():
    return [Plant(path) for path in sorted(PLANTS.glob("*.patch"))]


def add_arguments(options):
    options.add_argument("names", nargs="*", metavar="NAME", help="these alone")
    options.add_argument("--list", action="store_true", help="the plants, and who has to find each")
    options.add_argument("--check", action="store_true", help="only whether each can still be planted")


def copy_source():
    """The files that Git knows, as they are now; what is the same keeps its time, so that little is built."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT,
                            capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        source, target = PROJECT / name, TREE / name
        if not source.is_file() or (target.exists() and filecmp.cmp(source, target, shallow=False)):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def patch(plant, *options):
    done = subprocess.run(["patch", "-p1", "--no-backup-if-mismatch", "-s", "-f", *options, "-i", str(plant.path)],
                          cwd=TREE, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def build(suite):
    """The program, or the target that is the suite; words if it cannot be built."""
    if suite not in TARGETS:
        command = [TREE / "tools" / "build", "--no-page"]
    elif (TREE / "build" / "build.ninja").exists():
        command = ["ninja", "-C", TREE / "build", pathlib.Path(TARGETS[suite][0]).name]
    else:
        command = [TREE / "tools" / "build", "--no-page", "--tests"]
    env = dict(os.environ, CCACHE_BASEDIR=str(TREE), CCACHE_NOHASHDIR="1")
    done = subprocess.run(command, cwd=TREE, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-1500:]


def commands_of(suite):
    if suite in TARGETS:
        program, *arguments = TARGETS[suite]
        return [[TREE / "build" / "tests" / program, *arguments]]
    if suite in SUITES:
        return [[sys.executable, *SUITES[suite]]]
    program = PROJECT / "tools" / "chaos.d" / "run.py"
    engine = next(a for a in attacks.load() if a.NAME == suite).ENGINES[0]
    return [[sys.executable, program, "round", suite, engine, str(n), str(1000 + n)] for n in range(ATTACK_ROUNDS)]


def run_suite(suite, broker):
    """What it says of the program, "passed", "found" or "not done in time", and the first that failed."""
    env = {**os.environ, **ENVIRONMENT, "TRACSEQ_PROGRAM": str(TREE / "build" / "tracseq")}
    if suite not in TARGETS and suite not in SUITES:
        env["TRACSEQ_TEST_KAFKA"] = broker.get()
    for command in commands_of(suite):
        try:
            done = subprocess.run(list(map(str, command)), cwd=TREE, env=env, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=SUITE_MAX_S)
        except subprocess.TimeoutExpired:
            return "not done in time", f"after {SUITE_MAX_S} s"
        if done.returncode != 0:
            said = done.stdout + done.stderr
            # The first failure may be a symptom; a violated invariant says more.
            found = re.search(r"^\s*((?:I\d+:?|Porcupine|liveness:) .*)$", said, re.M) or re.search(
                r"^FAILED  (.*)$|TEST CASE: +(.*)$|(error:.*)$", said, re.M)
            words = next((g for g in found.groups() if g), "") if found else said.strip()[-200:]
            first = re.search(r"^FAILED  (.*)$", said, re.M)
            return "found", (f"{first[1]}; " if first and first[1] not in words else "") + words
    return "passed", ""


def try_plant(plant, suite, controls, broker):
    """One line of the table: (what became of it, seconds, words)."""
    if suite not in controls:
        if words := build(suite):
            return "the tree without it does not build", 0, words[-300:]
        controls[suite] = run_suite(suite, broker)
    if controls[suite][0] != "passed":
        return "its suite fails without it", 0, controls[suite][1]
    planted, words = patch(plant)
    if not planted:
        return "cannot be planted", 0, words
    try:
        if words := build(suite):
            return "does not build", 0, words[-300:]
        began = time.monotonic()
        what, words = run_suite(suite, broker)
        return "NOT FOUND" if what == "passed" else what, time.monotonic() - began, words
    finally:
        patch(plant, "-R")


def run(options):
    plants = [p for p in all_plants() if not options.names or p.name in options.names]
    if unknown := set(options.names) - {p.name for p in plants}:
        print(f"tools/chaos: there is no plant {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if options.list:
        for plant in plants:
            print(f"{plant.name:<26} {', '.join(plant.suites):<18} {plant.bug}")
        return 0
    copy_source()
    if options.check:
        return check(plants)
    RESULTS.mkdir(parents=True, exist_ok=True)
    controls, broker, missed = {}, rounds.Broker(), 0
    trials = sorted((suite, plant.name, plant) for plant in plants for suite in plant.suites)
    try:
        for suite, _, plant in trials:
            what, seconds, words = try_plant(plant, suite, controls, broker)
            missed += what != "found"
            words = " ".join(words.split()).replace("|", "/")[:140]
            keep(plant, suite, what, seconds, words)
            print(f"{what:<12} {plant.name:<26} {suite:<18} {seconds:6.1f} s  {words}", flush=True)
    finally:
        broker.stop()
    print(write_report())
    print(f"\n{len(trials) - missed} passed, {missed} failed", flush=True)
    return 1 if missed else 0


def kept():
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep(plant, suite, what, seconds, words):
    all_kept = kept()
    all_kept[f"{plant.name}/{suite}"] = dict(hash=plant.hash, commit=report.here()["commit"], what=what, seconds=round(seconds),
                                             words=words)
    KEPT.write_text(json.dumps(all_kept, indent=1))


def write_report():
    """The table of all plants; says where it is. A plant that was changed since is untried."""
    known = kept()
    rows = [(plant, suite, one if (one := known.get(f"{plant.name}/{suite}")) and one["hash"] == plant.hash else None)
            for plant in all_plants() for suite in plant.suites]
    tried = [(plant.name, one["what"]) for plant, _, one in rows if one]
    found = {name for name, what in tried if what == "found"} - {name for name, what in tried if what != "found"}
    lines = ["# Planted bugs", "",
             f"{len({name for name, _ in tried})} of {len(all_plants())} bugs were planted into the source, one at a time, "
             f"and {len(found)} were found by each suite that", "has to find it, and that passes without it. Written by "
             "`tools/chaos plants`; the bugs are `tools/chaos.d/plants/*.patch`.", "",
             "| bug | what it is | suite | found | after | on | by these words |", "|---|---|---|---|---|---|---|"]
    for plant, suite, one in rows:
        told = (f"{'yes' if one['what'] == 'found' else one['what']} | {one['seconds']} s | {one['commit']} | "
                f"{one['words']}" if one else "not tried yet | | |")
        lines.append(f"| {plant.name} | {plant.bug} | {suite} | {told} |")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n")
    return f"\nThe table is in {REPORT.relative_to(PROJECT)}"


def check(plants):
    stale = []
    for plant in plants:
        fits, words = patch(plant, "--dry-run")
        if not fits:
            stale.append(plant.name)
            print(f"{plant.name}: {words}")
    print(f"{len(plants) - len(stale)} passed, {len(stale)} failed")
    return 1 if stale else 0
