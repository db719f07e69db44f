#!/usr/bin/env python3
"""Builds the fuzz targets with clang, in a folder of their own, and runs each for a while, one on each core.

    run.py [NAME…]             some targets: http_request, events_record …
    run.py --distil [NAME…]    renews corpus/NAME by what var/fuzz/NAME holds: a few dozen inputs that reach most
    TRACSEQ_FUZZ_SECONDS       for each target (15; with CI=true 60)

Each target begins with corpus/NAME and its seeds. What was found to reach new code stays in var/fuzz/NAME and is
begun with the next time. An input that breaks something is left beside it; `build-fuzz/tests/fuzz/fuzz_NAME FILE`
runs it alone.
"""
import concurrent.futures
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BUILD = PROJECT / "build-fuzz"
KEPT = PROJECT / "var" / "fuzz"
CORPUS = HERE / "corpus"
CORPUS_FILES, CORPUS_BYTES = 40, 40 << 10  # of one target, at most
CORES = len(os.sched_getaffinity(0))
SECONDS = int(os.environ.get("TRACSEQ_FUZZ_SECONDS") or (60 if os.environ.get("CI") else 15))
BODY = b'{"name": "S-1", "type": "DNA", "custom": {"a/b": "\\u00e9"}, "volume_ul": 1e3}'


def http_seeds():
    yield b"POST /api/v1/samples?limit=3 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
    yield b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    yield b"GET /api/v1/samples/%C3%A9?q=a+b&as_of=2026-11-24&type=DNA,RNA HTTP/1.0\r\nX-Quoted: \xff\r\n\r\n"
    # The parts in which a body arrives are as long as the input's length says: an end in parts of each length.
    for more in range(7):
        yield (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + b"x" * more)
    yield BODY


def cluster_seeds():
    """One frame of each kind, and all of them behind each other."""
    def text(of):
        return struct.pack("<I", len(of)) + of

    def texts(*all_of):
        return struct.pack("<I", len(all_of)) + b"".join(map(text, all_of))
    moment = struct.pack("<q", 1_700_000_000_000_000)
    who = (struct.pack("<I", 1) + text(b"node-1") + bytes(16) + text(b"0.1.0") + struct.pack("<I", 3) +
           text(b"host:7000") + text(b"http://host") + text(b"kafka://lab") + struct.pack("<H", 12) +
           text(b"shards http") + moment)
    command = (text(b"sample-1") + text(b"register") + text(b"payload") + struct.pack("<I", 0) + bytes(16) +
               text(bytes(16)) + text(b"subject") + text(b"A Person") + text(b"technician") + text(b"why") +
               b"\1" + moment + bytes(32) + text(b"00-trace") + b"\1" + struct.pack("<Q", 7))
    state = (moment + b"\1" + text(b"") + b"\0" + struct.pack("<IHQ", 1, 3, 5) + text(b"open") +
             struct.pack("<IHH", 2, 3, 4) + struct.pack("<Q", 2) + texts(b"node-2") + texts(b"host:7001") +
             texts(b"a warning") + text(b"cursor"))
    reply = (text(b"sample-1") + struct.pack("<HQQ", 3, 9, 2) + struct.pack("<IIH", 1, 11, 1) + text(b"event") +
             b"\0" + moment)
    number = struct.pack("<Q", 77)
    frames = [b"TSN1" + struct.pack("<BI", kind, len(body)) + body for kind, body in (
        (1, who + text(bytes(32)) + moment), (2, who + text(bytes(32)) + text(bytes(32)) + moment),
        (3, text(bytes(32))), (4, b""), (5, text(b"another log")), (6, state),
        (7, number + struct.pack("<IQI", 5000, 3, 2) + command * 2),
        (8, number + b"\0" + text(b"") + struct.pack("<I", 0) + reply),
        (8, number + b"\5" + text(b"refused") + struct.pack("<I", 1) + text(b"/a") + text(b"bad") + text(b"is bad") +
         text(b"") + struct.pack("<HQQ", 0, 0, 0) + struct.pack("<I", 0) + b"\0" + moment),
        (9, number + text(b"donor-keys/take") + text(b"closed")), (10, number + b"\0" + text(b"closed")))]
    yield from frames
    yield b"".join(frames)


