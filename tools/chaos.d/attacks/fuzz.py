"""Inputs from strangers, for longer than a pull request has: a round is one target of tests/fuzz for a while, from its
corpus and from what rounds before it have found."""
import os
import re
import shutil
import subprocess
import sys

import support
from scene import measured
from support import check

TARGETS = sorted(path.stem for path in (support.PROJECT / "tests" / "fuzz").glob("*.cpp"))
SECONDS = int(os.environ.get("TRACSEQ_FUZZ_SECONDS") or 120)
BUILD_MAX_S = 2400

NAME, UNIT, EACH = "fuzz", f"runs of {SECONDS} s", 1
ABOUT = f"libFuzzer with sanitizers on each of {', '.join(TARGETS)}"
ROUNDS, ENGINES = dict(ci=0, pr=0, nightly=len(TARGETS)), ("embedded",)
MAX_S, USUAL_S = SECONDS + BUILD_MAX_S, SECONDS + 10


def why_not():
    return "" if shutil.which("clang++") else "clang is missing, which builds the targets: tools/install-packages test"


def attack(seed, engine, number):
    target = TARGETS[number]
    done = subprocess.run([sys.executable, str(support.PROJECT / "tests" / "fuzz" / "run.py"), target],
                          env={**os.environ, "TRACSEQ_FUZZ_SECONDS": str(SECONDS)}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=MAX_S)
    words = done.stdout + done.stderr
    print("\n".join(f"        {line}" for line in words.splitlines()), flush=True)
    # The input that broke something lies in var/fuzz; it alone repeats it, the seed does not.
    check(f"{target} takes whatever comes", done.returncode == 0, words[-1500:])
    if tried := re.search(r"(\d+) inputs in", words):
        measured(f"{target}_inputs", float(tried[1]))
