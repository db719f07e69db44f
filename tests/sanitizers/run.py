#!/usr/bin/env python3
"""Builds the unit tests, those of the logs' conformance among them, with sanitizers, and runs them.

    run.py address [UNIT…]     AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, in build-asan/
    run.py thread [UNIT…]      ThreadSanitizer over the units that have threads, in build-tsan/
    run.py KIND --program      builds the program alone; TRACSEQ_PROGRAM=build-tsan/tracseq runs a system test with it

What other libraries do is left out by name, with a reason each: *.supp of this folder; and what ThreadSanitizer
cannot see of them it is told by order.cpp. The first finding ends a unit's tests.
"""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
LOGS = PROJECT / "var" / "test"
CORES = len(os.sched_getaffinity(0))
UNIT_MAX_S = 3600
KINDS = {
    "address": ("address,undefined", "build-asan",
                ["events", "actors", "log", "projections", "sheets", "runtime", "node"]),
    "thread": ("thread", "build-tsan", ["log", "projections", "runtime", "node"]),
}
CLOSING = re.compile(r"test cases:\s+\d+ \|\s+(\d+) passed \|\s+(\d+) failed")
FINDING = re.compile(r"^(?:.*runtime error: .*|==\d+==ERROR: .*|WARNING: ThreadSanitizer: .*|SUMMARY: .*)$", re.M)


def options():
    common = "exitcode=66"
    return {
        "ASAN_OPTIONS": f"{common}:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
        "LSAN_OPTIONS": f"{common}:suppressions={HERE / 'leak.supp'}:print_suppressions=0",
        "UBSAN_OPTIONS": f"{common}:print_stacktrace=1:halt_on_error=1",
        "TSAN_OPTIONS": f"{common}:halt_on_error=1:second_deadlock_stack=1:history_size=4:"
                        f"suppressions={HERE / 'thread.supp'}:print_suppressions=0",
    }


def build(sanitizers, folder, targets):
    env = {**os.environ, "CCACHE_BASEDIR": str(PROJECT), "CCACHE_NOHASHDIR": "1"}
    for command in (["cmake", "-S", PROJECT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                     f"-DTRACSEQ_SANITIZE={sanitizers}", "-DCMAKE_CXX_COMPILER=clang++", "-DCMAKE_C_COMPILER=clang"],
                    ["ninja", "-C", folder, "-j", CORES, *targets]):
        done = subprocess.run([str(word) for word in command], env=env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def run(kind, folder, unit):
    """(passed, failed) of a unit; a finding is one more that failed."""
    log = LOGS / f"{kind}-{unit}.log"
    with open(log, "wb") as out:
        # How fast it is tells nothing here.
        code = subprocess.run([folder / "tests" / f"test_{unit}", "--source-file-exclude=*speed_test*"], cwd=PROJECT,
                              env={**os.environ, **options()}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                              timeout=UNIT_MAX_S).returncode
    text = log.read_text(errors="replace")
    closing = CLOSING.search(text)
    passed, failed = (int(closing[1]), int(closing[2])) if closing else (0, 0)
    if code != 0 and not failed:
        failed = 1
    print(f"{'ok    ' if not failed else 'FAILED'}  {unit:<12} {passed} passed, {failed} failed", flush=True)
    if failed:
        first = FINDING.search(text)
        lines = text[first.start() if first else 0:].splitlines()
        print("\n".join("        | " + line for line in (lines[:40] if first else lines[-40:])), flush=True)
    return passed, failed


def main(arguments):
    if not arguments or arguments[0] not in KINDS:
        sys.exit(__doc__)
    kind, *words = arguments
    sanitizers, folder, units = KINDS[kind]
    folder = PROJECT / folder
    if words == ["--program"]:
        return build(sanitizers, folder, ["tracseq"])
    if unknown := set(words) - set(units):
        sys.exit(f"There is no unit {', '.join(unknown)} for this; there are {', '.join(units)}")
    chosen = words or units
    build(sanitizers, folder, [f"test_{unit}" for unit in chosen])
    LOGS.mkdir(parents=True, exist_ok=True)
    counts = [run(kind, folder, unit) for unit in chosen]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