def seeds(name):
    if name == "cluster_frames":
        yield from cluster_seeds()
    if name == "http_request":
        yield from http_seeds()
    if name == "events_record":
        for path in (PROJECT / "tests" / "golden" / "records").glob("*.hex"):
            yield bytes.fromhex("".join(path.read_text().split()))
    if name == "sheets_csv":
        yield (PROJECT / "docs" / "examples" / "samples.csv").read_bytes()


def build(names):
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / "build.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # rounds of tools/chaos nightly run beside each other
        build_alone(names)


def build_alone(names):
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


def program(name):
    return str(BUILD / "tests" / "fuzz" / f"fuzz_{name}")


def with_seeds(name):
    """The folder of what was found, with what there is to begin with."""
    found = KEPT / name
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (found / f"seed-{number}").write_bytes(seed)
    return found


def run(name):
    found, given = with_seeds(name), CORPUS / name
    done = subprocess.run([program(name), f"-max_total_time={SECONDS}", "-max_len=8192", "-timeout=20",
                           "-rss_limit_mb=2048", "-verbosity=0", f"-artifact_prefix={KEPT}/{name}-",
                           "-print_final_stats=1", str(found), *([str(given)] if given.exists() else [])],
                          capture_output=True, text=True, timeout=SECONDS + 120, errors="replace")
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    good = done.returncode == 0 and tried and int(tried[1]) > 0
    words = f"{'ok    ' if good else 'FAILED'}  {name:<20} {tried[1] if tried else '?'} inputs in {SECONDS} s"
    return good, words if good else f"{words}\n{done.stderr[-4000:]}"


def features_of(name):
    """What each input that was found reaches, by libFuzzer's own merge."""
    with tempfile.TemporaryDirectory() as scratch:
        control = pathlib.Path(scratch) / "control"
        subprocess.run([program(name), "-merge=1", f"-merge_control_file={control}", "-max_len=4096", "-timeout=20",
                        scratch, str(with_seeds(name)), str(CORPUS / name)], capture_output=True, check=True)
        lines = control.read_text().splitlines()
    count = int(lines[0])
    files = lines[2:2 + count]
    # A file's features are only those that no file before it has; that is how a merge chooses, and enough here.
    reached = {int(n): set(rest) for word, n, *rest in (line.split() for line in lines[2 + count:]) if word == "FT"}
    return {pathlib.Path(files[number]): features for number, features in reached.items() if features}


def distil(name):
    given = CORPUS / name
    given.mkdir(parents=True, exist_ok=True)
    reached = features_of(name)
    chosen, left = [], CORPUS_BYTES
    inputs = {path.read_bytes(): len(features) for path, features in reached.items()}
    for one in sorted(inputs, key=lambda each: -inputs[each] / (len(each) + 64) ** 0.5):
        if len(one) <= left and len(chosen) < CORPUS_FILES:
            chosen.append(one)
            left -= len(one)
    shutil.rmtree(given)
    given.mkdir()
    for one in chosen:
        (given / hashlib.sha256(one).hexdigest()[:16]).write_bytes(one)
    return f"{name:<20} {len(chosen)} inputs, {CORPUS_BYTES - left} bytes, of {len(reached)}"


def main(arguments):
    wanted = [word for word in arguments if word != "--distil"]
    names = sorted(path.stem for path in HERE.glob("*.cpp"))
    if unknown := set(wanted) - set(names):
        sys.exit(f"There is no target {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = wanted or names
    build(chosen)
    if "--distil" in arguments:
        for name in chosen:
            print(distil(name), flush=True)
        return 0
    good = []
    with concurrent.futures.ThreadPoolExecutor(CORES) as side_by_side:
        for held, words in side_by_side.map(run, chosen):
            good.append(held)
            print(words, flush=True)
    print(f"\n{sum(good)} passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
