#!/usr/bin/env python3
"""Builds the fuzz targets with clang, in a folder of their own, and runs each for a while, one on each core.

    run.py [NAME…]             some targets: http_request, events_record …
    TRACSEQ_FUZZ_SECONDS       for each target (15)

What was found to reach new code stays in var/fuzz/NAME and is begun with the next time. An input that breaks
something is left beside it; `build-fuzz/tests/fuzz/fuzz_NAME FILE` runs it alone.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BUILD = PROJECT / "build-fuzz"
KEPT = PROJECT / "var" / "fuzz"
CORES = len(os.sched_getaffinity(0))
SECONDS = int(os.environ.get("TRACSEQ_FUZZ_SECONDS", "15"))
BODY = b'{"name": "S-1", "type": "DNA", "custom": {"a/b": "\\u00e9"}, "volume_ul": 1e3}'


def http_seeds():
    yield b"POST /api/v1/samples?limit=3 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
    yield b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    yield b"GET /api/v1/samples/%C3%A9?q=a+b&as_of=2026-11-24&type=DNA,RNA HTTP/1.0\r\nX-Quoted: \xff\r\n\r\n"
    yield BODY


def seeds(name):
    if name == "http_request":
        yield from http_seeds()
    if name == "events_record":
        for path in (PROJECT / "tests" / "golden" / "records").glob("*.hex"):
            yield bytes.fromhex("".join(path.read_text().split()))
    if name == "sheets_csv":
        yield (PROJECT / "docs" / "examples" / "samples.csv").read_bytes()


def build(names):
    # A cache of another place (the folder was moved or copied) is of no use.
    cache = BUILD / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={PROJECT}\n" not in cache.read_text():
        shutil.rmtree(BUILD)
    env = {**os.environ, "CCACHE_BASEDIR": str(PROJECT), "CCACHE_NOHASHDIR": "1"}
    for command in (["cmake", "-S", PROJECT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                     "-DTRACSEQ_FUZZ=ON", "-DCMAKE_CXX_COMPILER=clang++", "-DCMAKE_C_COMPILER=clang"],
                    ["ninja", "-C", BUILD, "-j", CORES, *(f"fuzz_{name}" for name in names)]):
        done = subprocess.run([str(word) for word in command], env=env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def run(name):
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    done = subprocess.run([str(BUILD / "tests" / "fuzz" / f"fuzz_{name}"), f"-max_total_time={SECONDS}",
                           "-max_len=8192", "-timeout=20", "-rss_limit_mb=2048", "-verbosity=0",
                           f"-artifact_prefix={KEPT}/{name}-", "-print_final_stats=1", str(corpus)],
                          capture_output=True, text=True, timeout=SECONDS + 120, errors="replace")
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    good = done.returncode == 0 and tried and int(tried[1]) > 0
    words = f"{'ok    ' if good else 'FAILED'}  {name:<20} {tried[1] if tried else '?'} inputs in {SECONDS} s"
    return good, words if good else f"{words}\n{done.stderr[-4000:]}"


def main(wanted):
    names = sorted(path.stem for path in HERE.glob("*.cpp"))
    if unknown := set(wanted) - set(names):
        sys.exit(f"There is no target {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = wanted or names
    build(chosen)
    good = []
    with concurrent.futures.ThreadPoolExecutor(CORES) as side_by_side:
        for held, words in side_by_side.map(run, chosen):
            good.append(held)
            print(words, flush=True)
    print(f"\n{sum(good)} passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
